import { UpdateRevisionCommand } from '@aws-sdk/client-dataexchange';
import type { FaultAction } from 'local-data-exchange';
import * as built from '../../src/handlers';
import type { Properties } from '../../src/job/properties';
import { MINIMAL, SECRET } from '../job/examples';
import { invokeOnce, newToken } from '../support/cloudformation';
import type { ProgressEvent } from '../support/contract';
import { overTheWire, wireEvent } from '../support/wire';
import { upload, useWorld } from '../support/world';
import { type Case, makeCase, onlyId, uploadFile } from './cases';

/** What the operations owe beyond a life without trouble, with one job type where the type makes no difference. */

const world = useWorld();
const cloudFormation = world.cloudFormation();

const NOT_FOUND = { status: 'FAILED', errorCode: 'NotFound' };

/** A job of a type that needs neither file nor bucket. */
function anyCase(): Promise<Case> {
  return makeCase('IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES', world);
}

/** The model of a job that waits. */
async function createWaiting(job: Case): Promise<Properties> {
  return (await cloudFormation.create(job.model)).event.resourceModel as Properties;
}

type State = 'WAITING' | 'IN_PROGRESS' | 'COMPLETED' | 'ERROR' | 'TIMED_OUT' | 'CANCELLED' | 'VANISHED';

/** Brings a waiting job into a state, as a second user would. IN_PROGRESS lasts 20 s and ends COMPLETED. */
async function bring({ Id }: Properties, state: State): Promise<void> {
  if (state === 'WAITING') {
    return;
  }
  if (state === 'CANCELLED') {
    await world.cancelJob(Id as string);
    return;
  }
  const end = state === 'IN_PROGRESS' ? 'COMPLETED' : state;
  world.faults({ faults: [{ on: 'StartJob', do: { job: { seconds: 20, end } } }] });
  await world.startJob(Id as string);
  world.faults();
  if (state !== 'IN_PROGRESS') {
    world.clock.advance(21_000);
  }
}

describe('an import that needs an upload', () => {
  test.each([
    ['IMPORT_ASSET_FROM_SIGNED_URL', 'SignedUrl'],
    ['IMPORT_ASSET_FROM_API_GATEWAY_API', 'ApiSpecificationUploadUrl'],
  ] as const)('%s shows the URL that takes the file, and when it expires', async (type, attribute) => {
    const job = await makeCase(type, world);
    const model = await createWaiting(job);
    const expires = Date.parse(model[`${attribute}ExpiresAt`] as string);
    expect(expires - Date.parse(model.CreatedAt as string)).toBe(60_000);
    expect(await upload(model[attribute] as string, job.file as Buffer)).toBe(200);
    const { event } = await cloudFormation.update(model, { ...job.model, StartOnCreation: true, Id: model.Id });
    expect(event).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'COMPLETED' } });
    await job.expectDone(event.resourceModel as Properties);
  });

  test('fails without its file by the error of the job, and can be deleted', async () => {
    const { model } = await makeCase('IMPORT_ASSET_FROM_SIGNED_URL', world);
    const { event } = await cloudFormation.create({ ...model, StartOnCreation: true });
    expect(event).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest', resourceModel: { State: 'ERROR' } });
    expect(event.message).toContain('VALIDATION_EXCEPTION');
    expect(event.message).toContain(event.resourceModel?.Id);
    const read = await cloudFormation.read(onlyId(event.resourceModel));
    expect(read.resourceModel).toMatchObject({ State: 'ERROR', StartOnCreation: true });
    expect((await cloudFormation.delete(onlyId(event.resourceModel))).event).toEqual({ status: 'SUCCESS' });
  });
});

