import fc from 'fast-check';
import type { CallbackContext } from '../../src/decision/callback-context';
import { DEADLINE_MS } from '../../src/decision/schedule';
import type { Answer, Call, Operation, Outcome } from '../../src/decision/steps';
import type { Properties } from '../../src/job/properties';
import { refusalOf } from '../../src/service/errors';
import { JOB_ID, REVISION, SECRET } from '../job/examples';
import { checkAsync } from '../job/seed';
import { type Driving, drive, pureHandlers } from './driver';
import { type Clock, ModelError } from './service-model';
import { DESIRED, H, jobIn, NOW, OWN_IMPORT, ownRevision, revision, TOKEN, withType } from './situations';

/** What a service without any sense may do to a call: this property is about us, not about it. */
const WHIMS = [
  'WAITING',
  'WAITING',
  'IN_PROGRESS',
  'IN_PROGRESS',
  'IN_PROGRESS',
  'COMPLETED',
  'ERROR',
  'TIMED_OUT',
  'CANCELLED',
  'PAUSED',
  new ModelError('ResourceNotFoundException', 404, { ResourceType: 'JOB' }),
  new ModelError('ConflictException', 409),
  new ModelError('ServiceLimitExceededException', 402, { LimitName: 'jobs', LimitValue: 10 }),
  new ModelError('ThrottlingException', 429),
  new ModelError('InternalServerException', 500),
  new ModelError('SyntaxError', 503),
  new ModelError('ExpiredTokenException', 403),
  Object.assign(new Error('reset'), { code: 'ECONNRESET' }),
  new DOMException('too long', 'TimeoutError'),
] as const;
/** Those that do not end an operation, to keep one going for hours. */
const ENDLESS = WHIMS.filter(
  (whim) => !['COMPLETED', 'ERROR', 'TIMED_OUT', 'CANCELLED'].includes(whim as string),
).filter((whim) => !(whim instanceof ModelError && whim.name === 'ResourceNotFoundException'));

const RETRIABLE = ['ResourceConflict', 'Throttling', 'ServiceInternalError', 'NetworkFailure'];
const SECRET_MODEL = withType('IMPORT_ASSET_FROM_API_GATEWAY_API', { StartOnCreation: true, ApiGatewayApiKey: SECRET });

const OWN_SECRET_MODEL: Properties = {
  ...OWN_IMPORT,
  Type: 'IMPORT_ASSET_FROM_SIGNED_URL',
  S3AssetSources: undefined,
  UrlAssetName: 'a.csv',
  UrlAssetContent: SECRET,
};
/** What the service shows of a job that brought its own revision. */
const OWN_JOB = { ...OWN_IMPORT, RevisionId: REVISION };

function outcomeOf(call: Call, whim: (typeof WHIMS)[number], shown: Properties = DESIRED): Outcome {
  if (typeof whim !== 'string') {
    return { call: call.call, refusal: refusalOf(whim, call.call) };
  }
  switch (call.call) {
    case 'CreateJob':
      return { call: 'CreateJob', job: { ...jobIn('WAITING'), ...call.input } };
    case 'GetJob':
      return { call: 'GetJob', job: jobIn(whim, shown) };
    case 'StartJob':
      return { call: 'StartJob', accepted: true };
    case 'CancelJob':
      return { call: 'CancelJob', accepted: true };
    case 'ListJobs':
      return { call: 'ListJobs', jobs: whim === 'WAITING' ? [] : [jobIn(whim, OWN_JOB)] };
    case 'ListDataSetRevisions':
      return { call: 'ListDataSetRevisions', revisions: whim === 'WAITING' ? [] : [revision()] };
    case 'CreateRevision':
      return { call: 'CreateRevision', revision: revision() };
    case 'GetRevision':
      return { call: 'GetRevision', revision: whim === 'COMPLETED' ? revision() : ownRevision() };
    case 'UpdateRevision':
      return { call: 'UpdateRevision', revision: revision({ Finalized: call.finalized }) };
    case 'DeleteRevision':
      return { call: 'DeleteRevision', accepted: true };
    case 'TagResource':
      return { call: 'TagResource', accepted: true };
    case 'Upload':
      return { call: 'Upload', accepted: true };
  }
}

