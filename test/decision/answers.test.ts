import { decide } from '../../src/decision/decide';
import { createJobInput } from '../../src/job/translate';
import { JOB_ID, MAXIMAL, MINIMAL, SECRET } from '../job/examples';
import { drive, pureHandlers, script } from './driver';
import {
  brief,
  context,
  DESIRED,
  failure,
  H,
  inProgress,
  jobIn,
  look,
  MIN,
  NOW,
  refused,
  revision,
  S,
  seenRevision,
  situation,
} from './situations';

const WITH_SECRET = { ...MAXIMAL.IMPORT_ASSET_FROM_API_GATEWAY_API };
const START = { call: 'StartJob', accepted: true } as const;
const CREATED = { call: 'CreateJob', job: jobIn('WAITING') } as const;
const without = (model: object, name: string): object =>
  Object.fromEntries(Object.entries(model).filter(([property]) => property !== name));

describe('the first step', () => {
  it('of a create is CreateJob with the translated model', () => {
    expect(decide(situation({ desired: DESIRED }))).toEqual({ call: 'CreateJob', input: createJobInput(DESIRED) });
  });

  it('of an invalid create is the end, with every problem and no model', () => {
    const step = failure(decide(situation({ desired: { Type: 'EXPORT_ASSETS_TO_S3', Foo: 1 } })));
    expect(step.code).toBe('InvalidRequest');
    expect(step.model).toBeUndefined();
    for (const name of ['Foo', 'DataSetId', 'RevisionId', 'S3AssetDestinations']) {
      expect(step.message).toContain(name);
    }
  });

  it.each([
    ['model alone', undefined, { ...DESIRED, Id: JOB_ID }, 'GetJob'],
    ['context alone, to start', context({ phase: 'to-start' }), {}, 'StartJob'],
    ['context alone, started', context(), {}, 'GetJob'],
    ['context alone, idle', context({ phase: 'idle' }), DESIRED, 'GetJob'],
    ['both', context({ phase: 'to-start' }), { ...DESIRED, Id: JOB_ID }, 'StartJob'],
    ['past the deadline nothing is started', context({ phase: 'to-start', beganAt: NOW - 12 * H }), DESIRED, 'GetJob'],
  ])('of a create that is resumed by its %s', (_name, given, desired, call) => {
    expect(decide(situation({ context: given, desired }))).toEqual({ call, jobId: JOB_ID });
  });

  it('never makes a second job where the context has lost its id', () => {
    const given = context({ jobId: undefined });
    expect(brief(decide(situation({ context: given, desired: DESIRED })))).toBe('InternalFailure');
  });

  it.each(['READ', 'DELETE'] as const)('of a %s is a look, also with a context that is another’s', (operation) => {
    const given = context({ phase: 'to-start' });
    expect(decide(situation({ operation, context: given }))).toEqual({ call: 'GetJob', jobId: JOB_ID });
  });

  it.each(['READ', 'UPDATE', 'DELETE'] as const)('of a %s without an id is NotFound', (operation) => {
    for (const Id of [undefined, '', 7, 'short', '../../x', `${JOB_ID}\n`]) {
      expect(brief(decide(situation({ operation, desired: { ...DESIRED, Id } })))).toBe('NotFound');
    }
  });
});

