/**
 * In the bundle, replaces `@aws-sdk/credential-provider-node`. Handlers act with the credentials of each event and with
 * no others, so the package holds no code that could find the function's own role. The bundle and the cold start are
 * also without four clients that the original brings along (STS, SSO, ...).
 */
export function defaultProvider(): () => Promise<never> {
  return async () => {
    throw new Error(
      'A client was made without credentials. Handlers use the credentials of the event and look for no others.',
    );
  };
}