describe('create', () => {
  test('refuses a wrong model with every problem and asks nothing of the service', async () => {
    const { model } = await makeCase('EXPORT_ASSETS_TO_S3', world);
    world.emulator.clearRequests();
    const wrong = { ...model, UrlAssetName: 'x', DataSetId: 'short', Comment: 'no such property' };
    const { event } = await cloudFormation.create(wrong);
    expect(event).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest' });
    expect(event.resourceModel).toBeUndefined();
    for (const name of ['UrlAssetName', 'EXPORT_ASSETS_TO_S3', 'DataSetId', 'Comment']) {
      expect(event.message).toContain(name);
    }
    expect(world.operations()).toEqual([]);
  });

  test('names the object that an import lacks, and imports none', async () => {
    const { model } = await makeCase('IMPORT_ASSETS_FROM_S3', world);
    const sources = [...(model.S3AssetSources as object[]), { Bucket: 'source', Key: 'not/there.csv' }];
    const { event } = await cloudFormation.create({ ...model, S3AssetSources: sources, StartOnCreation: true });
    expect(event).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest', resourceModel: { State: 'ERROR' } });
    expect(event.message).toContain('s3://source/not/there.csv');
    expect(await world.assets(model as never)).toEqual([]);
  });

  test('is refused where the revision is finalised', async () => {
    const { DataSetId, RevisionId } = await world.filledRevision({ 'a.csv': Buffer.from('a') });
    await world.client.send(new UpdateRevisionCommand({ DataSetId, RevisionId, Finalized: true }));
    const { model } = await makeCase('IMPORT_ASSETS_FROM_S3', world);
    const { event } = await cloudFormation.create({ ...model, DataSetId, RevisionId });
    expect(event).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest' });
    expect(event.resourceModel).toBeUndefined();
    expect(event.message).toContain(`revision ${RevisionId} is finalised`);
    expect(event.message).toContain('Change Triggers');
  });

  test.each<[string, FaultAction, string, string]>([
    ['400', { error: { name: 'ValidationException', message: 'is bad' } }, 'InvalidRequest', 'is bad'],
    ['403', { error: 'AccessDeniedException' }, 'AccessDenied', 'dataexchange:CreateJob'],
    ['an expired token', { error: 'ExpiredTokenException' }, 'InvalidCredentials', 'ExpiredToken'],
    ['429', { error: 'ThrottlingException' }, 'Throttling', 'Throttling'],
    [
      '402',
      { error: { name: 'ServiceLimitExceededException', members: { LimitName: 'Some limit', LimitValue: 7 } } },
      'ServiceLimitExceeded',
      'Some limit = 7',
    ],
    ['an HTML 503', { answer: { status: 503, text: '<html>busy</html>' } }, 'ServiceInternalError', '503'],
    ['a reset before the effect', { connection: 'reset', effect: 'none' }, 'NetworkFailure', 'CreateJob'],
    ['a lost answer', { connection: 'reset', effect: 'done' }, 'NetworkFailure', 'CreateJob'],
  ])('fails on %s of CreateJob after one attempt', async (_what, fault, errorCode, words) => {
    const { model, DataSetId } = await anyCase();
    world.emulator.clearRequests();
    world.faults({ faults: [{ on: 'CreateJob', do: fault }] });
    const { event } = await cloudFormation.create({ ...model, StartOnCreation: true });
    expect(event).toMatchObject({ status: 'FAILED', errorCode });
    expect(event.resourceModel).toBeUndefined();
    expect(event.message).toContain(words);
    expect(world.operations()).toEqual(['CreateJob']);
    expect([...(await world.states(DataSetId)).values()]).toEqual(fault.effect === 'done' ? ['WAITING'] : []);
  });

  test('waits for a job that is not visible at once, and then not shown as started', async () => {
    const { model } = await anyCase();
    world.faults({
      assumptions: { createLag: { seconds: 20 }, startLag: { reads: 2, seconds: 310 }, jobSeconds: 320 },
    });
    const { event } = await cloudFormation.create({ ...model, StartOnCreation: true });
    expect(event).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'COMPLETED' } });
  });

  test.each(['TIMED_OUT', 'CANCELLED', 'VANISHED'] as const)(
    'of a job that becomes %s fails with NotStabilized and names it',
    async (end) => {
      world.faults({ faults: [{ on: 'StartJob', do: { job: { seconds: 62, end } } }] });
      const { event } = await cloudFormation.create({ ...(await anyCase()).model, StartOnCreation: true });
      expect(event).toMatchObject({ status: 'FAILED', errorCode: 'NotStabilized' });
      expect(event.message).toContain(event.resourceModel?.Id);
    },
  );

  test('gives up before CloudFormation does, and says what was last seen; so does a delete', async () => {
    const { model } = await anyCase();
    world.faults({ assumptions: { jobSeconds: 200_000 } });
    const { event, seconds } = await cloudFormation.create({ ...model, StartOnCreation: true }, { lateSeconds: 500 });
    expect(event).toMatchObject({ status: 'FAILED', errorCode: 'NotStabilized' });
    expect(event.message).toMatch(/last seen IN_PROGRESS.*import running for 11 h/);
    expect(seconds).toBeGreaterThan(11 * 3_600);
    const left = await cloudFormation.delete(onlyId(event.resourceModel), { lateSeconds: 500 });
    expect(left.event).toMatchObject({ errorCode: 'NotStabilized', resourceModel: onlyId(event.resourceModel) });
  });

  test.each(['402', '409'] as const)(
    'waits for a slot while the quota of running jobs is full, and so does an update: %s',
    async (overQuota) => {
      // No other test leaves a job of this type running.
      const type = 'IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY';
      async function fillQuota(): Promise<void> {
        const model = await createWaiting(await makeCase(type, world));
        world.faults({ assumptions: { overQuota, concurrentJobs: { [type]: 1 }, jobSeconds: 40 } });
        await world.startJob(model.Id as string);
      }
      await fillQuota();
      const job = await makeCase(type, world);
      const created = await cloudFormation.create({ ...job.model, StartOnCreation: true });
      expect(created.event).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'COMPLETED' } });
      const waits = expect.stringMatching(/^waiting for one of \d+ job slots/);
      expect(created.events.map(({ message }) => message)).toContainEqual(waits);

      await fillQuota();
      const model = await createWaiting(await makeCase(type, world));
      const updated = await cloudFormation.update(model, { ...model, StartOnCreation: true });
      expect(updated.event).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'COMPLETED' } });
      expect(updated.events.map(({ message }) => message)).toContainEqual(waits);
    },
  );
});

