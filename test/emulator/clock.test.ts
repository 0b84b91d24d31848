import { ManualClock, ScaledClock } from 'local-data-exchange';

/** Longer than any test, in milliseconds. */
const AN_HOUR = 3_600_000;

describe.each([
  ['a running clock', () => new ScaledClock(10)],
  ['a clock that a test moves', () => new ManualClock()],
])('%s', (_kind, makeClock) => {
  test('can be advanced, and never goes back', () => {
    const clock = makeClock();
    const start = clock.now();
    clock.advance(AN_HOUR);
    expect(clock.now()).toBeGreaterThanOrEqual(start + AN_HOUR);
  });

  test('ends a wait when it is advanced far enough', async () => {
    const clock = makeClock();
    let ended = false;
    const waiting = clock.wait(2 * AN_HOUR, new AbortController().signal).then(() => {
      ended = true;
    });
    clock.advance(AN_HOUR);
    await Promise.resolve();
    expect(ended).toBe(false);
    clock.advance(AN_HOUR);
    await waiting;
  });

  test('ends a wait when the signal aborts, before or during it', async () => {
    const stopping = new AbortController();
    const waiting = makeClock().wait(AN_HOUR, stopping.signal);
    stopping.abort();
    await waiting;
    await makeClock().wait(AN_HOUR, stopping.signal);
  });

  test('ends a wait of no time by itself', async () => {
    await makeClock().wait(0, new AbortController().signal);
  });
});
