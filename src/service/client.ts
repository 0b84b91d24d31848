import { DataExchangeClient, type DataExchangeClientConfig } from '@aws-sdk/client-dataexchange';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { OperationName } from '../operations/request';

/** The credentials and the Region of the handler's session. */
export interface Caller {
  readonly region?: string;
  readonly credentials: DataExchangeClientConfig['credentials'];
}

/**
 * One connection pool for all invocations of this container; it holds no credentials. A server that accepts a
 * connection and then says nothing is left after `requestTimeout` (milliseconds), which only warns unless
 * `throwOnRequestTimeout` is set.
 */
const connections = new NodeHttpHandler({
  connectionTimeout: 3_000,
  requestTimeout: 15_000,
  throwOnRequestTimeout: true,
});

/**
 * How often the SDK itself tries. Reads are answered in one invocation, so it may repeat them. All other operations
 * come back by themselves: there a repetition inside the call only costs, and one of CreateJob makes another idle job
 * for each lost answer.
 */
const ATTEMPTS: Readonly<Record<OperationName, number>> = { CREATE: 1, UPDATE: 1, DELETE: 1, READ: 3, LIST: 3 };

/**
 * A client with the caller's credentials for one operation. It reaches a local service by the SDK's own
 * `AWS_ENDPOINT_URL_DATAEXCHANGE`.
 */
export function clientFor(operation: OperationName, caller: Caller): DataExchangeClient {
  return new DataExchangeClient({
    region: caller.region,
    credentials: caller.credentials,
    maxAttempts: ATTEMPTS[operation],
    requestHandler: connections,
    // The SDK's own logger is silent, but the SDK knows it by the name of its class, which minifying changes.
    logger: undefined,
    // What the SDK would otherwise look up anew for each client, in the environment that Lambda leaves empty.
    retryMode: 'standard',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    authSchemePreference: [],
    userAgentAppId: async () => undefined,
  });
}
