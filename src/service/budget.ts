import type { OperationName } from '../operations/request';

/**
 * How many milliseconds the calls of one invocation may take in all, SDK retries included. CloudFormation waits 30 s
 * for a read or list and 60 s for the others; the answer has to be there after 25 and 45, and up to 2 of them belong to
 * log delivery.
 */
const BUDGET_MS: Readonly<Record<OperationName, number>> = {
  READ: 22_000,
  LIST: 22_000,
  CREATE: 40_000,
  UPDATE: 40_000,
  DELETE: 40_000,
};

/** The signal that ends every call of an invocation which begins now. */
export function budgetFor(operation: OperationName): AbortSignal {
  return AbortSignal.timeout(BUDGET_MS[operation]);
}

/**
 * A promise's result, unless the signal comes first. The SDK looks at the signal only between attempts, and waits as
 * long as a `Retry-After` header tells it to.
 *
 * @throws the signal's reason
 */
export async function within<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    signal.throwIfAborted();
    return await Promise.race([work(signal), aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
