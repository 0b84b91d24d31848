import { drive, pureHandlers } from '../test/decision/driver';
import { type Clock, ServiceModel } from '../test/decision/service-model';
import { DESIRED } from '../test/decision/situations';

/** What waiting costs, by the real decision on a simulated clock: no second of it is slept. */

export interface Waited {
  polls: number;
  lostMs: number;
}

/** One create with a job of this length. */
export async function oneCreate(lengthMs: number): Promise<Waited> {
  const clock: Clock = { now: 0 };
  const service = new ServiceModel(clock, { lengthMs });
  const invoke = pureHandlers(clock, (call) => service.answer(call));
  const { answer } = await drive(invoke, clock, { operation: 'CREATE', desired: DESIRED });
  if (answer.status !== 'SUCCESS') throw new Error(`a create ended ${answer.status}`);
  const startedAt = service.started()[0]?.startedAt ?? 0;
  return {
    polls: service.calls.filter((call) => call === 'GetJob').length,
    lostMs: clock.now - startedAt - lengthMs,
  };
}

/** Many creates at once under a quota: how long they take as a multiple of what the quota allows, and how many fail. */
export async function crowd(
  count: number,
  lengthMs: number,
  quota: number,
  random: () => number,
): Promise<{ overIdeal: number; failures: number }> {
  const clock: Clock = { now: 0 };
  const service = new ServiceModel(clock, { lengthMs, quota });
  const invoke = pureHandlers(clock, (call) => service.answer(call), random);
  const waiting = Array.from({ length: count }, () => ({
    at: 0,
    desired: DESIRED,
    callbackContext: undefined as unknown,
  }));
  let failures = 0;
  while (waiting.length > 0) {
    const next = waiting.reduce((first, other) => (other.at < first.at ? other : first));
    clock.now = next.at;
    const { desired, callbackContext } = next;
    const answer = await invoke({ operation: 'CREATE', desired, token: 'bench', callbackContext, rollback: false });
    if (answer.status === 'IN_PROGRESS') {
      Object.assign(next, {
        at: clock.now + answer.delaySeconds * 1_000,
        desired: answer.model,
        callbackContext: answer.context,
      });
    } else {
      if (answer.status === 'FAILED') failures += 1;
      waiting.splice(waiting.indexOf(next), 1);
    }
  }
  return { overIdeal: clock.now / (Math.ceil(count / quota) * lengthMs), failures };
}