interface Case {
  readonly operation: Operation;
  readonly whims: readonly (typeof WHIMS)[number][];
  readonly latencyMs: number;
  readonly start: boolean;
  /** Whether the job brings its own revision, and finalises it in the end. */
  readonly own: boolean;
  readonly withPrevious: boolean;
  readonly rollback: boolean;
  readonly loses: readonly ('model' | 'context' | 'nothing')[];
}

const cases = (
  operations: readonly Operation[],
  whims: readonly (typeof WHIMS)[number][],
  most: number,
): fc.Arbitrary<Case> =>
  fc.record({
    operation: fc.constantFrom(...operations),
    whims: fc.array(fc.constantFrom(...whims), { minLength: 1, maxLength: most }),
    latencyMs: fc.constantFrom(0, 80, 20_000),
    start: fc.boolean(),
    own: fc.boolean(),
    withPrevious: fc.boolean(),
    rollback: fc.boolean(),
    loses: fc.array(fc.constantFrom('model' as const, 'context' as const, 'nothing' as const), { maxLength: 6 }),
  });

/** Runs a case to its end and holds every answer to what is promised. */
async function run({ operation, whims, latencyMs, start, own, withPrevious, rollback, loses }: Case) {
  const clock: Clock = { now: NOW };
  let made = operation !== 'CREATE';
  let inInvocation: string[] = [];
  let turn = 0;
  const begins: number[] = [NOW];
  const shown = own ? { ...OWN_SECRET_MODEL, RevisionId: REVISION } : DESIRED;

  const invoke = pureHandlers(clock, async (call) => {
    clock.now += latencyMs;
    inInvocation.push(call.call);
    const outcome = outcomeOf(call, whims[turn++ % whims.length] as (typeof WHIMS)[number], shown);
    made ||= 'job' in outcome;
    return outcome;
  });
  // Plain comparisons: Jest's matchers would take most of the time of so many answers.
  const must = (holds: boolean, what: string, answer: Answer): void => {
    if (!holds) {
      throw new Error(`${operation}: ${what}: ${JSON.stringify(answer)}`);
    }
  };
  const onAnswer = (answer: Answer): void => {
    const calls = inInvocation;
    inInvocation = [];
    const synchronous = operation === 'READ' || operation === 'LIST';
    const starts = calls.filter((call) => call === 'StartJob').length;
    must(calls.length <= (own ? 10 : 4), 'too many calls', answer);
    must(starts <= 1 && !(starts === 1 && calls.includes('CreateJob')), 'a start before the id is stored', answer);
    must(!JSON.stringify(answer).includes(SECRET), 'a secret', answer);
    if (answer.status === 'IN_PROGRESS') {
      const { delaySeconds: delay, context } = answer;
      must(!synchronous && answer.model.Id === JOB_ID && answer.message !== '', 'not complete', answer);
      must(Number.isInteger(delay) && delay >= 1 && delay <= 60, 'a delay', answer);
      const deadline = context.beganAt + DEADLINE_MS[operation as 'CREATE'];
      must(clock.now + delay * 1_000 < deadline + 1_000, 'past the deadline', answer);
      must(JSON.stringify(context).length < 8_000, 'a large context', answer);
    }
    if (answer.status === 'FAILED') {
      must(answer.message.trim() !== '', 'no message', answer);
      const exists = made && !synchronous;
      must(!exists || !RETRIABLE.includes(answer.code), 'a retriable code once a job exists', answer);
      must(!exists || answer.code === 'NotFound' || answer.model?.Id === JOB_ID, 'the id is lost', answer);
      must(made || answer.model === undefined, 'a model of nothing', answer);
    }
    if (operation === 'DELETE' && 'model' in answer && answer.model !== undefined) {
      must(answer.status !== 'SUCCESS' && Object.keys(answer.model).join() === 'Id', 'more than the id', answer);
    }
  };
  const handOn: Driving['handOn'] = (handed, original) => {
    const lost = loses[begins.length - 1];
    begins.push(clock.now);
    return {
      desired: lost === 'model' ? original : handed.desired,
      callbackContext: lost === 'context' ? undefined : handed.callbackContext,
    };
  };

  const desired = {
    ...(own ? OWN_SECRET_MODEL : operation === 'CREATE' ? SECRET_MODEL : DESIRED),
    ...(own && start ? { FinalizeRevision: true } : {}),
    StartOnCreation: start,
    ...(operation === 'CREATE' ? {} : { Id: JOB_ID }),
  };
  const previous = withPrevious ? { ...desired, StartOnCreation: !start } : undefined;
  const ending = await drive(invoke, clock, { operation, desired, previous, rollback }, { onAnswer, handOn });
  return { ...ending, tookMs: clock.now - NOW };
}

