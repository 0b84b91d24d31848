import { ManualClock } from 'local-data-exchange';
import { withFaults } from '../test/operations/support/faults';
import { handlersOver } from '../test/operations/support/handlers';
import { EXPORT } from '../test/operations/support/jobs';
import { SimulatedExchange } from '../test/operations/support/simulated-exchange';
import { drive } from '../test/support/cloudformation';
import type { Invocation } from '../test/support/contract';

/** What waiting costs, by the real operations on a simulated clock: nothing sleeps. */

export interface Waited {
  /** The create's invocations, the last one included. */
  readonly invocations: number;
  readonly polls: number;
  /** How long after the end of its job the create ended. */
  readonly lostMs: number;
}

/** One create with a job of this length. */
export async function oneCreate(lengthMs: number): Promise<Waited> {
  const clock = new ManualClock();
  const service = new SimulatedExchange(clock, { lengthMs });
  let polls = 0;
  const exchange = withFaults(service, (method) => {
    polls += method === 'getJob' ? 1 : 0;
    return undefined;
  });
  const { event, events } = await drive(handlersOver(exchange, clock), clock, { action: 'CREATE', model: EXPORT });
  if (event.status !== 'SUCCESS') {
    throw new Error(`a create ended ${event.status}: ${event.message}`);
  }
  const startedAt = service.startedJobs()[0]?.startedAt ?? 0;
  return { invocations: events.length, polls, lostMs: clock.now() - startedAt - lengthMs };
}

/** The usual handler: it starts the job in its first invocation, and looks at it every so many milliseconds. */
export function fixedPoll(lengthMs: number, everyMs: number): Waited {
  const polls = Math.max(1, Math.ceil(lengthMs / everyMs));
  return { invocations: 1 + polls, polls, lostMs: polls * everyMs - lengthMs };
}

/** Lengths from 5 s to 11 h, each longer than the one before by this factor. Milliseconds. */
export function lengths(factor: number): number[] {
  const found: number[] = [];
  for (let lengthMs = 5_000; lengthMs < 11 * 3_600_000; lengthMs = Math.ceil(lengthMs * factor)) {
    found.push(lengthMs);
  }
  return found;
}

export interface Crowd {
  /** How long all creates took, as a multiple of what the quota allows. */
  readonly overIdeal: number;
  readonly failures: number;
  /** The most jobs that ran at the same time. */
  readonly mostRunning: number;
}

/** Many creates at once under a quota. The clock jumps to the invocation that is due next. */
export async function crowd(count: number, lengthMs: number, quota: number, random: () => number): Promise<Crowd> {
  const clock = new ManualClock();
  const began = clock.now();
  const service = new SimulatedExchange(clock, { lengthMs, quota });
  const handlers = handlersOver(service, clock, random);
  const waiting = Array.from({ length: count }, (_, number) => {
    const invocation: Invocation = { action: 'CREATE', model: EXPORT, token: `create ${number}` };
    return { dueAt: began, invocation };
  });
  let failures = 0;
  while (waiting.length > 0) {
    const next = waiting.reduce((first, other) => (other.dueAt < first.dueAt ? other : first));
    clock.advance(next.dueAt - clock.now());
    const { status, resourceModel, callbackContext, callbackDelaySeconds = 0 } = await handlers(next.invocation);
    if (status === 'IN_PROGRESS' && resourceModel !== undefined) {
      next.dueAt = clock.now() + callbackDelaySeconds * 1_000;
      next.invocation = { ...next.invocation, model: resourceModel, callbackContext };
    } else {
      failures += status === 'FAILED' ? 1 : 0;
      waiting.splice(waiting.indexOf(next), 1);
    }
  }
  const ideal = Math.ceil(count / quota) * lengthMs;
  return { overIdeal: (clock.now() - began) / ideal, failures, mostRunning: service.mostRunning };
}
