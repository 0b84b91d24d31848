import type { Exchange } from '../../../src/operations/exchange';
import { invoke } from '../../../src/operations/invoke';
import type { Clock, Handlers } from '../../support/cloudformation';

/** The operations over a port to Data Exchange, as handlers that CloudFormation can drive. @param random 0 to 1 */
export function handlersOver(exchange: Exchange, clock: Clock, random: () => number = () => 0.5): Handlers {
  const environment = { now: () => clock.now(), random, log: () => {} };
  return async ({ action, model, previousModel, rollback = false, callbackContext, token, nextToken, maxResults }) => {
    const request = { operation: action, desired: model, previous: previousModel, token, rollback, callbackContext };
    const answer = await invoke({ ...request, nextToken, maxResults }, exchange, environment);
    return JSON.parse(JSON.stringify(answer));
  };
}