describe('read and list', () => {
  test.each<[string, FaultAction, string]>([
    ['403', { error: 'AccessDeniedException' }, 'AccessDenied'],
    ['an HTML 503', { answer: { status: 503, text: '<html>busy</html>' } }, 'ServiceInternalError'],
    ['a reset', { connection: 'reset' }, 'NetworkFailure'],
  ])('fail on %s that stays', async (_what, fault, errorCode) => {
    const model = await createWaiting(await anyCase());
    world.faults({ faults: [{ on: '*', do: fault }] });
    expect(await cloudFormation.read(onlyId(model))).toMatchObject({ status: 'FAILED', errorCode });
    expect(await cloudFormation.page()).toMatchObject({ status: 'FAILED', errorCode });
  });

  test('repeat a call whose answer was lost', async () => {
    const model = await createWaiting(await anyCase());
    world.faults({ faults: [{ on: ['GetJob', 'ListJobs'], calls: [1, 3], do: { connection: 'reset' } }] });
    expect((await cloudFormation.read(onlyId(model))).resourceModel).toEqual(model);
    expect((await cloudFormation.page()).status).toBe('SUCCESS');
    expect(world.firedFaults()).toBe(2);
  });

  test('end within a budget of their own when the service is silent; so does a delete', async () => {
    const model = await createWaiting(await anyCase());
    const { timeout } = AbortSignal;
    const budgets: number[] = [];
    AbortSignal.timeout = (milliseconds) => {
      budgets.push(milliseconds);
      return timeout(milliseconds / 200);
    };
    const handlers = overTheWire(built.entrypoint);
    const log = jest.spyOn(console, 'log').mockImplementation();
    try {
      world.faults({ faults: [{ on: '*', do: { connection: 'silent' } }] });
      const failure = { status: 'FAILED', errorCode: 'NetworkFailure' };
      const token = newToken();
      expect(await invokeOnce(handlers, { action: 'READ', model: onlyId(model), token })).toMatchObject(failure);
      expect(await invokeOnce(handlers, { action: 'LIST', model: {}, token })).toMatchObject(failure);
      const waits = await invokeOnce(handlers, { action: 'DELETE', model: onlyId(model), token });
      expect(waits).toMatchObject({ status: 'IN_PROGRESS', resourceModel: onlyId(model) });
    } finally {
      AbortSignal.timeout = timeout;
      log.mockRestore();
    }
    const [read = 0, list = 0, remove = 0] = budgets;
    expect(Math.max(read, list)).toBeLessThanOrEqual(23_000);
    expect(remove).toBeLessThanOrEqual(43_000);
  });

  test('list all pages, filtered, without what is cancelled, newest first', async () => {
    const { model, DataSetId } = await anyCase();
    const models: Properties[] = [];
    for (let number = 0; number < 7; number += 1) {
      models.push((await cloudFormation.create(model)).event.resourceModel as Properties);
    }
    const elsewhere = await createWaiting(await anyCase());
    await world.cancelJob(models[2]?.Id as string);
    await world.cancelJob(models[3]?.Id as string);
    const left = models.filter((_, number) => number !== 2 && number !== 3).reverse();
    world.faults({ assumptions: { pageSize: 2 } });

    const filtered = await cloudFormation.list({ DataSetId });
    expect(filtered).toEqual({ models: left, pages: 4 });
    expect((await cloudFormation.list({ DataSetId }, 3)).pages).toBe(3);
    expect((await cloudFormation.list({ DataSetId, RevisionId: model.RevisionId })).models).toEqual(left);
    expect((await cloudFormation.list({ DataSetId, RevisionId: 'f'.repeat(32) })).models).toEqual([]);

    const everything = (await cloudFormation.list({}, 200)).models.map(({ Id }) => Id);
    expect(everything).toEqual(expect.arrayContaining([...left, elsewhere].map(({ Id }) => Id)));
    expect(new Set(everything).size).toBe(everything.length);
  });

  test('list of an unknown data set is empty, and a token that is none is refused', async () => {
    expect(await cloudFormation.page({ DataSetId: 'f'.repeat(32) })).toEqual({ status: 'SUCCESS', resourceModels: [] });
    expect(await cloudFormation.page({}, 'no token')).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest' });
  });
});

