/** In the bundle, for `string.prototype.replaceall`: a polyfill with 45 KB of its own for what every Node that we run on has. */
module.exports = (text: string, search: string, replacement: string): string => text.replaceAll(search, replacement);
