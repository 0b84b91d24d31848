import fc from 'fast-check';
import type { FaultAction, FaultRule, FaultScript } from 'local-data-exchange';
import type { JobTypeName } from '../../src/job/job-types';
import type { Properties } from '../../src/job/properties';
import { checkAsync, SEED } from '../job/seed';
import type { Finished, Habits } from '../support/cloudformation';
import { useWorld } from '../support/world';
import { type Case, IMPORTS, makeCase, onlyId, TYPES, uploadFile, uploadingOnce } from './cases';

/**
 * Every operation of every type under schedules of faults: answers get lost, calls are repeated, refused, late. However
 * it goes, the operation ends as the job does, no second job ever runs, and CloudFormation knows whatever is left.
 *
 * `FC_SEED=…` repeats a run, `FC_RUNS=…` tries more schedules for each type and operation.
 */

const world = useWorld(SEED);
const cloudFormation = world.cloudFormation();

type End = 'COMPLETED' | 'ERROR' | 'TIMED_OUT' | 'VANISHED' | 'CANCELLED';
type Mutation = 'CREATE' | 'UPDATE' | 'DELETE';

interface Schedule {
  /** What happens to the calls of the operation, and to which of them. */
  faults: readonly { on: string | string[]; calls: number[]; what: keyof typeof FAULTS }[];
  /** What happens to the first calls of CreateJob. */
  readonly unlucky: readonly (keyof typeof UNLUCKY)[];
  end: End;
  readonly jobSeconds: number;
  hidden: { readonly calls?: number; readonly seconds?: number };
  readonly lag: { readonly reads?: number; readonly seconds?: number };
  readonly quota?: { readonly overQuota: '402' | '409' | '429' | '400'; readonly freedAfter: number };
  keeps: NonNullable<Habits['keeps']>;
  readonly repeated: readonly number[];
  readonly doubled: readonly number[];
  /** The state in which a delete finds the job. */
  readonly found: 'WAITING' | 'IN_PROGRESS' | 'ENDED';
  /** Whether an import makes its revision itself, and finalises it. */
  readonly ownRevision: boolean;
}

/** What passes by itself. */
const FAULTS = {
  throttled: { error: 'ThrottlingException' },
  internal: { error: 'InternalServerException' },
  gateway: { answer: { status: 503, text: '<html>busy</html>' } },
  expired: { error: 'ExpiredTokenException' },
  'reset before': { connection: 'reset', effect: 'none' },
  'reset after': { connection: 'reset', effect: 'done' },
  'lost in a gateway': { answer: { status: 504, text: 'upstream' }, effect: 'done' },
} as const satisfies Record<string, FaultAction>;

/** After these CloudFormation starts a create over. */
const UNLUCKY = {
  throttled: FAULTS.throttled,
  internal: FAULTS.internal,
  'reset before': FAULTS['reset before'],
  'reset after': FAULTS['reset after'],
} as const;

/** The calls about a job, and with `*` those about its revision that every operation repeats. */
const CALLS = ['GetJob', 'StartJob', 'CancelJob', 'GetRevision', 'UpdateRevision', 'DeleteRevision'];

