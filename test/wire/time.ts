import '../support/one-realm';
import { ManualClock } from '../../emulator/clock';
import { randomFrom, SEED } from '../job/seed';

/**
 * One clock for the service and the handlers, and chance by the seed. `src/handlers.ts` takes both from Node when it is loaded,
 * so this has to be imported before it; nothing in these tests ever sleeps.
 */
export const clock = new ManualClock();
Date.now = () => clock.now();
Math.random = randomFrom(SEED);

/** Nothing here waits, but machines can be busy. */
jest.setTimeout(60_000);

export { SEED };
