import './time';
import fc from 'fast-check';
import type { FaultAction, FaultRule, FaultScript } from '../../emulator/faults/fault-script';
import { entrypoint } from '../../src/handlers';
import type { JobTypeName } from '../../src/job/job-types';
import type { Properties } from '../../src/job/properties';
import type { Answer } from './contract';
import { type Filled, LocalExchange, onlyId } from './local-exchange';
import { captureLog } from './log';
import { type Ended, type Habits, type Kept, Registry } from './registry';
import { clock, SEED } from './time';
import { type Case, files, makeCase, TYPES, uploadFile } from './types';

/**
 * Every operation of every type under schedules of faults: answers get lost, calls are repeated, refused, late. However it goes, the end is the one that
 * the job's fate asks for, no second job ever runs, and what exists is named.
 *
 * `FC_SEED=…` plays a run again, `FC_RUNS=…` plays more schedules for each type and operation.
 */
const RUNS = Number(process.env.FC_RUNS ?? 1);

type Fate = 'COMPLETED' | 'ERROR' | 'TIMED_OUT' | 'VANISHED' | 'CANCELLED';
type Mutation = 'CREATE' | 'UPDATE' | 'DELETE';

interface Schedule {
  /** What happens to the job's calls, and to which of them. */
  faults: { on: 'GetJob' | 'StartJob' | 'CancelJob' | '*'; calls: number[]; what: keyof typeof FAULTS }[];
  /** What happens to CreateJob at first. */
  unlucky: (keyof typeof UNLUCKY)[];
  fate: Fate;
  jobSeconds: number;
  hidden: { calls?: number; seconds?: number };
  lag: { reads?: number; seconds?: number };
  quota?: { overQuota: '402' | '409' | '429' | '400'; freedAfter: number };
  kept: Kept;
  repeated: number[];
  twice: number[];
  /** In which state a delete finds the job. */
  found: 'WAITING' | 'IN_PROGRESS' | 'ENDED';
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

/** What CloudFormation starts a create over for. */
const UNLUCKY = {
  throttled: FAULTS.throttled,
  internal: FAULTS.internal,
  'reset before': FAULTS['reset before'],
  'reset after': FAULTS['reset after'],
} as const;

const some = <T>(arbitrary: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<T[]> =>
  fc.array(arbitrary, { maxLength });
const keysOf = <T extends object>(object: T): fc.Arbitrary<keyof T> =>
  fc.constantFrom(...(Object.keys(object) as (keyof T)[]));

const schedules: fc.Arbitrary<Schedule> = fc.record({
  faults: some(
    fc.record({
      on: fc.constantFrom('GetJob', 'StartJob', 'CancelJob', '*'),
      calls: fc.uniqueArray(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
      what: keysOf(FAULTS),
    }),
    4,
  ),
  unlucky: some(keysOf(UNLUCKY), 2),
  fate: fc.oneof(
    { weight: 3, arbitrary: fc.constant<Fate>('COMPLETED') },
    { weight: 4, arbitrary: fc.constantFrom<Fate>('ERROR', 'TIMED_OUT', 'VANISHED', 'CANCELLED') },
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
  kept: fc.constantFrom<Kept>('both', 'context', 'model'),
  repeated: some(fc.integer({ min: 0, max: 4 }), 2),
  twice: some(fc.integer({ min: 1, max: 4 }), 2),
  found: fc.constantFrom('WAITING', 'IN_PROGRESS', 'ENDED'),
});

/** Whatever cannot be told apart from the outside is left out of a schedule, so that each has one right end. */
function sensible(operation: Mutation, schedule: Schedule, job: Case): Schedule {
  const plan = { ...schedule };
  // A job that is lost looks like one that is not visible yet to a create whose context is never given back.
  if (operation === 'CREATE' && plan.fate === 'VANISHED' && plan.kept === 'model') plan.kept = 'both';
  // Who uploads has to see the job; a job that nobody sees yet cannot be deleted or updated either.
  if (operation !== 'CREATE' || job.file) plan.hidden = {};
  return plan;
}

let exchange: LocalExchange;
let filled: Filled;
const registry = new Registry(entrypoint);
const log = captureLog();
beforeAll(async () => {
  exchange = await LocalExchange.start();
  filled = await exchange.filled(files());
});
afterAll(() => exchange.stop());
beforeEach(() => exchange.faults());
afterEach(() => log.check());

const MARGIN = { signedUrlSeconds: 36_000 };
const JOB_ERRORS = [{ Code: 'MALWARE_DETECTED', Message: 'as scripted' }];

function scriptOf(plan: Schedule, type: JobTypeName): FaultScript {
  const { jobSeconds, hidden, lag, quota, fate } = plan;
  const faults: FaultRule[] = [
    { on: 'CreateJob', do: { job: { seconds: jobSeconds, hidden, lag, end: fate, errors: JOB_ERRORS } } },
    ...plan.unlucky.map((what, n) => ({ on: 'CreateJob', calls: n + 1, do: UNLUCKY[what] })),
    ...plan.faults.map(({ on, calls, what }) => ({
      on: on === '*' ? ['GetJob', 'StartJob', 'CancelJob'] : on,
      calls,
      do: FAULTS[what],
    })),
  ];
  const full = quota ? { overQuota: quota.overQuota, concurrentJobs: { [type]: 1 } } : {};
  return { faults, assumptions: { ...MARGIN, ...full } };
}

/** Takes the only slot for running jobs of a type. */
async function blocker(type: JobTypeName, seconds: number): Promise<void> {
  const { model } = await makeCase(type, exchange, filled);
  exchange.faults({ assumptions: { ...MARGIN, jobSeconds: seconds } });
  const { last } = await registry.create(model);
  await exchange.start(last.resourceModel?.Id as string);
}

/** Uploads to whatever the operation makes, as soon as its name is known. */
function uploading(job: Case): Habits['meanwhile'] {
  const done = new Set<unknown>();
  return async ({ resourceModel }: Answer) => {
    const id = resourceModel?.Id;
    if (!job.file || id === undefined || done.has(id)) return;
    done.add(id);
    exchange.faults(withoutFaults());
    await uploadFile(exchange, job, id as string);
    exchange.faults(current);
  };
}

/** The script in force; loading it again begins its counters anew, which only means more faults. */
let current: FaultScript = {};
const withoutFaults = (): FaultScript => ({ assumptions: current.assumptions });
function play(script: FaultScript): void {
  current = script;
  exchange.faults(script);
}

async function run(operation: Mutation, type: JobTypeName, schedule: Schedule): Promise<void> {
  exchange.faults({ assumptions: MARGIN });
  const job = await makeCase(type, exchange, filled);
  const plan = sensible(operation, schedule, job);
  const { kept, repeated, twice } = plan;
  if (plan.quota) await blocker(type, plan.quota.freedAfter);
  const before = await exchange.states(job.DataSetId);
  const script = scriptOf(plan, type);
  const habits: Habits = { kept, repeated, twice };
  let ended: Ended;
  if (operation === 'CREATE') {
    play(script);
    ended = await registry.create(
      { ...job.model, StartOnCreation: true },
      { ...habits, retries: 3, meanwhile: uploading(job) },
    );
  } else {
    // The job is made without trouble; trouble comes after.
    play({ ...script, faults: script.faults?.slice(0, 1) });
    const model = (await registry.create(job.model)).last.resourceModel as Properties;
    exchange.faults({ assumptions: MARGIN });
    await uploadFile(exchange, job, model.Id as string);
    if (operation === 'DELETE' && plan.found !== 'WAITING') {
      await exchange.start(model.Id as string);
      if (plan.found === 'ENDED') clock.advance((plan.jobSeconds + (plan.lag.seconds ?? 0) + 1) * 1_000);
    }
    play(script);
    ended =
      operation === 'UPDATE'
        ? await registry.update(model, { ...job.model, StartOnCreation: true, Id: model.Id }, habits)
        : await registry.delete(onlyId(model), habits);
    ended.last = { ...ended.last, resourceModel: ended.last.resourceModel ?? onlyId(model) };
  }
  exchange.faults({ assumptions: MARGIN });
  await judge(operation, plan, job, ended, before);
}

const FAILURES: Readonly<Record<Exclude<Fate, 'COMPLETED'>, Record<'CREATE' | 'UPDATE', string>>> = {
  ERROR: { CREATE: 'InvalidRequest', UPDATE: 'InvalidRequest' },
  TIMED_OUT: { CREATE: 'NotStabilized', UPDATE: 'NotStabilized' },
  VANISHED: { CREATE: 'NotStabilized', UPDATE: 'NotFound' },
  CANCELLED: { CREATE: 'NotStabilized', UPDATE: 'NotFound' },
};

/** Holds the end to what the fate of the job asks for, and looks at what is left at the service. */
async function judge(
  operation: Mutation,
  plan: Schedule,
  job: Case,
  ended: Ended,
  before: Map<string, string>,
): Promise<void> {
  const { last } = ended;
  const { fate } = plan;
  const id = last.resourceModel?.Id as string;
  const made = [...(await exchange.states(job.DataSetId)).keys()].filter((other) => !before.has(other));
  const told = last.status === 'SUCCESS' ? 'SUCCESS' : (last.errorCode as string);
  expect(id).toBeDefined();
  if (operation === 'DELETE') {
    // An event that was sent again, or a context that is lost, cannot tell our own deletion from an earlier one.
    expect(['SUCCESS', 'NotFound']).toContain(told);
    const lost = plan.found === 'ENDED' && (fate === 'VANISHED' || fate === 'CANCELLED');
    const calm =
      plan.kept !== 'model' && plan.repeated.length === 0 && plan.twice.length === 0 && plan.faults.length === 0;
    if (calm) expect(told).toBe(lost ? 'NotFound' : 'SUCCESS');
  } else if (fate === 'COMPLETED') {
    expect(told).toBe('SUCCESS');
    expect(last.resourceModel?.State).toBe('COMPLETED');
    await job.done(last.resourceModel as Properties);
  } else {
    // An update that has forgotten that it started the job finds one that has ended, and asks for another.
    const forgetful = operation === 'UPDATE' && (fate === 'ERROR' || fate === 'TIMED_OUT');
    expect([FAILURES[fate][operation], ...(forgetful ? ['NotUpdatable'] : [])]).toContain(told);
    if (fate === 'ERROR' && told === 'InvalidRequest') expect(last.message).toContain('MALWARE_DETECTED: as scripted');
    if (told !== 'NotFound') expect(last.message).toContain(id);
  }

  // Whatever is still running by now would end; nothing new may begin.
  clock.advance(1_000_000);
  const after = await exchange.states(job.DataSetId);
  const strangers = made.filter((other) => other !== id);
  expect(strangers.filter((other) => after.get(other) !== 'WAITING')).toEqual([]);
  // Idle ones come from answers to CreateJob that were lost, and from a first event that was sent again.
  const lost = operation === 'CREATE' ? plan.unlucky.filter((what) => what === 'reset after').length : 0;
  const again = operation === 'CREATE' ? plan.repeated.length + plan.twice.length : 0;
  expect(strangers.length).toBeLessThanOrEqual(lost + again);
  if (operation === 'DELETE') expect(['WAITING', 'IN_PROGRESS']).not.toContain(after.get(id));
  else {
    const deleted = await registry.delete(onlyId(last.resourceModel));
    const none = fate === 'VANISHED' || fate === 'CANCELLED';
    expect([deleted.last.status, deleted.last.errorCode]).toEqual(
      none ? ['FAILED', 'NotFound'] : ['SUCCESS', undefined],
    );
  }
}

describe(`schedules of faults, FC_SEED=${SEED}`, () => {
  describe.each(TYPES)('%s', (type) => {
    test.each<Mutation>(['CREATE', 'UPDATE', 'DELETE'])('%s', async (operation) => {
      // Other schedules for each type.
      const seed = SEED + TYPES.indexOf(type);
      const property = fc.asyncProperty(schedules, (schedule) => run(operation, type, schedule));
      await fc.assert(property, { seed, numRuns: RUNS }).catch((error: Error) => {
        error.message = `replay with FC_SEED=${SEED}\n${error.message}`;
        throw error;
      });
    });
  });
});
