import { crowd, oneCreate } from '../../bench/waiting';
import { schema } from '../../src/job/schema';
import { DEADLINE_MS, duration, faultDelay, pollDelay, slotDelay } from '../../src/operations/schedule';
import { randomFrom, replayable, SEED } from '../job/seed';
import { HOUR, MINUTE, SECOND } from './support/invocation';

describe('the polls of a running job', () => {
  it.each([
    ['30 s', 30 * SECOND, 16],
    ['5 min', 5 * MINUTE, 30],
    ['1 h', HOUR, 90],
  ])('of %s are few, and lose little time after its end', async (_name, lengthMs, most) => {
    const { polls, lostMs } = await oneCreate(lengthMs);
    expect(polls).toBeLessThanOrEqual(most);
    expect(lostMs).toBeLessThanOrEqual(Math.min(0.2 * lengthMs, MINUTE));
  });

  it('lose at most a fifth of the length and a minute, for every length from 5 s to 12 h', () => {
    let at = 0; // the polls are the same for every length
    for (let seconds = 5; seconds <= 12 * 3_600; seconds += seconds < 3_600 ? 1 : 37) {
      while (at < seconds * SECOND) {
        at += pollDelay(at) * SECOND;
      }
      const lostMs = at - seconds * SECOND;
      if (lostMs > Math.min(0.2 * seconds * SECOND, MINUTE)) {
        throw new Error(`a job of ${seconds} s loses ${lostMs} ms`);
      }
    }
  });

  it('come in whole seconds from 1 to 60, later ones never sooner', () => {
    const delays = Array.from({ length: 5_000 }, (_, index) => pollDelay(SECOND + index * 777));
    expect(delays.filter((delay) => !Number.isInteger(delay) || delay < 1 || delay > 60)).toEqual([]);
    expect(delays).toEqual([...delays].sort((one, other) => one - other));
    expect(pollDelay(12 * HOUR)).toBe(60);
    expect(pollDelay(-5 * MINUTE)).toBe(2); // clocks of two containers differ
  });
});

describe('other delays', () => {
  it('double after each fault up to a minute, spread over the upper half', () => {
    const faults = [1, 2, 3, 4, 5, 6, 50, 5_000];
    expect(faults.map((number) => faultDelay(number, 1))).toEqual([2, 4, 8, 16, 32, 60, 60, 60]);
    expect(faults.map((number) => faultDelay(number, 0))).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
  });

  it('for a slot are a tenth of the wait, from 2 s to half a minute, spread by half to both sides', () => {
    const waits = [-HOUR, 0, 20 * SECOND, 2 * MINUTE, 5 * MINUTE, 12 * HOUR];
    expect(waits.map((waited) => slotDelay(waited, 0.5))).toEqual([2, 2, 2, 12, 30, 30]);
    expect(waits.map((waited) => slotDelay(waited, 0))).toEqual([1, 1, 1, 6, 15, 15]);
    expect(waits.map((waited) => slotDelay(waited, 1))).toEqual([3, 3, 3, 18, 45, 45]);
  });
});

it.each(['create', 'update', 'delete'] as const)(
  'the timeout of %s in the schema leaves room for the last delay and invocation after our deadline',
  (handler) => {
    const timeoutMs = schema.handlers[handler].timeoutInMinutes * MINUTE;
    expect(timeoutMs).toBe(12 * HOUR);
    const deadlineMs = DEADLINE_MS[handler.toUpperCase() as keyof typeof DEADLINE_MS];
    expect(timeoutMs - deadlineMs).toBe(10 * MINUTE);
  },
);

it.each([
  [-1, '0 s'],
  [45 * SECOND, '45 s'],
  [59_999, '59 s'],
  [3 * MINUTE + 59 * SECOND, '3 min'],
  [65 * MINUTE, '1 h 5 min'],
])('%d ms read as a person says it', (ms, text) => expect(duration(ms)).toBe(text));

it.each([
  ['30 s', 30 * SECOND],
  ['5 min', 5 * MINUTE],
])(
  '200 creates with jobs of %s under a quota of 10 all succeed, and take 1.15 times the ideal',
  async (_, lengthMs) => {
    const { overIdeal, failures, mostRunning } = await crowd(200, lengthMs, 10, randomFrom(SEED));
    replayable(() => {
      expect({ failures, mostRunning }).toEqual({ failures: 0, mostRunning: 10 });
      expect(overIdeal).toBeLessThanOrEqual(1.15);
    });
  },
);
