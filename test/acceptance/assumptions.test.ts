import { EXCHANGE_PROBES as PROBES } from '../../acceptance/exchange/probes';
import { ASSUMPTIONS, type Assumptions } from '../../emulator/store/assumptions';
import { leftovers, openRehearsal, type Rehearsal, rowOf } from './support';

/** For every assumption and every one of its values: a local Data Exchange that is set so is reported so. */

// The quotas take a hundred jobs.
jest.setTimeout(60_000);

let rehearsal: Rehearsal;
beforeAll(async () => {
  rehearsal = await openRehearsal();
});
afterAll(() => rehearsal.close());
afterEach(async () => expect(await leftovers(rehearsal)).toEqual([]));

const NAMES = Object.keys(ASSUMPTIONS) as (keyof Assumptions)[];
const CASES = NAMES.flatMap((name) => ASSUMPTIONS[name].values.map((value) => ({ name, value })));

test('every assumption has its probe', () => {
  const probed = PROBES.map(({ name }) => name);
  expect(NAMES.filter((name) => !probed.includes(name))).toEqual([]);
});

test.each(CASES)('$name is $value', async ({ name, value }) => {
  rehearsal.set({ [name]: value });
  const { seen, verdict, evidence } = await rowOf(rehearsal, name);
  expect({ seen, evidence }).toEqual({ seen: value, evidence });
  expect(verdict).toBe(value === ASSUMPTIONS[name].default ? 'confirmed' : 'refuted');
});
