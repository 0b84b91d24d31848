/**
 * In the bundle, for `@aws-sdk/credential-provider-node`. Handlers act with the credentials that each event brings and
 * with no others: that the package holds no code that could find the function's own role is the firmest way to say so.
 * It also keeps four clients (STS, SSO, ...) out of the bundle and out of the cold start.
 */
export const defaultProvider = () => async (): Promise<never> => {
  throw new Error(
    'A client was made without credentials. Handlers use the credentials of the event and look for no others.',
  );
};
