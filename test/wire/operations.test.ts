import './time';
import { UpdateRevisionCommand } from '@aws-sdk/client-dataexchange';
import type { FaultAction } from '../../emulator/faults/fault-script';
import { entrypoint, testEntrypoint } from '../../src/handlers';
import type { Properties } from '../../src/job/properties';
import { MINIMAL } from '../job/examples';
import { type Filled, LocalExchange, md5, onlyId, upload } from './local-exchange';
import { captureLog } from './log';
import { Registry, wireEvent } from './registry';
import { clock } from './time';
import { API_KEY, type Case, files, makeCase, uploadFile } from './types';

/** What the operations owe beyond a life without trouble, with one type where the type makes no difference. */

let exchange: LocalExchange;
let filled: Filled;
const registry = new Registry(entrypoint);
const log = captureLog();
beforeAll(async () => {
  exchange = await LocalExchange.start();
  filled = await exchange.filled(files());
});
afterAll(() => exchange.stop());
beforeEach(() => {
  exchange.faults();
  exchange.emulator.clearRequests();
});
afterEach(() => log.check());

const plain = (): Promise<Case> => makeCase('IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES', exchange, filled);
const idOf = (model: Properties | undefined): string => model?.Id as string;

/** A job made by the type, with its model as create answered it. */
async function made(job: Case): Promise<Properties> {
  return (await registry.create(job.model)).last.resourceModel as Properties;
}

type State = 'WAITING' | 'IN_PROGRESS' | 'COMPLETED' | 'ERROR' | 'TIMED_OUT' | 'CANCELLED' | 'VANISHED';

/** Brings a waiting job into a state, as others would. A job that runs ends after some seconds. */
async function bring(model: Properties, state: State): Promise<void> {
  if (state === 'WAITING') return;
  if (state === 'CANCELLED') return exchange.cancel(idOf(model));
  const end = state === 'IN_PROGRESS' ? 'COMPLETED' : state;
  exchange.faults({ faults: [{ on: 'StartJob', do: { job: { seconds: 20, end } } }] });
  await exchange.start(idOf(model));
  exchange.faults();
  if (state !== 'IN_PROGRESS') clock.advance(21_000);
}

describe('an import that needs an upload', () => {
  const UPLOADS = ['IMPORT_ASSET_FROM_SIGNED_URL', 'IMPORT_ASSET_FROM_API_GATEWAY_API'] as const;
  const URL_OF = {
    IMPORT_ASSET_FROM_SIGNED_URL: 'SignedUrl',
    IMPORT_ASSET_FROM_API_GATEWAY_API: 'ApiSpecificationUploadUrl',
  };

  test.each(UPLOADS)('%s: the URL of the model takes the file, for a minute', async (type) => {
    const job = await makeCase(type, exchange, filled);
    const model = await made(job);
    const url = model[URL_OF[type]] as string;
    expect(Date.parse(model[`${URL_OF[type]}ExpiresAt`] as string) - Date.parse(model.CreatedAt as string)).toBe(
      60_000,
    );
    expect(await upload(url, Buffer.from('first attempt'))).toBe(200);
    expect(await upload(url, job.file as Buffer)).toBe(200);
    clock.advance(61_000);
    expect(await upload(url, job.file as Buffer)).toBe(403);
    const { last } = await registry.update(model, { ...job.model, StartOnCreation: true, Id: model.Id });
    expect(last).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'COMPLETED' } });
    await job.done(last.resourceModel as Properties);
  });

  test.each(UPLOADS)('%s: without its file or with another it fails by the job’s own error', async (type) => {
    for (const file of [undefined, Buffer.from('something else')]) {
      const job = await makeCase(type, exchange, filled);
      const model = await made(job);
      if (file) expect(await upload(model[URL_OF[type]] as string, file)).toBe(200);
      const { last } = await registry.update(model, { ...job.model, StartOnCreation: true, Id: model.Id });
      expect(last).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest', resourceModel: { Id: model.Id } });
      expect(last.message).toContain('VALIDATION_EXCEPTION');
      expect(last.message).toContain(file ? 'another MD5' : 'not uploaded');
      expect((await registry.read(onlyId(model))).resourceModel).toMatchObject({
        State: 'ERROR',
        StartOnCreation: true,
      });
      expect((await registry.delete(onlyId(model))).last).toEqual({ status: 'SUCCESS' });
    }
  });

  test.each(UPLOADS)('%s: started at once it fails, named, so that a rollback can clean up', async (type) => {
    const job = await makeCase(type, exchange, filled);
    const { last } = await registry.create({ ...job.model, StartOnCreation: true });
    expect(last).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest' });
    expect(last.message).toContain('VALIDATION_EXCEPTION');
    expect((await registry.delete(onlyId(last.resourceModel))).last).toEqual({ status: 'SUCCESS' });
  });

  test('a hash that no file can have is refused before anything exists', async () => {
    const { model, DataSetId } = await makeCase('IMPORT_ASSET_FROM_SIGNED_URL', exchange, filled);
    const wrong = { ...model, UrlAssetMd5Hash: `${md5(Buffer.from('x')).slice(0, 21)}/==` };
    expect((await registry.create(wrong)).last).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest' });
    expect((await exchange.states(DataSetId)).size).toBe(0);
  });
});

