import { reset } from './network';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What may happen to a call on its way. */
export interface Fault {
  readonly name: string;
  /** Whether the service does what was asked all the same. */
  readonly hasEffect: boolean;
  /** Whether the same call may succeed later. */
  readonly passes: boolean;
  /** Seconds that the request needs to reach the service. */
  readonly delaySeconds?: number;
  /** What the caller gets; undefined: nothing, ever. @param given what the service answered, if it was asked */
  readonly answer: (given: Answer | undefined) => Answer | undefined;
}

function refused(name: string, status: number, passes = true): Fault {
  const headers = { 'content-type': 'application/json', 'x-amzn-errortype': name };
  const body = Buffer.from(JSON.stringify({ Message: `${name}, as planned` }));
  return { name, hasEffect: false, passes, answer: () => ({ status, headers, body }) };
}

const HTML = { 'content-type': 'text/html' };

/** By name. `conflict` and `quota` mean what they say only to the calls that change a state. */
export const FAULTS = {
  throttled: refused('ThrottlingException', 429),
  internal: refused('InternalServerException', 500),
  expired: refused('ExpiredTokenException', 403),
  gateway: {
    name: 'HTTP status 503',
    hasEffect: false,
    passes: true,
    answer: () => ({ status: 503, headers: HTML, body: Buffer.from('<html>busy</html>') }),
  },
  'lost in a gateway': {
    name: 'HTTP status 504',
    hasEffect: true,
    passes: true,
    answer: () => ({ status: 504, headers: HTML, body: Buffer.from('upstream') }),
  },
  'reset before': { name: 'ECONNRESET', hasEffect: false, passes: true, answer: broken },
  'reset after': { name: 'ECONNRESET', hasEffect: true, passes: true, answer: broken },
  silent: { name: 'TimeoutError', hasEffect: false, passes: true, answer: () => undefined },
  'silent after': { name: 'TimeoutError', hasEffect: true, passes: true, answer: () => undefined },
  slow: { name: 'slow', hasEffect: true, passes: true, delaySeconds: 8, answer: (given) => given },
  'too slow': { name: 'TimeoutError', hasEffect: true, passes: true, delaySeconds: 18, answer: (given) => given },
  denied: refused('AccessDeniedException', 403, false),
  conflict: refused('ConflictException', 409),
  quota: refused('ServiceLimitExceededException', 402),
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;

function broken(): never {
  throw reset();
}

const READS = ['GetJob', 'GetRevision', 'ListJobs', 'ListDataSetRevisions', 'ListRevisionAssets'];

/** The faults that may happen to a call, without those that make no difference to it. */
export function faultsOf(operation: string): FaultName[] {
  const names = Object.keys(FAULTS) as FaultName[];
  const isRead = READS.includes(operation);
  return names.filter((name) => {
    if (name === 'conflict') {
      return ['StartJob', 'CancelJob', 'DeleteRevision', 'UpdateRevision'].includes(operation);
    }
    if (name === 'quota') {
      return operation === 'StartJob';
    }
    return !isRead || !['lost in a gateway', 'reset after', 'silent after', 'slow'].includes(name);
  });
}
