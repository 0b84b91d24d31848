import 'aws-sdk-client-mock-jest';
import { CreateJobCommand, GetJobCommand, GetRevisionCommand, ListJobsCommand } from '@aws-sdk/client-dataexchange';
import type { Answer, CallName } from '../../src/decision/steps';
import { JOB_TYPE_NAMES, jobType } from '../../src/job/job-types';
import type { Properties } from '../../src/job/properties';
import { createJobInput, modelOf, withoutWriteOnly } from '../../src/job/translate';
import { drive } from '../decision/driver';
import { type Clock, ModelError, ServiceModel } from '../decision/service-model';
import { jobIn, MIN, NOW, revision, TOKEN } from '../decision/situations';
import { DATA_SET, JOB_ID, MAXIMAL, MINIMAL, SECRET } from '../job/examples';
import { expectCalls, logged, realHandlers, sdk, serve, withDates } from './harness';

const clock: Clock = { now: NOW };
const invoke = realHandlers(clock);
const ask = (operation: 'CREATE' | 'READ' | 'UPDATE' | 'DELETE' | 'LIST', desired: Properties, more: object = {}) =>
  invoke({ operation, desired, token: TOKEN, rollback: false, callbackContext: undefined, ...more });

beforeEach(() => {
  sdk.reset();
  clock.now = NOW;
  logged.length = 0;
});

const EACH = JOB_TYPE_NAMES.flatMap((name) => [
  [name, 'smallest', MINIMAL[name]] as const,
  [name, 'largest', MAXIMAL[name]] as const,
]);

describe.each(EACH)('%s, %s model', (_name, _size, model) => {
  // a job that fills a revision is looked at together with it
  const fills = jobType(model.Type)?.ownRevision === true;
  const looksAt: CallName[] = fills ? ['GetJob', 'GetRevision'] : ['GetJob'];
  const read = modelOf(jobIn('WAITING', model));

  beforeEach(() => {
    sdk.on(GetRevisionCommand).resolves(withDates(revision()));
  });

  it('create asks for the job alone, and answers with the whole model but its secrets', async () => {
    sdk.on(CreateJobCommand).resolves(withDates(jobIn('WAITING', model)));
    const answer = await ask('CREATE', model);
    expect(answer).toMatchObject({ status: 'IN_PROGRESS', delaySeconds: 1 });
    expect('model' in answer && answer.model).toEqual({ ...withoutWriteOnly(model), Id: JOB_ID });
    expect(sdk).toHaveReceivedCommandWith(CreateJobCommand, createJobInput(model) as never);
    expectCalls('CreateJob');
    expect(JSON.stringify([answer, logged])).not.toContain(SECRET);
  });

  it('runs from create to delete by its own answers', async () => {
    const service = new ServiceModel(clock, { lengthMs: 30_000 });
    serve(service);
    const create = await drive(invoke, clock, { operation: 'CREATE', desired: model });
    const started = model.StartOnCreation === true;
    const Id = [...service.jobs.keys()][0] as string;
    expect(create.answer).toMatchObject({
      status: 'SUCCESS',
      model: { ...withoutWriteOnly(model), Id, State: started ? 'COMPLETED' : 'WAITING', StartOnCreation: started },
    });
    expect(service.jobs.size).toBe(1);
    expect(service.calls.filter((call) => call === 'StartJob')).toHaveLength(started ? 1 : 0);

    const seen = await ask('READ', { Id });
    expect(seen).toEqual(create.answer);
    const same = await ask('UPDATE', { ...model, Id }, { previous: { ...model, Id } });
    expect(same).toEqual(create.answer);

    const gone = await drive(invoke, clock, { operation: 'DELETE', desired: { Id } });
    expect(gone.answer).toEqual({ status: 'SUCCESS' });
    const after = await ask('READ', { Id });
    expect(after).toMatchObject(started ? { status: 'SUCCESS' } : { status: 'FAILED', code: 'NotFound' });
  });

  it('read works from the identifier alone, without nulls', async () => {
    sdk.on(GetJobCommand).resolves(withDates(jobIn('WAITING', model)));
    expect(await ask('READ', { Id: JOB_ID })).toEqual({ status: 'SUCCESS', model: read });
    expect(sdk).toHaveReceivedCommandWith(GetJobCommand, { JobId: JOB_ID });
    expectCalls(...looksAt);
  });

  it('list shows it as read does', async () => {
    const jobs = [jobIn('WAITING', model), jobIn('CANCELLED', model), jobIn('COMPLETED', model)];
    sdk.on(ListJobsCommand).resolves({ Jobs: jobs.map(withDates) as never, NextToken: 'more' });
    const answer = await ask('LIST', { DataSetId: DATA_SET }, { nextToken: 'token', maxResults: 7 });
    expect(answer).toEqual({
      status: 'SUCCESS',
      models: [read, modelOf(jobIn('COMPLETED', model))],
      nextToken: 'more',
    });
    expect(sdk).toHaveReceivedCommandWith(ListJobsCommand, { DataSetId: DATA_SET, NextToken: 'token', MaxResults: 7 });
    expectCalls('ListJobs', ...looksAt.filter((name) => name === 'GetRevision'));
  });

  it('an update of the source is NotUpdatable after one look', async () => {
    sdk.on(GetJobCommand).resolves(withDates(jobIn('WAITING', model)));
    const desired = { ...model, DataSetId: 'x'.repeat(32), Id: JOB_ID };
    const answer = await ask('UPDATE', desired, { previous: { ...model, Id: JOB_ID } });
    expect(answer).toMatchObject({ status: 'FAILED', code: 'NotUpdatable', model: { Id: JOB_ID } });
    expectCalls('GetJob');
  });

  it('a delete of what waits cancels it', async () => {
    sdk.on(GetJobCommand).resolves(withDates(jobIn('WAITING', model)));
    expect(await ask('DELETE', { Id: JOB_ID })).toEqual({ status: 'SUCCESS' });
    expectCalls(...looksAt, 'CancelJob');
  });
});