describe('create', () => {
  test('returns the defaults that took effect, and leaves out what nobody gave', async () => {
    const place = await exchange.place('IMPORT_ASSET_FROM_API_GATEWAY_API');
    const model = await made({ ...(await plain()), model: { ...MINIMAL.IMPORT_ASSET_FROM_API_GATEWAY_API, ...place } });
    expect(model).toMatchObject({ ApiGatewayProtocolType: 'REST', StartOnCreation: false });
    expect(Object.keys(model)).not.toEqual(expect.arrayContaining(['ApiGatewayApiDescription']));
  });

  test('says which object an import lacks, and imports none', async () => {
    const { model } = await makeCase('IMPORT_ASSETS_FROM_S3', exchange, filled);
    const sources = [...(model.S3AssetSources as object[]), { Bucket: 'source', Key: 'not/there.csv' }];
    const { last } = await registry.create({ ...model, S3AssetSources: sources, StartOnCreation: true });
    expect(last).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest', resourceModel: { State: 'ERROR' } });
    expect(last.message).toContain('s3://source/not/there.csv');
    expect(await exchange.assets(model as never)).toEqual([]);
  });

  test('says which bucket an export lacks', async () => {
    const { model } = await makeCase('EXPORT_REVISIONS_TO_S3', exchange, filled);
    const S3RevisionDestinations = [{ RevisionId: filled.RevisionId, Bucket: 'no-such-bucket' }];
    const { last } = await registry.create({ ...model, S3RevisionDestinations, StartOnCreation: true });
    expect(last).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest' });
    expect(last.message).toContain('no-such-bucket');
  });

  test('is refused where the revision is finalised', async () => {
    const { DataSetId, RevisionId } = filled;
    await exchange.client.send(new UpdateRevisionCommand({ DataSetId, RevisionId, Finalized: true }));
    const { model } = await makeCase('IMPORT_ASSETS_FROM_S3', exchange, filled);
    const { last } = await registry.create({ ...model, DataSetId, RevisionId });
    await exchange.client.send(new UpdateRevisionCommand({ DataSetId, RevisionId, Finalized: false }));
    expect(last).toMatchObject({ status: 'FAILED', errorCode: 'ResourceConflict' });
    expect(last.resourceModel).toBeUndefined();
    expect(last.message).toContain(RevisionId);
  });

  test.each<[string, FaultAction, string, string]>([
    ['400', { error: { name: 'ValidationException', message: 'is bad' } }, 'InvalidRequest', 'is bad'],
    ['403', { error: 'AccessDeniedException' }, 'AccessDenied', 'dataexchange:CreateJob'],
    ['an expired token', { error: 'ExpiredTokenException' }, 'InvalidCredentials', 'ExpiredToken'],
    ['an unknown client', { error: 'UnrecognizedClientException' }, 'InvalidCredentials', 'role'],
    ['409', { error: 'ConflictException' }, 'ResourceConflict', 'Conflict'],
    ['429', { error: 'ThrottlingException' }, 'Throttling', 'Throttling'],
    [
      '402',
      { error: { name: 'ServiceLimitExceededException', members: { LimitName: 'Some limit', LimitValue: 7 } } },
      'ServiceLimitExceeded',
      'Some limit = 7',
    ],
    ['500', { error: 'InternalServerException' }, 'ServiceInternalError', 'InternalServer'],
    ['an HTML 503', { answer: { status: 503, text: '<html>busy</html>' } }, 'ServiceInternalError', '503'],
    ['a reset before the effect', { connection: 'reset', effect: 'none' }, 'NetworkFailure', 'CreateJob'],
    ['a lost answer', { connection: 'reset', effect: 'done' }, 'NetworkFailure', 'CreateJob'],
  ])('answers %s to CreateJob by its code, after one attempt', async (_, fault, errorCode, told) => {
    const { model, DataSetId } = await plain();
    exchange.emulator.clearRequests();
    exchange.faults({ faults: [{ on: 'CreateJob', do: fault }] });
    const { last } = await registry.create({ ...model, StartOnCreation: true });
    expect(last).toMatchObject({ status: 'FAILED', errorCode });
    expect(last.resourceModel).toBeUndefined();
    expect(last.message).toContain(told);
    expect(exchange.calls()).toEqual(['CreateJob']);
    expect([...(await exchange.states(DataSetId)).values()]).toEqual(fault.effect === 'done' ? ['WAITING'] : []);
  });

  test.each([
    ['ACCESS_DENIED_EXCEPTION', 'AccessDenied'],
    ['RESOURCE_NOT_FOUND_EXCEPTION', 'InvalidRequest'],
    ['VALIDATION_EXCEPTION', 'InvalidRequest'],
    ['MALWARE_DETECTED', 'InvalidRequest'],
    ['MALWARE_SCAN_ENCRYPTED_FILE', 'InvalidRequest'],
    ['SERVICE_QUOTA_EXCEEDED_EXCEPTION', 'ServiceLimitExceeded'],
    ['INTERNAL_SERVER_EXCEPTION', 'GeneralServiceException'],
  ])('a job that ends by %s is %s, with all its errors', async (Code, errorCode) => {
    const errors = [
      { Code, Message: 'the first reason' },
      { Code: 'INTERNAL_SERVER_EXCEPTION', Message: 'the second reason' },
    ];
    exchange.faults({ faults: [{ on: 'StartJob', do: { job: { end: 'ERROR', errors } } }] });
    const { last } = await registry.create({ ...(await plain()).model, StartOnCreation: true });
    expect(last).toMatchObject({ status: 'FAILED', errorCode, resourceModel: { State: 'ERROR' } });
    for (const told of [Code, 'the first reason', 'the second reason', idOf(last.resourceModel)]) {
      expect(last.message).toContain(told);
    }
  });

  test('a job that is not visible at once, or not shown as started, is waited for', async () => {
    const slow = { createLag: { seconds: 20 }, startLag: { reads: 2, seconds: 310 }, jobSeconds: 320 };
    for (const kept of ['both', 'model'] as const) {
      const { model } = await plain();
      exchange.faults({ assumptions: slow });
      const { last } = await registry.create({ ...model, StartOnCreation: true }, { kept });
      expect(last).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'COMPLETED' } });
    }
  });

  test('a job that is timed out by the service, cancelled or lost is NotStabilized, with its id', async () => {
    for (const state of ['TIMED_OUT', 'CANCELLED', 'VANISHED'] as const) {
      exchange.faults({ faults: [{ on: 'StartJob', do: { job: { seconds: 62, end: state } } }] });
      const { last } = await registry.create({ ...(await plain()).model, StartOnCreation: true });
      expect(last).toMatchObject({ status: 'FAILED', errorCode: 'NotStabilized' });
      expect(last.message).toContain(idOf(last.resourceModel));
    }
  });

  test.each([
    [30, 16],
    [300, 30],
    [3_600, 90],
  ])('a job of %i s is looked at no more than %i times, and little is lost after its end', async (length, looks) => {
    const { model } = await plain();
    exchange.faults({ assumptions: { jobSeconds: length } });
    exchange.emulator.clearRequests();
    const { last, answers, seconds } = await registry.create({ ...model, StartOnCreation: true });
    expect(last.status).toBe('SUCCESS');
    expect(answers.at(-2)?.message).toMatch(/^import running for \d+ (s|min)$/);
    expect(exchange.calls().filter((call) => call === 'GetJob').length).toBeLessThanOrEqual(looks);
    expect(seconds - length).toBeLessThanOrEqual(Math.min(60, 1 + length * 0.2));
  });

  test('gives up before CloudFormation does, and says what it last saw', async () => {
    const { model } = await plain();
    exchange.faults({ assumptions: { jobSeconds: 200_000 } });
    const { last, seconds } = await registry.create({ ...model, StartOnCreation: true }, { late: 4_000 });
    expect(last).toMatchObject({ status: 'FAILED', errorCode: 'NotStabilized' });
    expect(last.message).toContain('IN_PROGRESS');
    expect(seconds).toBeGreaterThan(11 * 3_600);
    const leaving = await registry.delete(onlyId(last.resourceModel), { late: 4_000 });
    expect(leaving.last).toMatchObject({ errorCode: 'NotStabilized', resourceModel: onlyId(last.resourceModel) });
  });
});

