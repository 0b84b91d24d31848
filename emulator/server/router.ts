import findMyWay, { type HTTPMethod } from 'find-my-way';
import type { Operation } from '../operations/operation';
import { ABSENT_OPERATIONS, OPERATIONS } from '../operations/operations';

/** The name for a method and path that no operation of the service has. */
export const UNKNOWN_OPERATION = 'UnknownOperation';

/** What a method and path lead to: an operation, or the name of one that is absent here, or nothing. */
export interface Route {
  /** Name of the operation, or UNKNOWN_OPERATION. */
  readonly name: string;
  readonly operation?: Operation;
  readonly labels: Readonly<Record<string, string>>;
}

// A malformed id leads to its operation whatever its length.
const router = findMyWay({ maxParamLength: Number.MAX_SAFE_INTEGER });

for (const operation of OPERATIONS) {
  router.on(operation.method, operation.path, neverCalled, { name: operation.name, operation });
}
for (const { name, method, path } of ABSENT_OPERATIONS) {
  router.on(method, path, neverCalled, { name });
}

/** @param path as received, percent-encoded, without the query */
export function route(method: string, path: string): Route {
  const found = router.find(method as HTTPMethod, path);
  if (!found) {
    return { name: UNKNOWN_OPERATION, labels: {} };
  }
  const { name, operation } = found.store as Pick<Route, 'name' | 'operation'>;
  const labels = Object.entries(found.params).map(([label, value]) => [
    label === '*' ? (operation?.labelOfRest ?? label) : label,
    value ?? '',
  ]);
  return { name, operation, labels: Object.fromEntries(labels) };
}

/** The router wants a handler for each route, but only its look-up is used. */
function neverCalled(): void {}