const ALL: readonly Operation[] = ['CREATE', 'READ', 'UPDATE', 'DELETE', 'LIST'];

it('every operation ends and keeps what is promised, whatever the service does', async () => {
  await checkAsync(
    fc.asyncProperty(cases(ALL, WHIMS, 30), async (given) => {
      await run(given);
    }),
    60,
  );
});

it('even if nothing ever comes to an end, it does so by the deadline', async () => {
  await checkAsync(
    fc.asyncProperty(cases(['CREATE', 'UPDATE', 'DELETE'], ENDLESS, 8), async (given) => {
      const { answer, answers, tookMs } = await run({
        ...given,
        loses: given.loses.filter((lost) => lost !== 'context'),
      });
      expect(tookMs).toBeLessThan(12 * H);
      expect(answers.length).toBeLessThan(10_000);
      if (tookMs >= DEADLINE_MS.CREATE) {
        expect(answer).toMatchObject({ status: 'FAILED', code: 'NotStabilized' });
        expect((answer as { message: string }).message).toMatch(/^Gave up on job .* after 11 h 5\d min; /);
      }
    }),
    4,
  );
});

it('a context is handed on as it was given, or the operation fails with the id', async () => {
  const contexts: unknown[] = [
    7,
    'text',
    [1],
    { phase: 'nonsense', beganAt: NOW, jobId: JOB_ID },
    { phase: 'started', jobId: JOB_ID },
    { phase: 'started', beganAt: 'yesterday', jobId: JOB_ID },
    { phase: 'new', beganAt: NOW, jobId: JOB_ID, change: { change: 'nonsense' } },
    { phase: 'new', beganAt: NOW, jobId: JOB_ID, change: { change: 'replace' } },
    { phase: 'new', beganAt: NOW, jobId: JOB_ID, change: { change: 'constructor' } },
    { phase: 'new', beganAt: NOW, jobId: JOB_ID, change: 'start' },
    { phase: 'started', beganAt: NOW, jobId: 7 },
    { phase: 'started', beganAt: NOW, jobId: JOB_ID, lastSeen: {} },
    { phase: 'started', beganAt: NOW, jobId: JOB_ID, startedAt: 'now' },
  ];
  const calls: string[] = [];
  const invoke = pureHandlers({ now: NOW }, async (call) => {
    calls.push(call.call);
    return outcomeOf(call, 'WAITING');
  });
  for (const callbackContext of contexts) {
    const held = (callbackContext as CallbackContext).jobId === JOB_ID;
    const answer = await invoke({
      operation: 'CREATE',
      desired: DESIRED,
      token: TOKEN,
      rollback: false,
      callbackContext,
    });
    expect(answer).toMatchObject({ status: 'FAILED', code: 'InternalFailure' });
    expect((answer as { model?: object }).model).toEqual(held ? { Id: JOB_ID } : undefined);
  }
  expect(calls).toEqual([]);
});

it('an error of our own after CreateJob still tells the id', async () => {
  const invoke = pureHandlers({ now: NOW }, async () => ({
    call: 'CreateJob',
    job: { Id: JOB_ID, State: undefined as never },
  }));
  const broken = pureHandlers(
    {
      get now(): number {
        return NOW;
      },
    },
    async () => {
      throw new Error('a bug');
    },
  );
  expect(
    await invoke({ operation: 'CREATE', desired: DESIRED, token: TOKEN, rollback: false, callbackContext: {} }),
  ).toMatchObject({
    model: { Id: JOB_ID },
  });
  const desired = { ...DESIRED, Id: JOB_ID };
  expect(
    await broken({ operation: 'UPDATE', desired, token: TOKEN, rollback: false, callbackContext: {} }),
  ).toMatchObject({
    status: 'FAILED',
    code: 'InternalFailure',
    model: { Id: JOB_ID },
    message: expect.not.stringContaining('a bug'),
  });
});
