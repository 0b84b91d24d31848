import { isRecord } from '../job/properties';

/**
 * Where an operation stands.
 * - `new`: nothing was seen or done yet
 * - `idle`: the job exists and is to stay WAITING
 * - `to-start`: the job exists and is to run; no StartJob was accepted yet
 * - `started`: the service accepted StartJob, whatever GetJob still shows
 * - `leaving`: a delete has seen the job
 */
export const PHASES = ['new', 'idle', 'to-start', 'started', 'leaving'] as const;
export type Phase = (typeof PHASES)[number];

/** What an update changes, decided once in its first invocation: later models may lack write-only values. */
export type Change =
  | { readonly change: 'none' }
  | { readonly change: 'start' }
  | { readonly change: 'stop' }
  | { readonly change: 'replace'; readonly properties: readonly string[] }
  | { readonly change: 'invalid'; readonly message: string };

/** What a change of each kind brings along, to know one of ours again. */
const CHANGES: Readonly<Record<Change['change'], (change: Record<string, unknown>) => boolean>> = {
  none: () => true,
  start: () => true,
  stop: () => true,
  replace: ({ properties }) => Array.isArray(properties) && properties.every((name) => typeof name === 'string'),
  invalid: ({ message }) => typeof message === 'string',
};

function isChange(raw: unknown): raw is Change {
  return (
    isRecord(raw) &&
    typeof raw.change === 'string' &&
    Object.hasOwn(CHANGES, raw.change) &&
    CHANGES[raw.change as Change['change']](raw)
  );
}

/** What an operation remembers between two invocations. Times are epoch milliseconds of the handler's clock. Holds no secret. */
export interface CallbackContext {
  readonly phase: Phase;
  /** The first invocation of this operation: ages, delays and the deadline count from here. */
  readonly beganAt: number;
  readonly jobId?: string;
  /** Create only: when CreateJob answered. */
  readonly createdAt?: number;
  /** When StartJob was accepted. */
  readonly startedAt?: number;
  /** Since when a slot for a running job is waited for. */
  readonly slotSince?: number;
  /** Faults in a row. */
  readonly faults?: number;
  readonly lastSeen?: string;
  readonly change?: Change;
}

/**
 * The context as the wire brought it.
 *
 * @returns undefined for none (absent or empty): this is the first invocation
 * @throws TypeError for one that is not ours: to begin anew with it could make a second job
 */
export function parseContext(raw: unknown): CallbackContext | undefined {
  if (raw === undefined || raw === null || (isRecord(raw) && Object.keys(raw).length === 0)) {
    return undefined;
  }
  const times = ['createdAt', 'startedAt', 'slotSince', 'faults'] as const;
  if (
    !isRecord(raw) ||
    !PHASES.includes(raw.phase as Phase) ||
    typeof raw.beganAt !== 'number' ||
    times.some((name) => raw[name] !== undefined && typeof raw[name] !== 'number') ||
    ['jobId', 'lastSeen'].some((name) => raw[name] !== undefined && typeof raw[name] !== 'string') ||
    (raw.change !== undefined && !isChange(raw.change))
  ) {
    throw new TypeError('callbackContext is not one that this type has returned');
  }
  return raw as unknown as CallbackContext;
}