describe('no call is made', () => {
  it.each<['CREATE' | 'READ' | 'UPDATE' | 'DELETE', Properties, string]>([
    ['CREATE', {}, 'InvalidRequest'],
    ['CREATE', { ...MINIMAL.EXPORT_ASSETS_TO_S3, AssetId: 'x' }, 'InvalidRequest'],
    ['READ', {}, 'NotFound'],
    ['UPDATE', MINIMAL.EXPORT_ASSETS_TO_S3, 'NotFound'],
    ['DELETE', {}, 'NotFound'],
    ['DELETE', { Id: '../data-sets' }, 'NotFound'],
  ])('%s of %j', async (operation, desired, code) => {
    expect(await ask(operation, desired)).toEqual({ status: 'FAILED', code, message: expect.stringMatching(/\S/) });
    expectCalls();
  });
});

describe('a create that fails before a job exists', () => {
  it.each<[unknown, string]>([
    [new ModelError('ValidationException', 400), 'InvalidRequest'],
    [
      new ModelError('ResourceNotFoundException', 404, { ResourceType: 'REVISION', ResourceId: 'rev' }),
      'InvalidRequest',
    ],
    [new ModelError('AccessDeniedException', 403), 'AccessDenied'],
    [new ModelError('ExpiredTokenException', 403), 'InvalidCredentials'],
    [new ModelError('ConflictException', 409), 'ResourceConflict'],
    [new ModelError('ThrottlingException', 429), 'Throttling'],
    [new ModelError('ServiceLimitExceededException', 402, { LimitName: 'L', LimitValue: 3 }), 'ServiceLimitExceeded'],
    [new ModelError('InternalServerException', 500), 'ServiceInternalError'],
    [Object.assign(new Error('hang up'), { code: 'ECONNRESET' }), 'NetworkFailure'],
    [new TypeError('our bug'), 'InternalFailure'],
  ])('%s → %s', async (error, code) => {
    sdk.on(CreateJobCommand).rejects(error as Error);
    const answer = await ask('CREATE', MINIMAL.IMPORT_ASSETS_FROM_S3);
    expect(answer).toEqual({ status: 'FAILED', code, message: expect.stringMatching(/CreateJob/) });
    expect(JSON.stringify(answer)).not.toContain('our bug');
    expect(logged.flat().includes(error)).toBe(code === 'InternalFailure');
    expectCalls('CreateJob');
  });
});