function some<T>(arbitrary: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<T[]> {
  return fc.array(arbitrary, { maxLength });
}

function keysOf<T extends object>(object: T): fc.Arbitrary<keyof T> {
  return fc.constantFrom(...(Object.keys(object) as (keyof T)[]));
}

const schedules: fc.Arbitrary<Schedule> = fc.record({
  faults: some(
    fc.record({
      on: fc.constantFrom<string | string[]>(...CALLS, CALLS),
      calls: fc.uniqueArray(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
      what: keysOf(FAULTS),
    }),
    4,
  ),
  unlucky: some(keysOf(UNLUCKY), 2),
  end: fc.oneof(
    { weight: 3, arbitrary: fc.constant<End>('COMPLETED') },
    { weight: 4, arbitrary: fc.constantFrom<End>('ERROR', 'TIMED_OUT', 'VANISHED', 'CANCELLED') },
  ),
  jobSeconds: fc.constantFrom(0, 1, 3, 20),
  hidden: fc.constantFrom({}, {}, { calls: 2 }, { seconds: 10 }, { seconds: 40 }),
  lag: fc.constantFrom({}, {}, { reads: 3 }, { seconds: 15 }, { seconds: 70 }),
  quota: fc.option(
    fc.record({
      overQuota: fc.constantFrom('402', '409', '429', '400'),
      freedAfter: fc.constantFrom(1, 15, 40),
    }),
    { nil: undefined, freq: 3 },
  ),
  keeps: fc.constantFrom('both', 'context', 'model'),
  repeated: some(fc.integer({ min: 0, max: 4 }), 2),
  doubled: some(fc.integer({ min: 1, max: 4 }), 2),
  found: fc.constantFrom('WAITING', 'IN_PROGRESS', 'ENDED'),
  ownRevision: fc.boolean(),
});

/** The schedule without what nobody can distinguish from outside, so that it has one right end. */
function decidable(operation: Mutation, schedule: Schedule, job: Case): Schedule {
  const plan = { ...schedule };
  if (plan.end === 'VANISHED' && plan.ownRevision) {
    // From a job that is lost only the whole model leads to its revision: `own-revision.test.ts` has that.
    plan.end = 'CANCELLED';
  }
  if (plan.end === 'VANISHED' && operation === 'CREATE' && plan.keeps === 'model') {
    // Without its context a create takes a job that is lost for one that is not visible yet.
    plan.keeps = 'both';
  }
  if (plan.ownRevision && operation === 'CREATE') {
    // Such a create calls GetRevision before a job exists, and dead credentials end it there.
    plan.faults = plan.faults.map((fault) => (fault.what === 'expired' ? { ...fault, what: 'throttled' } : fault));
  }
  if (operation !== 'CREATE' || job.file !== undefined) {
    // Who uploads has to see the job; a job that nobody sees yet cannot be updated or deleted either.
    plan.hidden = {};
  }
  return plan;
}

const LONG_URLS = { signedUrlSeconds: 36_000 };
const JOB_ERRORS = [{ Code: 'MALWARE_DETECTED', Message: 'as scripted' }];

function scriptOf(schedule: Schedule, type: JobTypeName): FaultScript {
  const { jobSeconds: seconds, hidden, lag, quota, end } = schedule;
  const faults: FaultRule[] = [
    { on: 'CreateJob', do: { job: { seconds, hidden, lag, end, errors: JOB_ERRORS } } },
    ...schedule.unlucky.map((what, number) => ({ on: 'CreateJob', calls: number + 1, do: UNLUCKY[what] })),
    ...schedule.faults.map(({ on, calls, what }) => ({ on, calls, do: FAULTS[what] })),
  ];
  const full = quota ? { overQuota: quota.overQuota, concurrentJobs: { [type]: 1 } } : {};
  return { faults, assumptions: { ...LONG_URLS, ...full } };
}

/** Takes the only slot for running jobs of a type. */
async function takeSlot(type: JobTypeName, jobSeconds: number): Promise<void> {
  const { model } = await makeCase(type, world);
  world.faults({ assumptions: { ...LONG_URLS, jobSeconds } });
  const { event } = await cloudFormation.create(model);
  await world.startJob(event.resourceModel?.Id as string);
}

/** Prepares what the operation finds, runs it under the schedule, and compares its end with that of the job. */
async function run(operation: Mutation, type: JobTypeName, random: Schedule): Promise<void> {
  const calm = { assumptions: LONG_URLS };
  world.faults(calm);
  const ownRevision = random.ownRevision && IMPORTS.includes(type);
  const job = await makeCase(type, world, ownRevision);
  const schedule = decidable(operation, { ...random, ownRevision }, job);
  if (schedule.quota) {
    await takeSlot(type, schedule.quota.freedAfter);
  }
  const before = await world.states(job.DataSetId);
  const script = scriptOf(schedule, type);
  const { keeps, repeated, doubled } = schedule;
  const habits: Habits = { keeps, repeated, doubled };
  const desired = { ...job.model, StartOnCreation: true, ...(ownRevision ? { FinalizeRevision: true } : {}) };
  let finished: Finished;
  let model: Properties | undefined;
  if (operation === 'CREATE') {
    world.faults(script);
    finished = await cloudFormation.create(desired, { ...habits, retries: 20, afterEach: uploadingOnce(world, job) });
    model = finished.event.resourceModel;
  } else {
    // The job is made without trouble; what is in store for it comes later.
    world.faults({ ...script, faults: script.faults?.slice(0, 1) });
    model = (await cloudFormation.create(job.model)).event.resourceModel as Properties;
    world.faults(calm);
    await uploadFile(world, job, model.Id);
    if (operation === 'DELETE' && schedule.found !== 'WAITING') {
      await world.startJob(model.Id as string);
      if (schedule.found === 'ENDED') {
        world.clock.advance((schedule.jobSeconds + (schedule.lag.seconds ?? 0) + 1) * 1_000);
      }
    }
    world.faults(script);
    finished =
      operation === 'UPDATE'
        ? await cloudFormation.update({ ...job.model, Id: model.Id }, { ...desired, Id: model.Id }, habits)
        : await cloudFormation.delete(onlyId(model), habits);
  }
  world.faults(calm);
  const made = [...(await world.states(job.DataSetId)).keys()].filter((id) => !before.has(id));
  await expectRightEnd(operation, schedule, job, finished, model);
  await expectNothingUnknown(operation, schedule, job, model, made);
}

const CODES: Readonly<Record<Exclude<End, 'COMPLETED'>, Record<'CREATE' | 'UPDATE', string>>> = {
  ERROR: { CREATE: 'InvalidRequest', UPDATE: 'InvalidRequest' },
  TIMED_OUT: { CREATE: 'NotStabilized', UPDATE: 'NotStabilized' },
  VANISHED: { CREATE: 'NotStabilized', UPDATE: 'NotFound' },
  CANCELLED: { CREATE: 'NotStabilized', UPDATE: 'NotFound' },
};

/** The operation ends as its job does. */
async function expectRightEnd(
  operation: Mutation,
  { end, found, keeps, repeated, doubled, faults, ownRevision }: Schedule,
  job: Case,
  { event }: Finished,
  model: Properties | undefined,
): Promise<void> {
  const outcome = event.errorCode ?? event.status;
  const isGone = end === 'VANISHED' || end === 'CANCELLED';
  if (operation === 'DELETE') {
    // A delete that is sent again, or whose context is lost, cannot distinguish its own deletion from an earlier one.
    expect(['SUCCESS', 'NotFound']).toContain(outcome);
    const calm = keeps !== 'model' && repeated.length === 0 && doubled.length === 0 && faults.length === 0;
    if (calm) {
      expect(outcome).toBe(found === 'ENDED' && isGone && !ownRevision ? 'NotFound' : 'SUCCESS');
    }
  } else if (end === 'COMPLETED') {
    expect(event).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'COMPLETED', Id: model?.Id } });
    await job.expectDone(event.resourceModel as Properties);
  } else {
    // An update that has forgotten that it started the job finds one that has ended, and asks for another.
    const forgetful = operation === 'UPDATE' && !isGone;
    expect([CODES[end][operation], ...(forgetful ? ['NotUpdatable'] : [])]).toContain(outcome);
    if (outcome === 'InvalidRequest') {
      expect(event.message).toContain('MALWARE_DETECTED: as scripted');
    }
    if (outcome !== 'NotFound') {
      expect(event.message).toContain(model?.Id);
    }
  }
}