describe('the model of an event', () => {
  it('in progress is what was desired and the id, without secrets; the context holds none either', () => {
    const job = jobIn('WAITING', WITH_SECRET);
    const step = inProgress(decide(situation({ desired: WITH_SECRET, outcomes: [{ call: 'CreateJob', job }] })));
    expect(step.model).toEqual({ ...without(WITH_SECRET, 'ApiGatewayApiKey'), Id: JOB_ID });
    expect(step.context).toEqual({
      phase: 'to-start',
      beganAt: NOW,
      createdAt: NOW,
      jobId: JOB_ID,
      lastSeen: 'WAITING',
    });
    expect(JSON.stringify(step)).not.toContain(SECRET);
  });

  it.each(['WAITING', 'COMPLETED'])('after success is the true one, secrets left out (%s)', (state) => {
    const step = decide(
      situation({
        operation: 'READ',
        outcomes: [{ call: 'GetJob', job: jobIn(state, WITH_SECRET) }, seenRevision(revision())],
      }),
    );
    expect(step).toMatchObject({ status: 'SUCCESS', model: { State: state, StartOnCreation: state !== 'WAITING' } });
    expect(JSON.stringify(step)).not.toContain(SECRET);
  });

  it('of a delete is the id alone, and nothing at its end', () => {
    const running = situation({ operation: 'DELETE', outcomes: [look('IN_PROGRESS')] });
    expect(inProgress(decide(running)).model).toEqual({ Id: JOB_ID });
    const denied = situation({ operation: 'DELETE', outcomes: [refused('GetJob', 'final')] });
    expect(failure(decide(denied)).model).toEqual({ Id: JOB_ID });
    expect(decide(situation({ operation: 'DELETE', outcomes: [look('COMPLETED')] }))).toEqual({ status: 'SUCCESS' });
  });

  it('of a list is without cancelled jobs', () => {
    const jobs = ['WAITING', 'CANCELLED', 'ERROR'].map((state) => jobIn(state));
    const step = decide(situation({ operation: 'LIST', outcomes: [{ call: 'ListJobs', jobs, nextToken: 'n' }] }));
    expect(step).toMatchObject({ models: [{ State: 'WAITING' }, { State: 'ERROR' }], nextToken: 'n' });
  });
});

describe('times', () => {
  it.each([
    [0, 'wait started'],
    [59 * S, 'wait started'],
    [MIN, 'NotStabilized +id'],
  ])('a job unknown %d ms after our own CreateJob', (age, expected) => {
    const given = context({ createdAt: NOW - age, beganAt: NOW - age });
    expect(brief(decide(situation({ context: given, outcomes: [look('ABSENT')] })))).toBe(expected);
  });

  it.each([
    [0, 'wait started'],
    [5 * MIN - 1, 'wait started'],
    [5 * MIN, 'StartJob'],
  ])('a job that still waits %d ms after the start', (lag, expected) => {
    const given = context({ startedAt: NOW - lag });
    expect(brief(decide(situation({ context: given, outcomes: [look('WAITING')] })))).toBe(expected);
  });

  it('a second start that is refused waits on, one that is accepted begins the lag anew', () => {
    const given = context({ startedAt: NOW - 6 * MIN });
    const again = [look('WAITING'), refused('StartJob', 'conflict'), look('WAITING')];
    expect(inProgress(decide(situation({ context: given, outcomes: again }))).context.startedAt).toBe(NOW - 6 * MIN);
    const accepted = inProgress(decide(situation({ context: given, outcomes: [look('WAITING'), START] })));
    expect(accepted.context).toMatchObject({ phase: 'started', startedAt: NOW });
  });

  it('started is remembered after a 202 only', () => {
    for (const kind of ['conflict', 'quota', 'fault'] as const) {
      const outcomes = [refused('StartJob', kind), ...(kind === 'conflict' ? [look('WAITING')] : [])];
      const step = inProgress(decide(situation({ context: context({ phase: 'to-start' }), outcomes })));
      expect(step.context).toMatchObject({ phase: 'to-start', beganAt: NOW - 10 * MIN });
      expect(step.context.startedAt).toBeUndefined();
    }
  });

  it.each([
    [DEADLINE() - S, 'wait started'],
    [DEADLINE(), 'NotStabilized +id'],
  ])('the deadline counts from the first invocation (%d ms ago)', (age, expected) => {
    const given = context({ beganAt: NOW - age, startedAt: NOW - MIN, lastSeen: 'WAITING' });
    const step = decide(situation({ context: given, outcomes: [look('IN_PROGRESS')] }));
    expect(brief(step)).toBe(expected);
    if (expected.startsWith('wait')) {
      expect(inProgress(step).delaySeconds).toBe(1);
    }
  });

  it('past the deadline an end that is there is still taken', () => {
    const given = context({ beganAt: NOW - 13 * H });
    expect(brief(decide(situation({ context: given, outcomes: [look('COMPLETED')] })))).toBe('ok');
  });

  it('faults back off, and the row ends with a look', () => {
    const given = context({ faults: 3 });
    const tired = inProgress(decide(situation({ context: given, outcomes: [refused('GetJob', 'fault')], jitter: 1 })));
    expect(tired).toMatchObject({ delaySeconds: 16, context: { faults: 4 } });
    const fresh = inProgress(decide(situation({ context: tired.context, outcomes: [look('IN_PROGRESS')] })));
    expect(fresh.context.faults).toBeUndefined();
  });
});

