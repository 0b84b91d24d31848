import findMyWay, { type HTTPMethod } from 'find-my-way';
import type { Operation } from '../operations/operation';
import { ABSENT_OPERATIONS, OPERATIONS } from '../operations/operations';

/** What a request line leads to. */
export type Route = { operation: Operation; labels: Record<string, string> } | { absent: string } | undefined;

const router = findMyWay({ maxParamLength: 4096 });

// The handlers are never called: only the lookup is wanted.
const nothing = () => undefined;
for (const operation of OPERATIONS) router.on(operation.method, operation.path, nothing, { operation });
for (const { name, method, path } of ABSENT_OPERATIONS)
  router.on(method as HTTPMethod, path, nothing, { absent: name });

/** @param path as received, percent-encoded, without the query */
export function route(method: string, path: string): Route {
  const found = router.find(method as HTTPMethod, path);
  if (!found) return undefined;
  const { operation, absent } = found.store as { operation?: Operation; absent?: string };
  if (!operation) return { absent: absent ?? '' };
  const labels: Record<string, string> = {};
  for (const [name, value] of Object.entries(found.params)) {
    labels[name === '*' ? (operation.labelOfRest ?? name) : name] = value ?? '';
  }
  return { operation, labels };
}