describe('the quota of running jobs', () => {
  // A type of which no other test leaves a job running.
  const lake = (): Promise<Case> => makeCase('IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY', exchange, filled);

  test.each(['402', '409', '429', '400'] as const)(
    'in the form of %s is waited out, by create and update',
    async (overQuota) => {
      const first = await lake();
      const Type = first.model.Type as string;
      const assumptions = { overQuota, concurrentJobs: { [Type]: 1 } };
      exchange.faults({ assumptions: { ...assumptions, jobSeconds: 40 } });
      await exchange.start(idOf(await made(first)));
      exchange.faults({ assumptions });
      const second = await lake();
      const { last, answers, seconds } = await registry.create({ ...second.model, StartOnCreation: true });
      expect(last).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'COMPLETED' } });
      expect(seconds).toBeGreaterThan(38);
      expect(answers.map(({ message }) => message)).toContainEqual(
        expect.stringMatching(/^waiting for one of \d+ job slots/),
      );

      exchange.faults({ assumptions: { ...assumptions, jobSeconds: 40 } });
      const third = await lake();
      await exchange.start(idOf(await made(third)));
      const model = await made(await lake());
      expect((await registry.update(model, { ...model, StartOnCreation: true })).last.status).toBe('SUCCESS');
    },
  );

  test('that ends the job itself is ServiceLimitExceeded', async () => {
    const { model } = await lake();
    exchange.faults({ assumptions: { overQuota: 'job-error', concurrentJobs: { [model.Type as string]: 0 } } });
    const { last } = await registry.create({ ...model, StartOnCreation: true });
    expect(last).toMatchObject({
      status: 'FAILED',
      errorCode: 'ServiceLimitExceeded',
      resourceModel: { State: 'ERROR' },
    });
  });
});

