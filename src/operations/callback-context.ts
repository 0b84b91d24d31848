import { isRecord } from '../job/properties';
import type { OperationName } from './request';

/**
 * How far an operation has got.
 * - `new`: nothing was seen or done yet
 * - `idle`: the job exists and is to stay WAITING
 * - `to-start`: the job exists and is to run; no StartJob was accepted yet
 * - `started`: the service accepted StartJob, whatever GetJob still shows
 * - `leaving`: a delete has seen the job
 */
export type Phase = 'new' | 'idle' | 'to-start' | 'started' | 'leaving';

const PHASES: Readonly<Record<OperationName, readonly Phase[]>> = {
  CREATE: ['idle', 'to-start', 'started'],
  READ: [],
  UPDATE: ['new', 'to-start', 'started'],
  DELETE: ['new', 'leaving'],
  LIST: [],
};

/** What an update changes, decided once in its first invocation: later models may lack write-only values. */
export type Change =
  /** `finalise`: what FinalizeRevision becomes, if it changes. */
  | { readonly change: 'none' | 'start' | 'stop'; readonly finalise?: boolean }
  | { readonly change: 'replace'; readonly properties: readonly string[] }
  | { readonly change: 'invalid'; readonly message: string };

/** What an operation remembers between two invocations. Times are epoch milliseconds of the handler's clock. Holds no secret. */
export interface CallbackContext {
  readonly phase: Phase;
  readonly jobId: string;
  /** When this operation's first invocation began: ages, delays and the deadline count from here. */
  readonly beganAt: number;
  /** Create only: when CreateJob answered. */
  readonly createdAt?: number;
  /** When StartJob was accepted. */
  readonly startedAt?: number;
  /** Since when the operation waits until another job ends, so that this one may start. */
  readonly slotSince?: number;
  /** How many invocations in a row ended with a refusal that may pass. */
  readonly faults?: number;
  readonly lastSeen?: string;
  /** Create only: whether the job's revision is to be finalised in the end. */
  readonly finalise?: boolean;
  /** Create only: the ARN of the job's own revision while it does not yet have the job's tag. */
  readonly untagged?: string;
  readonly change?: Change;
}

/** Whether this is an operation's first invocation: the wire brought no context, or an empty one. */
export function isAbsent(raw: unknown): raw is undefined {
  return raw === undefined || raw === null || (isRecord(raw) && Object.keys(raw).length === 0);
}

/** Whether a context is one that this operation has returned. To begin anew with another could make a second job. */
export function isContextOf(operation: OperationName, raw: unknown): raw is CallbackContext {
  const optional = (names: readonly string[], type: string): boolean =>
    isRecord(raw) && names.every((name) => raw[name] === undefined || typeof raw[name] === type);
  return (
    isRecord(raw) &&
    PHASES[operation].includes(raw.phase as Phase) &&
    typeof raw.jobId === 'string' &&
    typeof raw.beganAt === 'number' &&
    optional(['createdAt', 'startedAt', 'slotSince', 'faults'], 'number') &&
    optional(['lastSeen', 'untagged'], 'string') &&
    optional(['finalise'], 'boolean') &&
    (raw.change === undefined || isChange(raw.change))
  );
}

function isChange(raw: unknown): raw is Change {
  if (!isRecord(raw)) {
    return false;
  }
  switch (raw.change) {
    case 'none':
    case 'start':
    case 'stop':
      return raw.finalise === undefined || typeof raw.finalise === 'boolean';
    case 'replace':
      return Array.isArray(raw.properties) && raw.properties.every((name) => typeof name === 'string');
    case 'invalid':
      return typeof raw.message === 'string';
    default:
      return false;
  }
}
