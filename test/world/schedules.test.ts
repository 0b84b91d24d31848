import { MAXIMAL } from '../job/examples';
import { SEED } from '../job/seed';
import { IMPORTS, TYPES } from '../wire/cases';
import { rightsNeverUsed } from './support/declared-rights';
import { type FaultName, faultsOf } from './support/faults';
import type { Deed, Life, Planned } from './support/life';
import { useBiographies } from './support/use-biographies';

/**
 * Every fault at every call of every operation, by the built function: for each, the course of a life in which the
 * operation finds the job in a certain state. The job types take turns: together they meet all of it, and another seed
 * gives each type other faults. With `ALL_SCHEDULES=1` each type meets all of them, each alone and with a second one,
 * which changes with the seed too (10 minutes); with `ALL_SCHEDULES=pairs` every pair of them (over an hour).
 * (`test/operations/faults.test.ts` has all pairs over the port.)
 */

const biographies = useBiographies();
const isWhole = process.env.ALL_SCHEDULES !== undefined;
const inPairs = process.env.ALL_SCHEDULES === 'pairs';

interface Course {
  readonly name: string;
  /** The operation that meets the faults: the first (CREATE), or the last before or with the delete. */
  readonly disturbed: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly more?: Life['more'];
  readonly change?: Life['more'];
  readonly rollback?: true;
  readonly between?: readonly Deed[];
  readonly publishOnFinalize?: true;
  readonly identifierAlone?: true;
  /** For imports with a revision of their own only. */
  readonly own?: true;
}

const RUN = { StartOnCreation: true };
const FINALISED = { StartOnCreation: true, FinalizeRevision: true };
const COMMENTED = { ...FINALISED, RevisionComment: 'Oktober', RevisionTags: [{ Key: 'draft', Value: '' }] };
const CORRECTED = { RevisionComment: 'October', RevisionTags: [{ Key: 'team', Value: 'weather' }] };

const COURSES: readonly Course[] = [
  { name: 'a create that waits', disturbed: 'CREATE' },
  { name: 'a create that runs', disturbed: 'CREATE', more: RUN },
  { name: 'a create that finalises', disturbed: 'CREATE', more: FINALISED, own: true },
  { name: 'an update that starts', disturbed: 'UPDATE', change: RUN },
  { name: 'an update that starts and finalises', disturbed: 'UPDATE', change: FINALISED, own: true },
  {
    name: 'an update that opens',
    disturbed: 'UPDATE',
    more: FINALISED,
    change: { FinalizeRevision: false },
    own: true,
  },
  { name: 'an update that corrects', disturbed: 'UPDATE', more: COMMENTED, change: CORRECTED, own: true },
  { name: 'an update that is rolled back', disturbed: 'UPDATE', change: RUN, rollback: true },
  { name: 'an update that replaces', disturbed: 'UPDATE', more: RUN, change: { Triggers: ['2'] } },
  { name: 'a delete of a job that waits', disturbed: 'DELETE' },
  { name: 'a delete of a job that somebody starts', disturbed: 'DELETE', between: ['start'] },
  { name: 'a delete of a job that is done', disturbed: 'DELETE', more: RUN },
  { name: 'a delete of a job that was cancelled', disturbed: 'DELETE', between: ['cancel'] },
  { name: 'a delete of a finalised revision', disturbed: 'DELETE', more: FINALISED, own: true, identifierAlone: true },
  {
    name: 'a delete of a published revision',
    disturbed: 'DELETE',
    more: { ...FINALISED, RevokeOnDelete: true },
    publishOnFinalize: true,
    own: true,
  },
  { name: 'a delete of a forgotten job', disturbed: 'DELETE', more: RUN, between: ['forget'], own: true },
];

function lifeOf(course: Course, type: Life['type'], faults: readonly Planned[]): Life {
  const { disturbed, more = {}, change, rollback, between = [], publishOnFinalize = false } = course;
  const turn = (operation: Course['disturbed']) => (operation === disturbed ? { faults } : {});
  const ownRevision = course.own === true || (IMPORTS.includes(type) && faults.length % 2 === 0);
  return {
    type,
    ownRevision,
    more: { StartOnCreation: false, ...(MAXIMAL[type].Triggers === undefined ? { Triggers: ['1'] } : {}), ...more },
    script: { assumptions: { publishOnFinalize, jobSeconds: 3 } },
    create: turn('CREATE'),
    updates: change === undefined ? [] : [{ ...turn('UPDATE'), change, ...(rollback ? { rollback } : {}) }],
    between,
    delete: { ...turn('DELETE'), identifierAlone: course.identifierAlone === true },
  };
}

/** The calls of the operation that meets the faults. */
function disturbedCalls({ disturbed }: Course, operations: readonly (readonly string[])[]): readonly string[] {
  const place = { CREATE: 0, UPDATE: 1, DELETE: operations.length - 1 }[disturbed];
  return operations[place] ?? [];
}

function faultsIn(calls: readonly string[], from = 0): [number, FaultName][] {
  return calls
    .slice(from)
    .flatMap((operation, index) => faultsOf(operation).map((fault): [number, FaultName] => [from + index, fault]));
}

async function live(life: Life, course: Course): Promise<readonly string[]> {
  return disturbedCalls(course, await (await biographies()).live(life));
}

test.each(COURSES)(
  `$name, FC_SEED=${SEED}`,
  async (course) => {
    const types = course.own ? IMPORTS : TYPES;
    for (const [place, type] of types.entries()) {
      const calls = await live(lifeOf(course, type, []), course);
      for (const [number, fault] of faultsIn(calls).entries()) {
        if (!isWhole && (number + SEED) % types.length !== place) {
          continue;
        }
        const after = await live(lifeOf(course, type, [fault]), course);
        const seconds = isWhole ? faultsIn(after, fault[0] + 1) : [];
        const turn = (number * 7 + SEED) % seconds.length;
        for (const second of inPairs ? seconds : seconds.slice(turn, turn + 1)) {
          await live(lifeOf(course, type, [fault, second]), course);
        }
      }
    }
  },
  3_600_000,
);

test('a create whose calls are all slow is answered within the budget of each invocation', async () => {
  const course = COURSES.find(({ name }) => name === 'a create that finalises') as Course;
  const slow = Array.from({ length: 8 }, (_, call): Planned => [call, call === 1 ? 'silent after' : 'slow']);
  await live(lifeOf(course, 'IMPORT_ASSETS_FROM_S3', slow), course);
});

test('every right that the schema declares for a call of the handlers is used by some path', () => {
  expect(rightsNeverUsed(biographies.used)).toEqual([]);
});
