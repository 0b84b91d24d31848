import { SEED } from '../../job/seed';
import { VirtualFunction } from './function';
import { Biography } from './life';
import { VirtualWorld } from './virtual-world';

/** So many lives share a world: it grows with what they leave, and to open another takes time. */
const LIVES_IN_A_WORLD = 50;

/** For the tests of a file: gives the biography to tell the next life in. What was used is collected over all of them. */
export function useBiographies(): () => Promise<Biography> {
  const used = new Set<string>();
  let built: VirtualFunction;
  let world: VirtualWorld | undefined;
  let biography: Biography | undefined;
  let lives = 0;

  beforeAll(async () => {
    built = await VirtualFunction.build();
  });
  afterAll(async () => {
    await world?.stop();
  });

  return async () => {
    if (world === undefined || biography === undefined || lives % LIVES_IN_A_WORLD === 0) {
      await world?.stop();
      world = await VirtualWorld.open(SEED, built);
      biography = new Biography(world, used);
    }
    lives += 1;
    return biography;
  };
}