function DEADLINE(): number {
  return 710 * MIN;
}

describe('messages', () => {
  const told = (step: ReturnType<typeof decide>): string => ('status' in step && 'message' in step ? step.message : '');
  it.each([
    [
      'running',
      { context: context({ startedAt: NOW - 3 * MIN }), outcomes: [look('IN_PROGRESS')] },
      'export running for 3 min',
    ],
    [
      'a slot',
      { context: context({ phase: 'to-start' as const }), outcomes: [refused('StartJob', 'quota')] },
      'waiting for one of 10 job slots',
    ],
    [
      'a slot for a while',
      {
        context: context({ phase: 'to-start' as const, slotSince: NOW - 2 * MIN }),
        outcomes: [refused('StartJob', 'quota', { limitValue: 7 })],
      },
      'waiting for one of 7 job slots for 2 min',
    ],
    ['created', { desired: DESIRED, outcomes: [CREATED] }, `job ${JOB_ID} created`],
    [
      'a fault',
      { context: context(), outcomes: [refused('GetJob', 'fault')] },
      'GetJob said fault; trying again in 2 s (try 1)',
    ],
    [
      'a delete',
      { operation: 'DELETE' as const, outcomes: [look('IN_PROGRESS')] },
      'export is running and cannot be cancelled; waiting for its end (0 s)',
    ],
  ])('in progress: %s', (_name, more, expected) => expect(told(decide(situation(more)))).toBe(expected));

  it.each([
    ['cancelled by somebody', { context: context(), outcomes: [look('CANCELLED')] }],
    ['gone', { context: context({ createdAt: NOW - H }), outcomes: [look('ABSENT')] }],
    ['timed out', { context: context(), outcomes: [look('TIMED_OUT')] }],
    ['error', { context: context(), outcomes: [look('ERROR')] }],
    ['denied', { context: context(), outcomes: [refused('GetJob', 'final')] }],
    ['deadline', { context: context({ beganAt: NOW - 12 * H }), outcomes: [look('IN_PROGRESS')] }],
    ['deadline in a fault', { context: context({ beganAt: NOW - 12 * H }), outcomes: [refused('GetJob', 'fault')] }],
    ['not found', { operation: 'READ' as const, outcomes: [look('ABSENT')] }],
    [
      'stop',
      {
        operation: 'UPDATE' as const,
        desired: { ...DESIRED, Id: JOB_ID, StartOnCreation: false },
        previous: DESIRED,
        outcomes: [look('COMPLETED')],
      },
    ],
  ])('a failure names the job and ends as a sentence: %s', (_name, more) => {
    const { message } = failure(decide(situation(more)));
    expect(message).toContain(JOB_ID);
    expect(message).not.toMatch(/trying again|undefined|\.\./);
  });

  it('of a failed job tell every error, its resource, limit and objects, and what to do', () => {
    const Errors = [
      {
        Code: 'SERVICE_QUOTA_EXCEEDED_EXCEPTION',
        Message: 'full',
        LimitName: 'Assets per revision',
        LimitValue: 10_000,
      },
      {
        Code: 'RESOURCE_NOT_FOUND_EXCEPTION',
        Message: 'no object',
        ResourceId: 'r1',
        ResourceType: 'REVISION',
        Details: { ImportAssetsFromS3JobErrorDetails: [{ Bucket: 'b', Key: 'k' }] },
      },
    ];
    const job = jobIn('ERROR', DESIRED, { Errors });
    const { code, message } = failure(decide(situation({ context: context(), outcomes: [{ call: 'GetJob', job }] })));
    expect(code).toBe('ServiceLimitExceeded');
    expect(message).toContain('SERVICE_QUOTA_EXCEEDED_EXCEPTION: full (limit: Assets per revision = 10000)');
    expect(message).toContain('RESOURCE_NOT_FOUND_EXCEPTION: no object (REVISION r1) [s3://b/k]');
    expect(message).toMatch(/Import less into the revision.*create or replace the resource/);
  });

  it.each([
    ['ACCESS_DENIED_EXCEPTION', 'AccessDenied'],
    ['RESOURCE_NOT_FOUND_EXCEPTION', 'InvalidRequest'],
    ['VALIDATION_EXCEPTION', 'InvalidRequest'],
    ['MALWARE_DETECTED', 'InvalidRequest'],
    ['MALWARE_SCAN_ENCRYPTED_FILE', 'InvalidRequest'],
    ['SERVICE_QUOTA_EXCEEDED_EXCEPTION', 'ServiceLimitExceeded'],
    ['INTERNAL_SERVER_EXCEPTION', 'GeneralServiceException'],
    ['SOMETHING_NEW', 'GeneralServiceException'],
    ['constructor', 'GeneralServiceException'],
  ])('a job that failed by %s is %s', (Code, expected) => {
    const job = jobIn('ERROR', DESIRED, { Errors: [{ Code, Message: 'x'.repeat(5_000) }] });
    const { code, message } = failure(decide(situation({ context: context(), outcomes: [{ call: 'GetJob', job }] })));
    expect(code).toBe(expected);
    expect(message.length).toBeLessThanOrEqual(1_910);
    expect(message).toMatch(/runs only once\.$/);
  });

  it('a job that failed without a reason is told so', () => {
    for (const Errors of [undefined, []]) {
      const job = jobIn('ERROR', DESIRED, { Errors });
      const step = failure(decide(situation({ context: context(), outcomes: [{ call: 'GetJob', job }] })));
      expect(step).toMatchObject({ code: 'GeneralServiceException', message: expect.stringContaining('no reason') });
    }
  });
});