test.each([{}, { Id: '' }, { Id: 'short' }, { Id: '../../../data-sets/aaaaaaaaaaaaaaaa' }, { Id: 'f'.repeat(32) }])(
  'read, update and delete of %j answer NotFound, and ask the service for an identifier only',
  async (model) => {
    expect(await cloudFormation.read(model)).toMatchObject(NOT_FOUND);
    expect((await cloudFormation.update(model, { ...model, Type: 'NONE', DataSetId: '' })).event).toMatchObject(
      NOT_FOUND,
    );
    expect((await cloudFormation.delete(model)).event).toMatchObject(NOT_FOUND);
    expect(world.operations()).toEqual(model.Id?.length === 32 ? ['GetJob', 'GetJob', 'GetJob'] : []);
  },
);

describe('update', () => {
  const STARTED = {
    WAITING: 'COMPLETED',
    IN_PROGRESS: 'COMPLETED',
    COMPLETED: 'COMPLETED',
    ERROR: 'NotUpdatable',
    TIMED_OUT: 'NotUpdatable',
  };
  const NOT_STARTED = {
    WAITING: 'WAITING',
    IN_PROGRESS: 'NotUpdatable',
    COMPLETED: 'NotUpdatable',
    ERROR: 'NotUpdatable',
    TIMED_OUT: 'NotUpdatable',
  };
  const STATES = Object.keys(STARTED) as (keyof typeof STARTED)[];

  test.each(STATES)('of StartOnCreation while the job is %s, in both directions and in a rollback', async (state) => {
    for (const [to, ends] of [
      [true, STARTED],
      [false, NOT_STARTED],
    ] as const) {
      for (const rollback of [false, true]) {
        const job = await anyCase();
        const model = await createWaiting(job);
        await bring(model, state);
        const { Id } = model;
        const before = { ...job.model, Id, StartOnCreation: !to };
        const { event, events } = await cloudFormation.update(before, { ...before, StartOnCreation: to }, { rollback });
        if (rollback) {
          expect(events).toHaveLength(1);
          const truth = { Id, State: state, StartOnCreation: state !== 'WAITING' };
          expect(event).toMatchObject({ status: 'SUCCESS', resourceModel: truth });
        } else if (ends[state] === 'NotUpdatable') {
          expect(event).toMatchObject({ status: 'FAILED', errorCode: 'NotUpdatable', resourceModel: { Id } });
        } else {
          expect(event).toMatchObject({ status: 'SUCCESS', resourceModel: { Id, State: ends[state] } });
        }
      }
    }
  });

  test('that changes nothing succeeds, however the template is written; another secret is a change', async () => {
    const job = await makeCase('IMPORT_ASSET_FROM_API_GATEWAY_API', world);
    const { ApiGatewayProtocolType: _, ApiGatewayApiKey: __, ...model } = job.model;
    const { Id } = await createWaiting(job);
    world.emulator.clearRequests();
    const same = await cloudFormation.update({ ...job.model, Id }, { ...model, Id, StartOnCreation: 'false' });
    expect(same.event).toMatchObject({ status: 'SUCCESS', resourceModel: { Id, State: 'WAITING' } });
    expect(world.operations().filter((name) => !name.startsWith('Get'))).toEqual([]);
    const desired = { ...job.model, Id, ApiGatewayApiKey: 'aNother-key-0816' };
    const other = await cloudFormation.update({ ...job.model, Id }, desired);
    expect(other.event).toMatchObject({ status: 'FAILED', errorCode: 'NotUpdatable', resourceModel: { Id } });
    expect(other.event.message).toContain('ApiGatewayApiKey');
    expect(JSON.stringify(other.events)).not.toContain('0816');
  });

  test('is compared with the job where there is no previous model, the order of lists aside', async () => {
    const job = await anyCase();
    const { Id } = await createWaiting(job);
    const shares = [...(job.model.RedshiftDataShareAssetSources as object[])].reverse();
    const desired = { ...job.model, Id, RedshiftDataShareAssetSources: shares, StartOnCreation: 'true' };
    const reordered = await cloudFormation.update(undefined, desired, { rollback: true });
    expect(reordered.event).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'WAITING' } });
    const fewer = { ...desired, RedshiftDataShareAssetSources: shares.slice(1) };
    const refused = await cloudFormation.update(undefined, fewer);
    expect(refused.event).toMatchObject({ status: 'FAILED', errorCode: 'NotUpdatable' });
    const started = await cloudFormation.update(undefined, { ...job.model, Id, StartOnCreation: 'true' });
    expect(started.event).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'COMPLETED' } });
  });

  test('keeps what it was to change when the first call fails', async () => {
    const job = await anyCase();
    const model = await createWaiting(job);
    const first = [{ on: 'GetJob', calls: 1, do: { error: 'ThrottlingException' } }];
    const before = { ...job.model, Id: model.Id, StartOnCreation: 'false' };

    world.faults({ faults: first });
    const wrong = await cloudFormation.update(before, { ...before, StartOnCreation: 'maybe' });
    // The class of the model cannot hold such a value; it goes back as it came, because the next invocation judges it.
    expect(wrong.events[0]).toMatchObject({ status: 'IN_PROGRESS', resourceModel: { StartOnCreation: 'maybe' } });
    expect(wrong.event).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest' });

    world.faults({ faults: first });
    const started = await cloudFormation.update(before, { ...before, StartOnCreation: 'true' }, { keeps: 'context' });
    expect(started.events[0]).toMatchObject({ status: 'IN_PROGRESS' });
    expect(started.event).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'COMPLETED' } });
  });
});