describe('a create that fails after', () => {
  it.each([
    ['ERROR', 'InvalidRequest'],
    ['TIMED_OUT', 'NotStabilized'],
  ])('in %s carries model and id', async (end, code) => {
    const service = new ServiceModel(clock, { lengthMs: 30_000, end });
    serve(service);
    const desired = { ...MINIMAL.IMPORT_ASSETS_FROM_S3, StartOnCreation: true };
    const { answer } = await drive(invoke, clock, { operation: 'CREATE', desired });
    const Id = [...service.jobs.keys()][0];
    expect(answer).toMatchObject({ status: 'FAILED', code, model: { ...desired, Id, State: end } });
    expect((answer as { message: string }).message).toContain(Id as string);
  });

  it('by the deadline, saying what was last seen', async () => {
    const service = new ServiceModel(clock, { lengthMs: 24 * 60 * MIN });
    serve(service);
    const desired = { ...MINIMAL.IMPORT_ASSETS_FROM_S3, StartOnCreation: true };
    // once it runs, half a day passes without a look
    const onAnswer = ({ status }: Answer): void => {
      if (status === 'IN_PROGRESS' && service.running().length > 0) {
        clock.now = Math.max(clock.now, NOW + 700 * MIN);
      }
    };
    const { answer } = await drive(invoke, clock, { operation: 'CREATE', desired }, { onAnswer });
    expect(answer).toMatchObject({ status: 'FAILED', code: 'NotStabilized', model: { State: 'IN_PROGRESS' } });
    expect((answer as { message: string }).message).toMatch(/last seen IN_PROGRESS.*import running for 11 h/);
    expect(clock.now - NOW).toBeLessThan(720 * MIN);
  });
});

it('a value that the model’s class cannot take goes back as it came', async () => {
  sdk.on(GetJobCommand).rejects(new ModelError('ThrottlingException', 429));
  const desired = { ...MINIMAL.IMPORT_ASSETS_FROM_S3, Id: JOB_ID, StartOnCreation: 'maybe' };
  expect(await ask('UPDATE', desired, { previous: MINIMAL.IMPORT_ASSETS_FROM_S3 })).toMatchObject({
    status: 'IN_PROGRESS',
    model: { Id: JOB_ID, StartOnCreation: 'maybe' },
    context: { change: { change: 'invalid' } },
  });
});

it('"true" starts, and a first look that fails does not lose what changes', async () => {
  const service = new ServiceModel(clock, { lengthMs: 5_000 });
  let looks = 0;
  serve(service, (call) =>
    call === 'GetJob' && looks++ === 0
      ? { error: new ModelError('ThrottlingException', 429), when: 'before' }
      : 'nothing',
  );
  const { Id } = service.create(createJobInput(MINIMAL.IMPORT_ASSETS_FROM_S3));
  const previous = { ...MINIMAL.IMPORT_ASSETS_FROM_S3, Id, StartOnCreation: 'false' };
  const desired = { ...previous, StartOnCreation: 'true' };
  const { answer, answers } = await drive(invoke, clock, { operation: 'UPDATE', desired, previous });
  expect(answers[0]).toMatchObject({ status: 'IN_PROGRESS', context: { change: { change: 'start' } } });
  expect(answer).toMatchObject({ status: 'SUCCESS', model: { Id, State: 'COMPLETED', StartOnCreation: true } });
});
