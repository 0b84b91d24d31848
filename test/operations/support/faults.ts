import type { Exchange } from '../../../src/operations/exchange';
import { ABSENT, CONFLICT, type Method, PERMANENT, QUOTA, TRANSIENT } from './refusals';

export interface Fault {
  readonly name: string;
  readonly error: (method: Method) => Error;
  /** Whether the call does what was asked all the same: only its answer is lost. */
  readonly hasEffect: boolean;
}

const CHANGING: readonly Method[] = [
  'createJob',
  'startJob',
  'cancelJob',
  'createRevision',
  'updateRevision',
  'revokeRevision',
  'deleteRevision',
  'tagResource',
  'untagResource',
  'upload',
];
/** The calls that may miss a job or revision though it exists, because the service does not show it yet. */
const MISSING: readonly Method[] = ['getJob', 'startJob', 'cancelJob', 'getRevision', 'updateRevision', 'tagResource'];

/** What may befall a call. */
export function faultsOf(method: Method): Fault[] {
  const faults = [
    { name: 'transient', error: TRANSIENT, hasEffect: false },
    { name: 'conflict', error: CONFLICT, hasEffect: false },
    { name: 'quota', error: QUOTA, hasEffect: false },
    { name: 'permanent', error: PERMANENT, hasEffect: false },
  ];
  if (MISSING.includes(method)) {
    faults.push({ name: 'absent', error: ABSENT, hasEffect: false });
  }
  if (CHANGING.includes(method)) {
    faults.push({ name: 'transient, with effect', error: TRANSIENT, hasEffect: true });
  }
  // What a repeated request meets after the first one had its effect.
  if (method === 'startJob' || method === 'cancelJob') {
    faults.push({ name: 'conflict, with effect', error: CONFLICT, hasEffect: true });
  }
  if (method === 'deleteRevision') {
    faults.push({ name: 'absent, with effect', error: ABSENT, hasEffect: true });
  }
  return faults;
}

/** An exchange whose calls meet faults. @param faultOf says for each call, in order, what befalls it */
export function withFaults(exchange: Exchange, faultOf: (method: Method) => Fault | undefined): Exchange {
  function faulty(method: Method, call: (...args: unknown[]) => Promise<unknown>) {
    return async (...args: unknown[]): Promise<unknown> => {
      const fault = faultOf(method);
      if (fault === undefined) {
        return call(...args);
      }
      if (fault.hasEffect) {
        await call(...args);
      }
      throw fault.error(method);
    };
  }
  const get = (_: Exchange, name: string) => {
    const method = name as Method;
    return faulty(method, exchange[method].bind(exchange) as (...args: unknown[]) => Promise<unknown>);
  };
  return new Proxy(exchange, { get } as ProxyHandler<Exchange>);
}
