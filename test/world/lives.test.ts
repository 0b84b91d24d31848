import fc from 'fast-check';
import { checkAsync, checkFor, SEED } from '../job/seed';
import { IMPORTS, TYPES } from '../wire/cases';
import type { Deed, Life, Turn, Update } from './support/life';
import { useBiographies } from './support/use-biographies';

/**
 * Random lives of resources, by the built function in virtual time, with whatever CloudFormation, the service, the
 * network and other people may do. The invariants in `support/invariants.ts` are checked after each step.
 *
 * `FC_SEED=…` repeats a run, `FC_RUNS=…` leads more lives; `make soak MINUTES=…` leads them for so long.
 */

const biographies = useBiographies();

/** As many as there is time for in `make test`; `test/operations/lives.test.ts` leads more of them over the port. */
const LIVES = 500;
const MINUTES = Number(process.env.SOAK_MINUTES ?? 0);

const turns: fc.Arbitrary<Turn> = fc.record({
  faults: fc.array(fc.tuple(fc.nat(14), fc.nat(20)), { maxLength: 3 }),
  habits: fc.record({
    keeps: fc.constantFrom('both', 'both', 'context', 'model', 'identifier'),
    repeated: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.subarray([0, 1, 2]) }),
    doubled: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.subarray([1, 2, 3]) }),
    lateSeconds: fc.constantFrom(0, 0, 0, 90),
  }),
});

function others(deeds: readonly Deed[]): fc.Arbitrary<Turn['others']> {
  const one = fc.tuple(fc.nat(3), fc.constantFrom(...deeds)).map((deed) => [deed]);
  return fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: one });
}

const updates: fc.Arbitrary<Update> = fc
  .record({
    turn: turns,
    change: fc.constantFrom(
      { StartOnCreation: true },
      { StartOnCreation: true, FinalizeRevision: true },
      { FinalizeRevision: false },
      { FinalizeRevision: true },
      { RevisionComment: 'corrected' },
      { RevisionComment: undefined, RevisionTags: undefined },
      { RevisionTags: [{ Key: 'team', Value: 'weather' }], RevokeOnDelete: true },
      { Triggers: ['2'] },
    ),
    others: others(['forget', 'remove', 'finalise']),
    rollback: fc.boolean(),
    withPrevious: fc.boolean(),
    cancelledAfter: fc.constantFrom(undefined, undefined, undefined, 1, 2),
  })
  .map(({ turn, cancelledAfter, ...update }) => ({
    ...turn,
    ...update,
    habits: { ...turn.habits, ...(cancelledAfter === undefined ? {} : { cancelledAfter }) },
  }));