describe('delete', () => {
  test.each([
    ['WAITING', 'CANCELLED'],
    ['IN_PROGRESS', 'COMPLETED'],
    ['COMPLETED', 'COMPLETED'],
    ['ERROR', 'ERROR'],
    ['TIMED_OUT', 'TIMED_OUT'],
  ] as const)('of a job that is %s leaves it %s, and waits for one that runs', async (state, end) => {
    const model = await createWaiting(await anyCase());
    await bring(model, state);
    const { event, seconds } = await cloudFormation.delete(model);
    expect(event).toEqual({ status: 'SUCCESS' });
    expect((await world.job(model.Id as string)).State).toBe(end);
    expect(seconds > 18).toBe(state === 'IN_PROGRESS');
  });

  test('of a job that is started meanwhile, which CancelJob finds out, waits for its end', async () => {
    world.faults({ assumptions: { startLag: { seconds: 20 }, jobSeconds: 10 } });
    const model = await createWaiting(await anyCase());
    await world.startJob(model.Id as string);
    expect((await cloudFormation.delete(onlyId(model))).event).toEqual({ status: 'SUCCESS' });
    expect((await world.job(model.Id as string)).State).toBe('COMPLETED');
  });

  test.each(['CANCELLED', 'VANISHED'] as const)('of a job that becomes %s meanwhile succeeds', async (state) => {
    const model = await createWaiting(await anyCase());
    await bring(model, 'IN_PROGRESS');
    world.faults({ faults: [{ on: 'GetJob', calls: 1, do: { job: { becomes: { state, afterSeconds: 5 } } } }] });
    expect((await cloudFormation.delete(onlyId(model))).event).toEqual({ status: 'SUCCESS' });
  });

  test.each(['CANCELLED', 'VANISHED'] as const)('of a job that was %s before answers NotFound', async (state) => {
    const model = await createWaiting(await anyCase());
    await bring(model, state);
    expect((await cloudFormation.delete(onlyId(model))).event).toMatchObject(NOT_FOUND);
  });

  test('removes the job for every operation', async () => {
    const { model: asked, ...job } = await anyCase();
    const model = await createWaiting({ model: asked, ...job });
    await cloudFormation.delete(model);
    expect(await cloudFormation.read(onlyId(model))).toMatchObject(NOT_FOUND);
    const desired = { ...model, StartOnCreation: true };
    expect((await cloudFormation.update(model, desired)).event).toMatchObject(NOT_FOUND);
    expect((await cloudFormation.update(model, desired, { rollback: true })).event).toMatchObject(NOT_FOUND);
    expect((await cloudFormation.list({ DataSetId: job.DataSetId })).models).toEqual([]);
  });

  test('keeps what the job imported into a given revision', async () => {
    const job = await makeCase('IMPORT_ASSETS_FROM_S3', world);
    const { event } = await cloudFormation.create({ ...job.model, StartOnCreation: true });
    await cloudFormation.delete(onlyId(event.resourceModel));
    await job.expectDone(job.model);
  });
});