/** Nothing is left at the service that CloudFormation does not know, and nothing more begins to run. */
async function expectNothingUnknown(
  operation: Mutation,
  { unlucky, repeated, doubled, end, ownRevision }: Schedule,
  { DataSetId }: Case,
  model: Properties | undefined,
  made: readonly string[],
): Promise<void> {
  world.clock.advance(1_000_000);
  const after = await world.states(DataSetId);
  const others = made.filter((id) => id !== model?.Id);
  expect(others.filter((id) => after.get(id) !== 'WAITING')).toEqual([]);
  // Idle jobs come from answers of CreateJob that were lost, and from a first event that was sent again.
  const lost = operation === 'CREATE' ? unlucky.filter((what) => what === 'reset after').length : 0;
  const again = operation === 'CREATE' ? repeated.length + doubled.length : 0;
  expect(others.length).toBeLessThanOrEqual(lost + again);
  if (operation === 'DELETE') {
    expect(['WAITING', 'IN_PROGRESS']).not.toContain(after.get(model?.Id as string));
  } else {
    const isGone = end === 'VANISHED' || end === 'CANCELLED';
    const { event } = await cloudFormation.delete(model as Properties);
    expect(event.errorCode ?? event.status).toBe(isGone && !ownRevision ? 'NotFound' : 'SUCCESS');
  }
  if (ownRevision) {
    expect((await world.holdings(DataSetId)).revisions).toEqual([]);
  }
}

describe.each(TYPES)(`schedules of faults, FC_SEED=${SEED}: %s`, (type) => {
  test.each<Mutation>(['CREATE', 'UPDATE', 'DELETE'])('%s', async (operation) => {
    await checkAsync(
      fc.asyncProperty(schedules, (schedule) => run(operation, type, schedule)),
      1,
      TYPES.indexOf(type),
    );
  });
});