const lives: fc.Arbitrary<Life> = fc
  .record({
    type: fc.constantFrom(...TYPES),
    ownRevision: fc.boolean(),
    more: fc.record({
      StartOnCreation: fc.boolean(),
      FinalizeRevision: fc.boolean(),
      RevisionComment: fc.option(fc.constant('a comment'), { nil: undefined }),
      RevisionTags: fc.option(fc.constant([{ Key: 'draft', Value: '' }]), { nil: undefined }),
      RevokeOnDelete: fc.option(fc.boolean(), { nil: undefined }),
      Triggers: fc.option(fc.constant(['1']), { nil: undefined }),
    }),
    plan: fc.record({
      seconds: fc.constantFrom(0, 1, 3, 20, 300),
      end: fc.constantFrom('COMPLETED', 'COMPLETED', 'COMPLETED', 'ERROR', 'TIMED_OUT', 'CANCELLED', 'VANISHED'),
      lag: fc.constantFrom({}, {}, { seconds: 15 }, { seconds: 70 }),
      hidden: fc.constantFrom({}, {}, {}, { seconds: 10 }),
    }),
    assumptions: fc.record({
      overQuota: fc.constantFrom('402', '409', '429', '400'),
      publishOnFinalize: fc.constantFrom(false, false, true),
      deleteRevokedRevision: fc.constantFrom('allowed', 'refused'),
      changeFinalizedRevision: fc.constantFrom('refused', 'allowed'),
      finalizedRevisionImport: fc.constantFrom('CreateJob', 'StartJob', 'job'),
      startJobChecks: fc.constantFrom('state', 'all'),
    }),
    slotTakenFor: fc.option(fc.constantFrom(1, 15, 40), { nil: undefined, freq: 6 }),
    create: turns,
    // Not 'start': the template is wrong from then on, and no operation can answer as it demands.
    duringCreate: others(['cancel', 'finalise', 'publish', 'forget', 'fail', 'remove']),
    // CloudFormation feeds back the model of IN_PROGRESS, in which nothing is missing but what is write-only.
    updates: fc.array(
      updates.filter(({ habits }) => habits?.keeps !== 'identifier'),
      { maxLength: 2 },
    ),
    between: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      {
        weight: 2,
        arbitrary: fc.array(
          fc.constantFrom<Deed>('cancel', 'start', 'finalise', 'open', 'publish', 'revoke', 'remove', 'forget', 'fail'),
          { maxLength: 2 },
        ),
      },
    ),
    // Without its context a delete waits for ever for a refusal that does not pass.
    delete: turns.map(withContext),
    identifierAlone: fc.boolean(),
  })
  .map(({ plan, assumptions, duringCreate, identifierAlone, type, ownRevision: own, ...life }) => {
    const ownRevision = own && IMPORTS.includes(type);
    // A file cannot be uploaded by somebody who does not see the job, and nobody cleans up a job that is hidden from him.
    // Nor does a create that is sent again find the job of the first one while the service hides it.
    const { hidden, ...visible } = plan;
    const isHidden = ownRevision && 'seconds' in hidden;
    const habits = { ...life.create.habits, ...(isHidden ? { repeated: [] } : {}) };
    // By the identifier alone a create cannot see that the revision which is gone was to be the job's own.
    const isRemoved = duringCreate?.some(([, deed]) => deed === 'remove') === true;
    const create = {
      ...life.create,
      habits: { ...habits, ...(isRemoved && habits.keeps === 'identifier' ? { keeps: 'both' as const } : {}) },
    };
    return {
      ...life,
      type,
      ownRevision,
      isHidden,
      more: fitting(life.more, ownRevision, IMPORTS.includes(type)),
      script: {
        assumptions: {
          ...assumptions,
          ...(life.slotTakenFor === undefined ? {} : { concurrentJobs: { [type]: 1 } }),
        },
        faults: [{ on: 'CreateJob', do: { job: { ...visible, ...(ownRevision ? { hidden } : {}) } } }],
      },
      create: { ...(mayVanish(plan.end, duringCreate) ? withContext(create) : create), others: duringCreate },
      updates: life.updates.map((update) => ({
        ...update,
        change: fitting(update.change, ownRevision, IMPORTS.includes(type)),
      })),
      delete: { ...life.delete, identifierAlone },
    };
  }) as fc.Arbitrary<Life>;

function mayVanish(end: string, others: Turn['others'] = []): boolean {
  return end === 'VANISHED' || others.some(([, deed]) => deed === 'forget');
}

/** Without its context a create takes a job that is lost for one that is not visible yet. */
function withContext({ habits, ...turn }: Turn): Turn {
  return { ...turn, habits: { ...habits, keeps: habits?.keeps === 'model' ? 'both' : habits?.keeps } };
}

const OF_OWN_REVISIONS = ['RevisionComment', 'RevisionTags', 'RevokeOnDelete'];

/** The properties that the type may have. */
function fitting(more: Readonly<Record<string, unknown>>, ownRevision: boolean, isImport: boolean) {
  const fit = Object.entries(more).filter(
    ([name, value]) =>
      (ownRevision || !OF_OWN_REVISIONS.includes(name)) &&
      (isImport || name !== 'FinalizeRevision') &&
      !(name === 'FinalizeRevision' && value === true && more.StartOnCreation === false) &&
      (value !== undefined || more.StartOnCreation === undefined),
  );
  return Object.fromEntries(fit);
}

test(
  `${MINUTES > 0 ? `${MINUTES} minutes of` : LIVES} lives, FC_SEED=${SEED}`,
  async () => {
    const property = fc.asyncProperty(lives, async (life) => {
      await (await biographies()).live(life);
    });
    await (MINUTES > 0 ? checkFor(property, MINUTES) : checkAsync(property, LIVES));
  },
  (MINUTES + 20) * 60_000,
);
