import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Call, ErrorCode, Operation, Outcome, Refusal } from '../../src/decision/steps';
import type { Job } from '../../src/job/job';
import { JOB_TYPE_NAMES, JOB_TYPES, type JobTypeName, jobType } from '../../src/job/job-types';
import type { Properties } from '../../src/job/properties';
import { jobTag, type Revision, tokenTag } from '../../src/job/revision';
import { HANDLERS, RIGHTS, type Right } from '../../src/job/rights';
import { runOperation } from '../../src/run-operation';
import { DATA_SET, JOB_ID, MINIMAL, REVISION } from '../job/examples';

const TOKEN = '6f1d1a52-8f0f-4a57-9b19-2f0a4d2c5b11';

/** What the handlers call themselves; the other rights are for what the service does on their behalf. */
const OWN: readonly Right[] = [RIGHTS.RunJobs, RIGHTS.ManageJobs, RIGHTS.ManageRevisions];

describe('permissions', () => {
  test.each(HANDLERS)('%s may call exactly what it calls', async (handler) => {
    const calls = await everyCall(handler.toUpperCase() as Operation);
    const called = [...calls].filter((call) => call !== 'Upload').map((call) => `dataexchange:${call}`);
    const allowed = OWN.flatMap(({ actions }) =>
      Object.keys(actions).filter((action) => actions[action]?.includes(handler)),
    );
    expect(allowed.sort()).toEqual(called.sort());
  });

  test('the service module makes no call that the rights do not know', () => {
    const source = readFileSync(join(__dirname, '..', '..', 'src', 'service', 'calls.ts'), 'utf8');
    const commands = [...source.matchAll(/new (\w+)Command\(/g)].map(([, command]) => `dataexchange:${command}`);
    const allowed = OWN.flatMap(({ actions }) => Object.keys(actions));
    expect(commands).not.toHaveLength(0);
    expect(commands.filter((action) => !allowed.includes(action))).toEqual([]);
  });
});

/** The calls that an operation makes under any answers: it is run many times against a service that answers at random. */
async function everyCall(operation: Operation): Promise<ReadonlySet<string>> {
  const made = new Set<string>();
  for (let seed = 1; seed <= 400; seed++) {
    const random = generator(seed);
    const model = MINIMAL[pick(JOB_TYPE_NAMES, random)];
    const { RevisionId, ...withoutRevision } = model as Properties;
    const own = jobType(model.Type)?.ownRevision === true && random() < 0.7;
    const desired: Properties = {
      ...(own || RevisionId === undefined ? withoutRevision : model),
      StartOnCreation: own || random() < 0.7,
      ...(own ? { FinalizeRevision: true } : {}),
      ...(operation === 'CREATE' ? {} : { Id: JOB_ID }),
    };
    const previous =
      operation === 'UPDATE' ? { ...desired, StartOnCreation: random() < 0.5, FinalizeRevision: false } : undefined;
    await play({ operation, desired, previous, random, made });
  }
  return made;
}

interface Play {
  readonly operation: Operation;
  readonly desired: Properties;
  readonly previous: Properties | undefined;
  readonly random: () => number;
  readonly made: Set<string>;
}

/** One operation, invoked again for as long as it says IN_PROGRESS, a dozen times at most. */
async function play({ operation, desired, previous, random, made }: Play): Promise<void> {
  let now = Date.UTC(2026, 10, 22);
  let model = desired;
  let callbackContext: unknown;
  const perform = async (call: Call) => {
    made.add(call.call);
    return anyOutcome(call, desired, random);
  };
  for (let invocation = 0; invocation < 12; invocation++) {
    const request = {
      operation,
      desired: model,
      token: TOKEN,
      previous,
      rollback: random() < 0.1,
      callbackContext,
    };
    const answer = await runOperation(request, { perform, now: () => now, random, log: () => {} });
    if (answer.status !== 'IN_PROGRESS') {
      return;
    }
    now += answer.delaySeconds * 1_000;
    model = answer.model;
    callbackContext = JSON.parse(JSON.stringify(answer.context));
  }
}

const STATES = ['WAITING', 'WAITING', 'IN_PROGRESS', 'COMPLETED', 'ERROR', 'TIMED_OUT', 'CANCELLED'];
const KINDS: readonly Refusal['kind'][] = ['absent', 'conflict', 'quota', 'fault', 'final'];

function anyOutcome(call: Call, desired: Properties, random: () => number): Outcome {
  if (random() < 0.2) {
    const code: ErrorCode = 'InternalFailure';
    return { call: call.call, refusal: { kind: pick(KINDS, random), code, message: 'refused at random' } };
  }
  const { details } = JOB_TYPES[desired.Type as JobTypeName];
  const job: Job = {
    Id: JOB_ID,
    State: pick(STATES, random),
    Type: desired.Type as JobTypeName,
    CreatedAt: '2026-11-22T00:00:00.000Z',
    Details: { [details]: { DataSetId: DATA_SET, RevisionId: REVISION } },
  };
  const revision: Revision = {
    Id: REVISION,
    Arn: `arn:aws:dataexchange:us-east-1:123456789012:data-sets/${DATA_SET}/revisions/${REVISION}`,
    CreatedAt: '2026-11-22T00:00:00.000Z',
    Finalized: random() < 0.5,
    Tags: pick([{}, tokenTag(TOKEN), { ...tokenTag(TOKEN), ...jobTag(JOB_ID) }], random),
  };
  switch (call.call) {
    case 'CreateJob':
      return { call: 'CreateJob', job: { ...job, State: 'WAITING' } };
    case 'GetJob':
      return { call: 'GetJob', job };
    case 'ListJobs':
      return { call: 'ListJobs', jobs: pick([[], [job]], random) };
    case 'ListDataSetRevisions':
      return { call: 'ListDataSetRevisions', revisions: pick([[], [revision]], random) };
    case 'CreateRevision':
      return { call: 'CreateRevision', revision };
    case 'GetRevision':
      return { call: 'GetRevision', revision };
    case 'UpdateRevision':
      return { call: 'UpdateRevision', revision };
    case 'StartJob':
    case 'CancelJob':
    case 'DeleteRevision':
    case 'TagResource':
    case 'Upload':
      return { call: call.call, accepted: true } as Outcome;
  }
}

function pick<T>(from: readonly T[], random: () => number): T {
  return from[Math.floor(random() * from.length)] as T;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
