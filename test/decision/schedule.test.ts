import { DEADLINE_MS, duration, faultDelay, pollDelay, slotDelay } from '../../src/decision/schedule';
import { schema } from '../../src/job/schema';
import { randomFrom, replayable, SEED } from '../job/seed';
import { drive, type Invoke, pureHandlers } from './driver';
import { type Clock, ServiceModel } from './service-model';
import { DESIRED, H, MIN, NOW, S, TOKEN } from './situations';

/** Looks needed for a job on an ideal clock. */
function polls(lengthMs: number): number {
  let at = 0;
  let looks = 0;
  while (looks === 0 || at < lengthMs) {
    at += pollDelay(at) * S;
    looks += 1;
  }
  return looks;
}

describe('looks at a running job', () => {
  it.each([
    ['30 s', 30 * S, 16],
    ['5 min', 5 * MIN, 30],
    ['1 h', H, 90],
  ])('for %s are few enough', (_name, length, most) => expect(polls(length)).toBeLessThanOrEqual(most));

  it('lose at most a fifth of the length and a minute, for every length from 5 s to 12 h', () => {
    let at = 0; // the looks are the same for every length
    for (let seconds = 5; seconds <= 12 * 3_600; seconds += seconds < 3_600 ? 1 : 37) {
      while (at < seconds * S) {
        at += pollDelay(at) * S;
      }
      const lostMs = at - seconds * S;
      if (lostMs > Math.min(0.2 * seconds * S, MIN)) {
        throw new Error(`a job of ${seconds} s loses ${lostMs} ms`);
      }
    }
  });

  it.each([[5 * S], [12.3 * S], [30 * S], [5 * MIN], [H], [11 * H]])(
    'hold in a whole create, of %d ms',
    async (lengthMs) => {
      const clock: Clock = { now: NOW };
      const service = new ServiceModel(clock, { lengthMs });
      const { answer } = await drive(
        pureHandlers(clock, (call) => service.answer(call)),
        clock,
        {
          operation: 'CREATE',
          desired: DESIRED,
        },
      );
      expect(answer.status).toBe('SUCCESS');
      const [job] = service.started();
      const lost = clock.now - (job?.startedAt as number) - lengthMs;
      expect(lost).toBeLessThanOrEqual(Math.min(0.2 * lengthMs, MIN));
      expect(lost).toBeGreaterThanOrEqual(0);
      const most = lengthMs <= 30 * S ? 16 : lengthMs <= 5 * MIN ? 30 : lengthMs <= H ? 90 : 800;
      expect(service.calls.filter((call) => call === 'GetJob').length).toBeLessThanOrEqual(most);
      expect(service.calls.filter((call) => call === 'StartJob')).toHaveLength(1);
    },
  );

  it('come in whole seconds from 1 to 60, later ones never sooner', () => {
    const delays = Array.from({ length: 5_000 }, (_, i) => pollDelay(S + i * 777));
    expect(delays.filter((delay) => !Number.isInteger(delay) || delay < 1 || delay > 60)).toEqual([]);
    expect(delays).toEqual([...delays].sort((a, b) => a - b));
    expect(pollDelay(12 * H)).toBe(60);
    expect(pollDelay(-5 * MIN)).toBeGreaterThanOrEqual(1); // clocks of two containers differ
  });
});

describe('other delays', () => {
  it('double after each fault up to a minute, spread over the upper half', () => {
    expect([1, 2, 3, 4, 5, 6, 50].map((n) => faultDelay(n, 1))).toEqual([2, 4, 8, 16, 32, 60, 60]);
    expect([1, 2, 3, 4, 5, 6, 50].map((n) => faultDelay(n, 0))).toEqual([1, 2, 4, 8, 16, 30, 30]);
    expect(faultDelay(5_000, 0.999)).toBeLessThanOrEqual(60);
  });

  it('for a slot stay between 1 and 45 s', () => {
    for (const waited of [-H, 0, 5 * S, MIN, H, 12 * H]) {
      for (const jitter of [0, 0.3, 0.999]) {
        const delay = slotDelay(waited, jitter);
        expect(Number.isInteger(delay) && delay >= 1 && delay <= 45).toBe(true);
      }
    }
  });

  it('leave the schema’s timeout room for our own answer', () => {
    for (const operation of ['create', 'update', 'delete'] as const) {
      const timeout = schema.handlers[operation].timeoutInMinutes * MIN;
      expect(schema.handlers[operation].timeoutInMinutes).toBe(720);
      expect(timeout - DEADLINE_MS[operation.toUpperCase() as 'CREATE']).toBeGreaterThanOrEqual(MIN + 45 * S);
    }
  });

  it.each([
    [-1, '0 s'],
    [45 * S, '45 s'],
    [59_999, '59 s'],
    [3 * MIN + 59 * S, '3 min'],
    [65 * MIN, '1 h 5 min'],
  ])('read as a person says it: %d ms', (ms, text) => expect(duration(ms)).toBe(text));
});

/** Many stacks at once: each create is invoked again when its delay is over; the clock jumps from one to the next. */
async function crowd(count: number, lengthMs: number, quota: number, random: () => number) {
  const clock: Clock = { now: NOW };
  const service = new ServiceModel(clock, { lengthMs, quota });
  const invoke: Invoke = pureHandlers(clock, (call) => service.answer(call), random);
  const waiting = Array.from({ length: count }, () => ({
    at: NOW,
    desired: DESIRED,
    callbackContext: undefined as unknown,
  }));
  const ends: string[] = [];
  while (waiting.length > 0) {
    const next = waiting.reduce((first, other) => (other.at < first.at ? other : first));
    clock.now = next.at;
    const { desired, callbackContext } = next;
    const answer = await invoke({ operation: 'CREATE', desired, token: TOKEN, callbackContext, rollback: false });
    if (answer.status === 'IN_PROGRESS') {
      next.at = clock.now + answer.delaySeconds * S;
      next.desired = answer.model;
      next.callbackContext = answer.context;
    } else {
      ends.push(answer.status);
      waiting.splice(waiting.indexOf(next), 1);
    }
  }
  return { service, ends, makespan: clock.now - NOW, ideal: Math.ceil(count / quota) * lengthMs };
}

describe('200 creates at once under a quota of 10', () => {
  it.each([
    ['30 s', 30 * S],
    ['5 min', 5 * MIN],
  ])('jobs of %s: nothing fails, and it takes at most 1.15 times the ideal', async (_name, lengthMs) => {
    const random = randomFrom(SEED);
    const { service, ends, makespan, ideal } = await crowd(200, lengthMs, 10, random);
    replayable(() => {
      expect(ends).toEqual(Array(200).fill('SUCCESS'));
      expect(service.mostRunning).toBe(10);
      expect(service.jobs.size).toBe(200);
      expect(makespan / ideal).toBeLessThanOrEqual(1.15);
    });
  });
});