describe('read and list', () => {
  test.each<[string, FaultAction, string]>([
    ['403', { error: 'AccessDeniedException' }, 'AccessDenied'],
    ['an expired token', { error: 'ExpiredTokenException' }, 'InvalidCredentials'],
    ['429', { error: 'ThrottlingException' }, 'Throttling'],
    ['500', { error: 'InternalServerException' }, 'ServiceInternalError'],
    ['an HTML 503', { answer: { status: 503, text: '<html>busy</html>' } }, 'ServiceInternalError'],
    ['a reset', { connection: 'reset' }, 'NetworkFailure'],
  ])('answer %s by its code, once it stays', async (_, fault, errorCode) => {
    const model = await made(await plain());
    exchange.faults({ faults: [{ on: '*', do: fault }] });
    expect(await registry.read(onlyId(model))).toMatchObject({ status: 'FAILED', errorCode });
    // The SDK takes its time over throttling.
    if (errorCode !== 'Throttling') expect(await registry.page()).toMatchObject({ status: 'FAILED', errorCode });
  });

  test('get over one bad answer', async () => {
    const model = await made(await plain());
    for (const fault of [{ error: 'InternalServerException' }, { connection: 'reset' }] as FaultAction[]) {
      exchange.faults({ faults: [{ on: ['GetJob', 'ListJobs'], calls: [1, 3], do: fault }] });
      expect((await registry.read(onlyId(model))).resourceModel).toEqual(model);
      expect((await registry.page()).status).toBe('SUCCESS');
    }
  });

  test('are bounded in time by a budget of their own, whatever the service does not say', async () => {
    const model = await made(await plain());
    const { timeout } = AbortSignal;
    const budgets: number[] = [];
    AbortSignal.timeout = (milliseconds) => {
      budgets.push(milliseconds);
      return timeout(milliseconds / 200);
    };
    try {
      exchange.faults({ faults: [{ on: '*', do: { connection: 'silent' } }] });
      expect(await registry.read(onlyId(model))).toMatchObject({ status: 'FAILED', errorCode: 'NetworkFailure' });
      expect(await registry.page()).toMatchObject({ status: 'FAILED', errorCode: 'NetworkFailure' });
      const silent = await registry.invoke(wireEvent('DELETE', { resourceProperties: onlyId(model) }));
      expect(silent).toMatchObject({ status: 'IN_PROGRESS', resourceModel: onlyId(model) });
    } finally {
      AbortSignal.timeout = timeout;
    }
    expect(budgets.every((budget) => budget <= 43_000)).toBe(true);
    expect(budgets.slice(0, 2).every((budget) => budget <= 23_000)).toBe(true);
  });

  test('list shows all pages, filtered, without what is cancelled, newest first', async () => {
    const { model, DataSetId } = await plain();
    const models: Properties[] = [];
    for (let n = 0; n < 7; n += 1) {
      models.push((await registry.create(model)).last.resourceModel as Properties);
    }
    const elsewhere = await made(await plain());
    await exchange.cancel(idOf(models[2]));
    await exchange.cancel(idOf(models[3]));
    const left = models.filter((_, n) => n !== 2 && n !== 3).reverse();
    exchange.faults({ assumptions: { pageSize: 2 } });

    const filtered = await registry.list({ DataSetId });
    expect(filtered.models).toEqual(left);
    expect(filtered.pages).toBe(4);
    expect((await registry.list({ DataSetId }, 3)).pages).toBe(3);
    expect((await registry.list({ DataSetId, RevisionId: model.RevisionId })).models).toEqual(left);
    expect((await registry.list({ DataSetId, RevisionId: 'f'.repeat(32) })).models).toEqual([]);

    const everything = (await registry.list({}, 200)).models.map(({ Id }) => Id);
    expect(everything).toEqual(expect.arrayContaining([...left, elsewhere].map(({ Id }) => Id)));
    expect(new Set(everything).size).toBe(everything.length);
    for (const { Id } of left) expect((await registry.read({ Id })).status).toBe('SUCCESS');
  });

  test('list follows a token from any page, also while jobs come', async () => {
    const { model, DataSetId } = await plain();
    for (let n = 0; n < 4; n += 1) await registry.create(model);
    const first = await registry.page({ DataSetId }, undefined, 2);
    await registry.create(model);
    const second = await registry.page({ DataSetId }, first.nextToken, 2);
    expect(second.nextToken).toBeUndefined();
    const ids = [first, second].flatMap(({ resourceModels = [] }) => resourceModels.map(({ Id }) => Id));
    expect(new Set(ids).size).toBe(4);
  });

  test('list of a data set that is not there is empty; a token that is none is refused', async () => {
    expect(await registry.page({ DataSetId: 'f'.repeat(32) })).toEqual({ status: 'SUCCESS', resourceModels: [] });
    expect(await registry.page({}, 'no token')).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest' });
  });

  test.each([{}, { Id: '' }, { Id: 'short' }, { Id: 'f'.repeat(32) }, { Id: '../../../data-sets/aaaaaaaaaaaaaaaa' }])(
    'what does not exist is NotFound: %j',
    async (model) => {
      const gone = { status: 'FAILED', errorCode: 'NotFound' };
      expect(await registry.read(model)).toMatchObject(gone);
      expect((await registry.update(model, { ...model, StartOnCreation: true })).last).toMatchObject(gone);
      expect((await registry.update(model, { ...model, Type: 'NONE', DataSetId: '' })).last).toMatchObject(gone);
      expect((await registry.delete(model)).last).toMatchObject(gone);
    },
  );
});

