/** In the bundle, replaces `string.prototype.replaceall`: 45 KB of polyfill for what every supported Node has. */
module.exports = (text: string, search: string, replacement: string): string => text.replaceAll(search, replacement);