describe('what an update changes is decided once', () => {
  const previous = { ...WITH_SECRET, Id: JOB_ID, StartOnCreation: false };

  it('from both models, even if the first look fails', async () => {
    const desired = { ...previous, ApiGatewayApiKey: 'another' };
    const perform = script(refused('GetJob', 'fault'), look('WAITING', WITH_SECRET));
    const clock = { now: NOW };
    const { answer } = await drive(pureHandlers(clock, perform), clock, { operation: 'UPDATE', desired, previous });
    // the model that is fed back has no secret any more; the context remembers that it differed
    expect(answer).toMatchObject({
      status: 'FAILED',
      code: 'NotUpdatable',
      message: expect.stringContaining('ApiGatewayApiKey'),
    });
  });

  it('from the job where there is no previous model', () => {
    const step = (desired: object) =>
      brief(
        decide(
          situation({
            operation: 'UPDATE',
            desired: desired as never,
            outcomes: [look('WAITING', WITH_SECRET), seenRevision(revision())],
          }),
        ),
      );
    expect(step(previous)).toBe('ok');
    expect(step(without(previous, 'ApiGatewayProtocolType'))).toBe('ok');
    expect(step({ ...previous, ApiGatewayStage: 'other' })).toBe('NotUpdatable +id');
    expect(step({ ...previous, StartOnCreation: true })).toBe('StartJob');
    expect(step({ ...previous, StartOnCreation: 'maybe' })).toBe('InvalidRequest +id');
  });

  it('and a model that was once accepted is not validated again', () => {
    const odd = { ...MINIMAL.IMPORT_ASSET_FROM_SIGNED_URL, UrlAssetMd5Hash: 'old', Id: JOB_ID };
    const step = decide(
      situation({
        operation: 'UPDATE',
        desired: { ...odd, StartOnCreation: true },
        previous: odd,
        outcomes: [look('WAITING')],
      }),
    );
    expect(brief(step)).toBe('StartJob');
  });
});