describe('update', () => {
  const START = {
    WAITING: 'COMPLETED',
    IN_PROGRESS: 'COMPLETED',
    COMPLETED: 'COMPLETED',
    ERROR: 'NotUpdatable',
    TIMED_OUT: 'NotUpdatable',
  };
  const STOP = {
    WAITING: 'WAITING',
    IN_PROGRESS: 'NotUpdatable',
    COMPLETED: 'NotUpdatable',
    ERROR: 'NotUpdatable',
    TIMED_OUT: 'NotUpdatable',
  };
  const STATES = Object.keys(START) as (keyof typeof START)[];

  test.each(STATES)('of StartOnCreation while the job is %s, either way and in a rollback', async (state) => {
    for (const [to, ends] of [
      [true, START],
      [false, STOP],
    ] as const) {
      for (const rollback of [false, true]) {
        const job = await plain();
        const model = await made(job);
        await bring(model, state);
        const before = { ...job.model, Id: model.Id, StartOnCreation: !to };
        const { last, answers } = await registry.update(before, { ...before, StartOnCreation: to }, { rollback });
        if (rollback) {
          expect(answers).toHaveLength(1);
          const truth = { Id: model.Id, State: state, StartOnCreation: state !== 'WAITING' };
          expect(last).toMatchObject({ status: 'SUCCESS', resourceModel: truth });
        } else if (ends[state] === 'NotUpdatable') {
          expect(last).toMatchObject({ status: 'FAILED', errorCode: 'NotUpdatable', resourceModel: { Id: model.Id } });
        } else {
          expect(last).toMatchObject({ status: 'SUCCESS', resourceModel: { Id: model.Id, State: ends[state] } });
        }
      }
    }
  });

  test('that changes nothing succeeds, however it is written', async () => {
    const job = await makeCase('IMPORT_ASSET_FROM_API_GATEWAY_API', exchange, filled);
    const { ApiGatewayProtocolType: _, ApiGatewayApiKey: __, ...model } = job.model;
    const { Id } = (await registry.create(job.model)).last.resourceModel as Properties;
    const calls = exchange.calls().length;
    const same = await registry.update({ ...job.model, Id }, { ...model, Id, StartOnCreation: 'false' });
    expect(same.last).toMatchObject({ status: 'SUCCESS', resourceModel: { Id, State: 'WAITING' } });
    expect(
      exchange
        .calls()
        .slice(calls)
        .filter((call) => !call.startsWith('Get')),
    ).toEqual([]);
    const other = await registry.update(
      { ...job.model, Id },
      { ...job.model, Id, ApiGatewayApiKey: 'aNother-key-0816' },
    );
    expect(other.last).toMatchObject({ status: 'FAILED', errorCode: 'NotUpdatable' });
    expect(other.last.message).toContain('ApiGatewayApiKey');
    expect(JSON.stringify(other.answers)).not.toContain('0816');
  });

  test('is compared with the job where there is no previous model, the order of lists aside', async () => {
    const job = await plain();
    const { Id } = await made(job);
    const shares = [...(job.model.RedshiftDataShareAssetSources as object[])].reverse();
    const desired = { ...job.model, Id, RedshiftDataShareAssetSources: shares, StartOnCreation: 'true' };
    const reordered = await registry.run('UPDATE', { resourceProperties: { ...desired } }, {}, { rollback: true });
    expect(reordered.last).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'WAITING' } });
    const fewer = { ...desired, RedshiftDataShareAssetSources: shares.slice(1) };
    const refused = await registry.run('UPDATE', { resourceProperties: fewer });
    expect(refused.last).toMatchObject({ status: 'FAILED', errorCode: 'NotUpdatable' });
    const started = await registry.run('UPDATE', { resourceProperties: { ...job.model, Id, StartOnCreation: 'true' } });
    expect(started.last).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'COMPLETED' } });
  });
});

