/**
 * In the bundle, replaces what reads `~/.aws/config` and `~/.aws/credentials` for a setting of the SDK. Lambda has no
 * such files, and on a developer's machine they must not change what a handler does. Environment variables still count.
 */
const NO_FILES = Object.assign(new Error('Handlers read no configuration files.'), {
  // By this the SDK knows that it may go on to the setting's default.
  tryNextLink: true,
});

export function fromSharedConfigFiles(): () => Promise<never> {
  return () => Promise.reject(NO_FILES);
}
