import schema from '../../aws-dataexchange-job.json';
import type { Action } from './contract';

/** A call that the service received while a handler ran. */
export interface CallOfHandler {
  readonly action: Action;
  /** As the emulator's journal names it. */
  readonly operation: string;
}

/** A signed URL carries its own right. */
const WITHOUT_A_RIGHT: readonly string[] = ['SignedUrlPut', 'SignedUrlGet', 'SignedUrlHead'];

/**
 * One sentence for every call for which the handler that made it has no permission in the schema. CloudFormation runs a
 * handler with those permissions alone when the type is registered by the generated role.
 */
export function callsWithoutPermission(calls: readonly CallOfHandler[]): string[] {
  const sentences = calls.flatMap(({ action, operation }) => {
    const handler = action.toLowerCase() as Lowercase<Action>;
    const right = `dataexchange:${operation}`;
    const permissions: readonly string[] = schema.handlers[handler].permissions;
    return permissions.includes(right) || WITHOUT_A_RIGHT.includes(operation)
      ? []
      : [`the ${handler} handler called ${operation}, and its permissions in the schema lack ${right}`];
  });
  return [...new Set(sentences)];
}