describe('delete', () => {
  test.each(['WAITING', 'IN_PROGRESS', 'COMPLETED', 'ERROR', 'TIMED_OUT'] as const)(
    'while the job is %s leaves nothing that runs or will run',
    async (state) => {
      const model = await made(await plain());
      await bring(model, state);
      const { last, seconds } = await registry.delete(model);
      expect(last).toEqual({ status: 'SUCCESS' });
      const ends = { WAITING: 'CANCELLED', IN_PROGRESS: 'COMPLETED' } as Record<string, string>;
      expect((await exchange.job(idOf(model))).State).toBe(ends[state] ?? state);
      expect(seconds > 18).toBe(state === 'IN_PROGRESS');
    },
  );

  test('of a job that is started, cancelled or lost meanwhile succeeds', async () => {
    // Started, and still shown as waiting: CancelJob is what finds out.
    exchange.faults({ assumptions: { startLag: { seconds: 20 }, jobSeconds: 10 } });
    const started = await made(await plain());
    await exchange.start(idOf(started));
    expect((await registry.delete(onlyId(started))).last).toEqual({ status: 'SUCCESS' });
    expect((await exchange.job(idOf(started))).State).toBe('COMPLETED');
    for (const end of ['CANCELLED', 'VANISHED'] as const) {
      const model = await made(await plain());
      await bring(model, 'IN_PROGRESS');
      exchange.faults({
        faults: [{ on: 'GetJob', calls: 1, do: { job: { becomes: { state: end, afterSeconds: 5 } } } }],
      });
      expect((await registry.delete(onlyId(model))).last).toEqual({ status: 'SUCCESS' });
    }
  });

  test('of what is cancelled or was lost before is NotFound', async () => {
    for (const state of ['CANCELLED', 'VANISHED'] as const) {
      const model = await made(await plain());
      await bring(model, state);
      expect((await registry.delete(onlyId(model))).last).toMatchObject({ status: 'FAILED', errorCode: 'NotFound' });
    }
  });

  test('keeps what the job brought', async () => {
    const job = await makeCase('IMPORT_ASSETS_FROM_S3', exchange, filled);
    const { last } = await registry.create({ ...job.model, StartOnCreation: true });
    await registry.delete(onlyId(last.resourceModel));
    await job.done({});
  });
});