test('a secret is in no event and no line of the log, whatever else is wrong or the service repeats', async () => {
  const job = await makeCase('IMPORT_ASSET_FROM_API_GATEWAY_API', world);
  const events: ProgressEvent[] = [];
  const remembering = world.cloudFormation({ keeps: 'context', afterEach: (event) => void events.push(event) });
  const created = await remembering.create(job.model);
  const model = created.event.resourceModel as Properties;
  await uploadFile(world, job, model.Id);
  const url = model.ApiSpecificationUploadUrl as string;
  await remembering.create({ ...job.model, Type: 'IMPORT_ASSETS_FROM_S3' });
  await remembering.create({ ...job.model, ApiGatewayApiKey: [SECRET] });
  await remembering.create({ ...job.model, ApiGatewayApiId: 7, ApiGatewayApiKey: { in: SECRET } });
  const echo = { error: { name: 'ValidationException', message: `"${SECRET}" and ${url} are bad` } };
  world.faults({ faults: [{ on: ['CreateJob', 'StartJob'], do: echo }] });
  expect((await remembering.create(job.model)).event.message).toContain('are bad');
  const desired = { ...job.model, Id: model.Id, StartOnCreation: true };
  expect((await remembering.update(model, desired)).event.message).toContain('are bad');
  const errors = [{ Code: 'VALIDATION_EXCEPTION', Message: `${SECRET} did not fit ${url}` }];
  world.faults({ faults: [{ on: 'StartJob', do: { job: { end: 'ERROR', errors } } }] });
  expect((await remembering.update(model, desired)).event.message).toContain('did not fit');
  expect(JSON.stringify(events)).not.toContain(SECRET);
  // A URL is an attribute of the model, and nothing of a message or a context.
  const words = events.map(({ message, callbackContext }) => ({ message, callbackContext }));
  expect(JSON.stringify(words)).not.toContain('X-Amz-Signature=');
  expect(world.log).not.toEqual([]);
});

