/**
 * In the bundle, replaces what reads `~/.aws/config` and `~/.aws/credentials` for a setting of the SDK. Lambda has no
 * such files, and on a developer's machine they must not change what a handler does. Environment variables still count.
 */
export function fromSharedConfigFiles(): () => Promise<never> {
  return async () => {
    // By this member the SDK knows that it may go on to the setting's default.
    throw Object.assign(new Error('Handlers read no configuration files.'), { tryNextLink: true });
  };
}