describe('a secret', () => {
  test('stands in no answer and no log line, however wrong the rest is or loudly the service repeats it', async () => {
    const job = await makeCase('IMPORT_ASSET_FROM_API_GATEWAY_API', exchange, filled);
    const created = await registry.create(job.model, { kept: 'context' });
    const model = created.last.resourceModel as Properties;
    await uploadFile(exchange, job, idOf(model));
    const url = model.ApiSpecificationUploadUrl as string;
    const before = registry.answers.length;
    await registry.create({ ...job.model, Type: 'IMPORT_ASSETS_FROM_S3' });
    await registry.create({ ...job.model, ApiGatewayApiKey: [API_KEY] });
    await registry.create({ ...job.model, ApiGatewayApiId: 7, ApiGatewayApiKey: { in: API_KEY } });
    const echo = { error: { name: 'ValidationException', message: `"${API_KEY}" and ${url} are bad` } };
    exchange.faults({ faults: [{ on: ['CreateJob', 'StartJob'], do: echo }] });
    const refused = await registry.create(job.model);
    expect(refused.last.message).toContain('are bad');
    const desired = { ...job.model, Id: model.Id, StartOnCreation: true };
    expect((await registry.update(model, desired, { kept: 'context' })).last.message).toContain('are bad');
    const errors = [{ Code: 'VALIDATION_EXCEPTION', Message: `${API_KEY} did not fit ${url}` }];
    exchange.faults({ faults: [{ on: 'StartJob', do: { job: { end: 'ERROR', errors } } }] });
    const failed = await registry.update(model, desired, { kept: 'context' });
    expect(failed.last.message).toContain('did not fit');
    for (const { message, callbackContext } of registry.answers.slice(before)) {
      const told = JSON.stringify({ message, callbackContext });
      for (const secret of [API_KEY, 'X-Amz-Signature=']) expect(told).not.toContain(secret);
    }
    expect(JSON.stringify(registry.answers)).not.toContain(API_KEY);
  });
});

