import fc from 'fast-check';

/** `FC_SEED=123 npx jest test/…` runs every property and every simulation again as they ran then. */
export const SEED = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);

/** `FC_RUNS=10` tries every property ten times as often. */
const RUNS = Number(process.env.FC_RUNS ?? 1);

/** fast-check's assert with this run's seed; a failure says how to repeat it. */
export function check<Ts>(property: fc.IRawProperty<Ts>, numRuns = 25): void {
  replayable(() => fc.assert(property as fc.IProperty<Ts>, { seed: SEED, numRuns: Math.ceil(numRuns * RUNS) }));
}

/**
 * @param offset of the seed, for a property that is checked for each row of a table and is to see other values each
 * time
 */
export async function checkAsync<Ts>(property: fc.IAsyncProperty<Ts>, numRuns = 25, offset = 0): Promise<void> {
  await fc.assert(property, { seed: SEED + offset, numRuns: Math.ceil(numRuns * RUNS) }).catch(explain);
}

/** Tries a property for so many minutes. */
export async function checkFor<Ts>(property: fc.IAsyncProperty<Ts>, minutes: number): Promise<void> {
  const limits = { interruptAfterTimeLimit: minutes * 60_000, numRuns: 1e9 };
  await fc.assert(property, { seed: SEED, ...limits }).catch(explain);
}

export function replayable(work: () => void): void {
  try {
    work();
  } catch (error) {
    explain(error);
  }
}

function explain(error: unknown): never {
  (error as Error).message = `replay with FC_SEED=${SEED}\n${(error as Error).message}`;
  throw error;
}

/** A small seeded generator of numbers from 0 to 1 (mulberry32), for simulations. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