describe('an event', () => {
  const invocation = { action: 'CREATE', model: MINIMAL.EXPORT_ASSET_TO_SIGNED_URL, token: newToken() } as const;

  test.each([null, {}, { accessKeyId: 'AKIA' }])(
    'with the credentials %j is refused before anything is asked of the service',
    async (callerCredentials) => {
      const answer = await world.entrypoint(wireEvent(invocation, { callerCredentials }));
      expect(answer).toMatchObject({ status: 'FAILED', errorCode: 'InvalidCredentials' });
      expect(world.operations()).toEqual([]);
    },
  );

  test('with a callback context that is not ours is refused: to begin anew could make a second job', async () => {
    const callbackContext = { jobId: 'f'.repeat(32), phase: 'unheard of' };
    const event = await invokeOnce(overTheWire(world.entrypoint), { ...invocation, callbackContext });
    expect(event).toMatchObject({
      status: 'FAILED',
      errorCode: 'InternalFailure',
      resourceModel: { Id: 'f'.repeat(32) },
    });
    expect(world.operations()).toEqual([]);
  });

  test('in the smaller form of `sam local invoke` does the same', async () => {
    const { model } = await anyCase();
    const credentials = { accessKeyId: 'AKIASAM', secretAccessKey: 'sam' };
    const request = { clientRequestToken: newToken(), desiredResourceState: model, logicalResourceIdentifier: 'Job' };
    const log = jest.spyOn(console, 'log').mockImplementation();
    const answer = await built.testEntrypoint({ credentials, action: 'CREATE', request, callbackContext: null });
    log.mockRestore();
    expect(answer).toMatchObject({ status: 'IN_PROGRESS', resourceModel: model });
  });

  test('goes to the Region that it names', async () => {
    const event = { ...wireEvent({ action: 'LIST', model: {}, token: newToken() }), region: 'eu-west-1' };
    await world.entrypoint(event);
    expect(world.emulator.requests()).toMatchObject([{ operation: 'ListJobs', region: 'eu-west-1' }]);
  });
});

describe('a fault of the type itself', () => {
  test('once a job exists is an InternalFailure that names the job, and its stack is in the log', async () => {
    const job = await anyCase();
    let broken = false;
    function random(): number {
      if (broken) {
        throw new TypeError('our own fault');
      }
      return 0.5;
    }
    // The delay after a throttled start is left to chance, by a generator that breaks once the job exists.
    world.faults({ faults: [{ on: 'StartJob', do: { error: 'ThrottlingException' } }] });
    const { event } = await world.cloudFormation({ entrypoint: world.entrypointWith({ random }) }).create(
      { ...job.model, StartOnCreation: true },
      {
        afterEach() {
          broken = true;
        },
      },
    );
    const [Id] = [...(await world.states(job.DataSetId)).keys()];
    expect(event).toMatchObject({ status: 'FAILED', errorCode: 'InternalFailure', resourceModel: { Id } });
    expect(event.message).not.toContain('our own fault');
    expect(world.log.join('\n')).toMatch(/TypeError: our own fault.*operations\.test\.ts/);
  });

  test('in a call is an InternalFailure that names the call, and its stack is in the log', async () => {
    const endpoint = process.env.AWS_ENDPOINT_URL_DATAEXCHANGE;
    process.env.AWS_ENDPOINT_URL_DATAEXCHANGE = 'nowhere';
    const event = await cloudFormation.read({ Id: 'f'.repeat(32) });
    process.env.AWS_ENDPOINT_URL_DATAEXCHANGE = endpoint;
    expect(event).toMatchObject({ status: 'FAILED', errorCode: 'InternalFailure' });
    expect(event.message).toContain('GetJob');
    expect(event.message).not.toContain('nowhere');
    expect(world.log.join('\n')).toMatch(/Invalid URL.* at /);
  });
});