describe('an event', () => {
  const data = { resourceProperties: { ...MINIMAL.EXPORT_ASSET_TO_SIGNED_URL } };

  test('without credentials is refused, and nothing is asked of the service', async () => {
    for (const callerCredentials of [null, {}, { accessKeyId: 'AKIA' }]) {
      const answer = await registry.invoke(wireEvent('CREATE', { ...data, callerCredentials }));
      expect(answer).toMatchObject({ status: 'FAILED', errorCode: 'InvalidCredentials' });
    }
    expect(exchange.calls()).toEqual([]);
  });

  test('with a context that is not ours is refused: to begin anew could make a second job', async () => {
    const event = wireEvent('CREATE', data, { callbackContext: { jobId: 'f'.repeat(32), phase: 'unheard of' } });
    expect(await registry.invoke(event)).toMatchObject({
      status: 'FAILED',
      errorCode: 'InternalFailure',
      resourceModel: { Id: 'f'.repeat(32) },
    });
    expect(exchange.calls()).toEqual([]);
  });

  test('of the smaller form that `sam local invoke` takes does the same', async () => {
    const { model } = await plain();
    const credentials = { accessKeyId: 'AKIASAM', secretAccessKey: 'sam' };
    const request = { clientRequestToken: 'token-0815', desiredResourceState: model, logicalResourceIdentifier: 'Job' };
    const answer = await testEntrypoint({ credentials, action: 'CREATE', request, callbackContext: null });
    expect(answer).toMatchObject({ status: 'IN_PROGRESS', resourceModel: model });
  });

  test('goes to the Region that it names', async () => {
    await registry.invoke(wireEvent('LIST', { resourceProperties: {} }, { region: 'eu-west-1' }));
    expect(exchange.emulator.requests()).toMatchObject([{ operation: 'ListJobs', region: 'eu-west-1' }]);
  });
});
