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
  | {
      /** What becomes of the job. */
      readonly change: 'none' | 'start' | 'stop';
      /** What FinalizeRevision becomes, if it changes. */
      readonly finalise?: boolean;
      /** Whether RevisionComment changes. */
      readonly comment?: boolean;
      /** Whether RevisionTags change. */
      readonly tags?: boolean;
    }
  | { readonly change: 'replace'; readonly properties: readonly string[] }
  | { readonly change: 'invalid'; readonly message: string };

/** What an operation remembers between two invocations. Times are epoch milliseconds. Holds no secret. */
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
  /** Update only. */
  readonly change?: Change;
  /** Delete only: what subscribers are told if the revision has to be revoked; undefined: it must not be revoked. */
  readonly revocationComment?: string;
  /** Delete only: the data set that the job's own revision belongs to. */
  readonly dataSetId?: string;
  /** Delete only: since when the service refuses to remove the revision because of its state. */
  readonly conflictSince?: number;
  /** Delete only, where the service has forgotten the job: the page at which the search for its revision goes on. */
  readonly searchFrom?: string;
}

/** Whether this is an operation's first invocation: the wire brought no context, or an empty one. */
export function isAbsent(raw: unknown): raw is undefined {
  return raw === undefined || raw === null || (isRecord(raw) && Object.keys(raw).length === 0);
}

/** Whether a context is one that this operation has returned. To begin anew with another could make a second job. */
export function isContextOf(operation: OperationName, raw: unknown): raw is CallbackContext {
  return (
    isRecord(raw) &&
    PHASES[operation].includes(raw.phase as Phase) &&
    typeof raw.jobId === 'string' &&
    typeof raw.beganAt === 'number' &&
    hasOptional(raw, ['createdAt', 'startedAt', 'slotSince', 'faults', 'conflictSince'], 'number') &&
    hasOptional(raw, ['lastSeen', 'untagged', 'revocationComment', 'dataSetId', 'searchFrom'], 'string') &&
    hasOptional(raw, ['finalise'], 'boolean') &&
    (raw.change === undefined || isChange(raw.change))
  );
}

function hasOptional(raw: Record<string, unknown>, names: readonly string[], type: string): boolean {
  return names.every((name) => raw[name] === undefined || typeof raw[name] === type);
}

function isChange(raw: unknown): raw is Change {
  if (!isRecord(raw)) {
    return false;
  }
  switch (raw.change) {
    case 'none':
    case 'start':
    case 'stop':
      return hasOptional(raw, ['finalise', 'comment', 'tags'], 'boolean');
    case 'replace':
      return Array.isArray(raw.properties) && raw.properties.every((name) => typeof name === 'string');
    case 'invalid':
      return typeof raw.message === 'string';
    default:
      return false;
  }
}
