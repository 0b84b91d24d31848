import './time';
import {
  CreateDataSetCommand,
  GetRevisionCommand,
  ListDataSetRevisionsCommand,
  RevokeRevisionCommand,
  UpdateRevisionCommand,
} from '@aws-sdk/client-dataexchange';
import type { FaultAction } from '../../emulator/faults/fault-script';
import type { JobTypeName } from '../../src/job/job-types';
import type { Properties } from '../../src/job/properties';
import { schema } from '../../src/job/schema';
import { Resource } from '../../src/resource';
import { makeEntrypoints } from '../../src/runtime/entrypoint';
import type { Answer } from './contract';
import { ASSET_TYPE, LocalExchange } from './local-exchange';
import { Registry, wireEvent } from './registry';
import { clock } from './time';

/**
 * Jobs with a revision of their own (design, section 9), driven as CloudFormation drives them. Whatever goes wrong, and at whichever
 * call: in the end the service holds no revision and no job that CloudFormation does not know.
 */

/** How long an invocation may take, milliseconds: short where an upload fails again and again, for its pauses are real. */
let patience = 40_000;
const { entrypoint } = makeEntrypoints(new Resource({ budgetFor: () => AbortSignal.timeout(patience) }), {
  secretPaths: schema.writeOnlyProperties,
  print: () => undefined,
});
const registry = new Registry(entrypoint as never, { retries: 3 });
let exchange: LocalExchange;
let tokens = 0;

beforeAll(async () => {
  exchange = await LocalExchange.start();
  exchange.write('source', 'a.csv', Buffer.from('a\n1\n'));
});
afterAll(() => exchange.stop());
afterEach(() => {
  exchange.faults();
  patience = 40_000;
});

const KINDS: { type: JobTypeName; properties: Properties; upload?: true }[] = [
  {
    type: 'IMPORT_ASSETS_FROM_S3',
    properties: { S3AssetSources: [{ Bucket: 'source', Key: 'a.csv' }] },
  },
  {
    type: 'IMPORT_ASSET_FROM_SIGNED_URL',
    properties: { UrlAssetName: 'x.csv', UrlAssetContent: 'a,b\n1,2\n' },
    upload: true,
  },
  {
    type: 'IMPORT_ASSET_FROM_API_GATEWAY_API',
    properties: {
      ApiGatewayApiId: 'abc123',
      ApiGatewayApiName: 'prices',
      ApiGatewayStage: 'prod',
      ApiGatewayApiSpecification: '{"openapi":"3.0.1","info":{"title":"p","version":"1"},"paths":{}}',
    },
    upload: true,
  },
  {
    type: 'IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES',
    properties: {
      RedshiftDataShareAssetSources: [
        {
          DataShareArn: 'arn:aws:redshift:us-east-1:111122223333:datashare:86b5169f-01dc-4a6f-9fbb-e2e24359e9a8/sales',
        },
      ],
    },
  },
  {
    type: 'IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY',
    properties: {
      LakeFormationCatalogId: '123456789012',
      LakeFormationRoleArn: 'arn:aws:iam::123456789012:role/share',
      LakeFormationTableExpression: [{ TagKey: 'k', TagValues: ['v'] }],
      LakeFormationTablePermissions: ['SELECT'],
    },
  },
  {
    type: 'CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET',
    properties: { S3DataAccessAssetSource: { Bucket: 'source' } },
  },
];

const S3 = KINDS[0] as (typeof KINDS)[number];

async function dataSet(type: JobTypeName = 'IMPORT_ASSETS_FROM_S3'): Promise<string> {
  const input = { Name: 'n', Description: 'd', AssetType: ASSET_TYPE[type] };
  return (await exchange.client.send(new CreateDataSetCommand(input))).Id as string;
}

/** Each create has a token of its own: with the same one it would go on with what is there. */
async function create(model: Properties, bearerToken = `token-${++tokens}`): Promise<Answer> {
  return (await registry.run('CREATE', { resourceProperties: model }, {}, { bearerToken })).last;
}

const remove = async (Id: unknown): Promise<Answer> => (await registry.delete({ Id })).last;

const update = async (before: Properties, after: Properties, rollback = false): Promise<Answer> =>
  (await registry.update(before, after, { rollback })).last;

/** A create, and after a failure with an identifier the delete of the rollback. */
async function createOrRollBack(model: Properties): Promise<Answer> {
  const answer = await create(model);
  exchange.faults();
  patience = 40_000;
  if (answer.status === 'FAILED' && answer.resourceModel !== undefined) {
    expect((await remove(answer.resourceModel.Id)).errorCode ?? 'NotFound').toBe('NotFound');
  }
  return answer;
}

/** What the service holds in a data set: revisions, and jobs that were not cancelled. */
async function holdings(DataSetId: string): Promise<{ revisions: unknown[]; jobs: unknown[] }> {
  const { Revisions = [] } = await exchange.client.send(new ListDataSetRevisionsCommand({ DataSetId }));
  const jobs = [...(await exchange.states(DataSetId))].filter(([, state]) => state !== 'CANCELLED');
  return { revisions: Revisions.map(({ Id }) => Id), jobs: jobs.map(([id]) => id) };
}

async function publishable(kind = S3): Promise<{ DataSetId: string; desired: Properties; model: Properties }> {
  const DataSetId = await dataSet(kind.type);
  const desired = { Type: kind.type, ...kind.properties, DataSetId, StartOnCreation: true, FinalizeRevision: true };
  const { resourceModel: model } = await create(desired);
  return { DataSetId, desired, model: model as Properties };
}

const FAULTS: Record<string, FaultAction> = {
  'a throttle': { error: 'ThrottlingException' },
  'a refusal': { error: 'AccessDeniedException' },
  'an internal error after the effect': { error: 'InternalServerException', effect: 'done' },
  'a lost request': { connection: 'reset', effect: 'none' },
  'a lost answer': { connection: 'reset', effect: 'done' },
};
const EVERY_FAULT = Object.keys(FAULTS);
/** For the types whose way is that of another: without an effect, with it, and for good. */
const SOME_FAULTS = ['a throttle', 'a lost answer', 'a refusal'];
const passing = (faults: readonly string[]): string[] => faults.filter((what) => what !== 'a refusal');

/** The calls of the first invocation: those that go wrong for good make the create fail. */
const FIRST_CALLS = ['ListDataSetRevisions', 'CreateRevision', 'CreateJob', 'SignedUrlPut'];
const LATER_CALLS = ['TagResource', 'StartJob', 'GetJob', 'GetRevision', 'UpdateRevision'];

describe.each(KINDS)('$type', (kind) => {
  const { type, properties, upload } = kind;
  const faults = type === 'IMPORT_ASSET_FROM_SIGNED_URL' ? EVERY_FAULT : SOME_FAULTS;

  test('makes, fills and finalises a revision of its own, and takes it away again', async () => {
    const DataSetId = await dataSet(type);
    const desired = {
      Type: type,
      ...properties,
      DataSetId,
      StartOnCreation: true,
      FinalizeRevision: true,
      RevisionComment: 'a comment',
    };
    const created = await create(desired);
    expect(created).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'COMPLETED', FinalizeRevision: true } });
    const model = created.resourceModel as Properties;
    const RevisionId = model.CreatedRevisionId as string;
    expect(model).not.toHaveProperty('RevisionId');
    const revision = await exchange.client.send(new GetRevisionCommand({ DataSetId, RevisionId }));
    expect(revision).toMatchObject({ Finalized: true, Comment: 'a comment' });
    expect(await exchange.assets({ DataSetId, RevisionId })).toHaveLength(1);

    expect(await registry.read({ Id: model.Id })).toEqual({ status: 'SUCCESS', resourceModel: model });
    const { Id } = model;
    expect(await update({ ...desired, Id }, { ...desired, Id, FinalizeRevision: false })).toMatchObject({
      status: 'SUCCESS',
      resourceModel: { FinalizeRevision: false },
    });
    // Cloud Control may leave the previous model out: the job and its revision are then what is compared.
    const again = await registry.run('UPDATE', { resourceProperties: { ...desired, Id } });
    expect(again.last).toMatchObject({ status: 'SUCCESS', resourceModel: { FinalizeRevision: true } });

    expect(await remove(Id)).toEqual({ status: 'SUCCESS' });
    expect((await holdings(DataSetId)).revisions).toEqual([]);
    expect(await registry.read({ Id })).toMatchObject({ status: 'FAILED', errorCode: 'NotFound' });
    expect(await remove(Id)).toMatchObject({ status: 'FAILED', errorCode: 'NotFound' });
  });

  const calls = [...FIRST_CALLS, ...LATER_CALLS].filter((call) => call !== 'SignedUrlPut' || upload);
  const once = calls.flatMap((call) => faults.map((what) => ({ call, what })));

  test.each(once)('create: $what at $call leaves nothing that nobody knows', async ({ call, what }) => {
    const DataSetId = await dataSet(type);
    exchange.faults({ faults: [{ on: call, calls: 1, do: FAULTS[what] as FaultAction }] });
    const created = await createOrRollBack({
      Type: type,
      ...properties,
      DataSetId,
      StartOnCreation: true,
      FinalizeRevision: true,
    });
    const left = await holdings(DataSetId);
    if (passing(faults).includes(what)) {
      expect(created).toMatchObject({ status: 'SUCCESS' });
    }
    if (created.status === 'SUCCESS') {
      expect(left).toEqual({
        revisions: [created.resourceModel?.CreatedRevisionId],
        jobs: [created.resourceModel?.Id],
      });
    } else {
      expect(left.revisions).toEqual([]);
      // A job that has run stays in the service's record.
      expect(left.jobs.filter((id) => id !== created.resourceModel?.Id)).toEqual([]);
    }
  });

  const forGood = FIRST_CALLS.filter((call) => calls.includes(call)).map((call) => ({ call }));

  test.each(forGood)('create: $call refused again and again leaves nothing', async ({ call }) => {
    const DataSetId = await dataSet(type);
    exchange.faults({ faults: [{ on: call, do: FAULTS['a throttle'] as FaultAction }] });
    patience = call === 'SignedUrlPut' ? 1_500 : patience;
    const created = await createOrRollBack({ Type: type, ...properties, DataSetId, StartOnCreation: true });
    expect(created.status).toBe('FAILED');
    expect(await holdings(DataSetId)).toEqual({ revisions: [], jobs: [] });
  });

  test.each(['GetJob', 'GetRevision', 'UpdateRevision', 'DeleteRevision'])('delete: %s goes wrong', async (call) => {
    for (const what of passing(faults)) {
      const { DataSetId, model } = await publishable(kind);
      exchange.faults({ faults: [{ on: call, calls: 1, do: FAULTS[what] as FaultAction }] });
      expect(await remove(model.Id)).toEqual({ status: 'SUCCESS' });
      expect((await holdings(DataSetId)).revisions).toEqual([]);
    }
  });

  test.each(['GetJob', 'GetRevision', 'UpdateRevision'])('update: %s goes wrong', async (call) => {
    for (const what of passing(faults)) {
      const { DataSetId, desired, model } = await publishable(kind);
      const { Id } = model;
      exchange.faults({ faults: [{ on: call, calls: 1, do: FAULTS[what] as FaultAction }] });
      const opened = await update({ ...desired, Id }, { ...desired, Id, FinalizeRevision: false });
      expect(opened).toMatchObject({ status: 'SUCCESS', resourceModel: { FinalizeRevision: false } });
      expect(await holdings(DataSetId)).toEqual({ revisions: [model.CreatedRevisionId], jobs: [Id] });
    }
  });
});

test('a published revision is neither opened nor removed, and the message says what to do', async () => {
  const { DataSetId, desired, model } = await publishable();
  const { Id } = model;
  const RevisionId = model.CreatedRevisionId as string;
  exchange.emulator.publishRevision(RevisionId);
  const opened = await update({ ...desired, Id }, { ...desired, Id, FinalizeRevision: false });
  expect(opened).toMatchObject({ status: 'FAILED', errorCode: 'GeneralServiceException' });
  expect(opened.message).toMatch(/revoke it/);
  const deleted = await remove(Id);
  expect(deleted).toMatchObject({ status: 'FAILED', resourceModel: { Id } });
  expect(deleted.message).toMatch(/DeletionPolicy: Retain/);
  expect((await holdings(DataSetId)).revisions).toEqual([RevisionId]);

  await exchange.client.send(
    new RevokeRevisionCommand({ DataSetId, RevisionId, RevocationComment: 'no longer right' }),
  );
  expect(await remove(Id)).toEqual({ status: 'SUCCESS' });
  expect((await holdings(DataSetId)).revisions).toEqual([]);
});

test('a rollback answers with the true model when the revision cannot be opened again', async () => {
  const { desired, model } = await publishable();
  exchange.emulator.publishRevision(model.CreatedRevisionId as string);
  const { Id } = model;
  const back = await update({ ...desired, Id }, { ...desired, Id, FinalizeRevision: false }, true);
  expect(back).toMatchObject({ status: 'SUCCESS', resourceModel: { FinalizeRevision: true } });
});

test('a second job in the same revision never removes it', async () => {
  const DataSetId = await dataSet();
  const first = await create({ Type: S3.type, ...S3.properties, DataSetId, StartOnCreation: true });
  const RevisionId = first.resourceModel?.CreatedRevisionId;
  const second = await create({
    Type: 'IMPORT_ASSET_FROM_SIGNED_URL',
    DataSetId,
    RevisionId,
    UrlAssetName: 'more.csv',
    UrlAssetContent: 'more\n',
    StartOnCreation: true,
    FinalizeRevision: true,
  });
  expect(second).toMatchObject({ status: 'SUCCESS', resourceModel: { RevisionId, FinalizeRevision: true } });
  expect(second.resourceModel).not.toHaveProperty('CreatedRevisionId');
  expect(await remove(second.resourceModel?.Id)).toEqual({ status: 'SUCCESS' });
  expect((await holdings(DataSetId)).revisions).toEqual([RevisionId]);
  expect(await remove(first.resourceModel?.Id)).toEqual({ status: 'SUCCESS' });
  expect((await holdings(DataSetId)).revisions).toEqual([]);
});

describe('a list', () => {
  test('shows what reads show, and no job whose own revision went with it', async () => {
    const { DataSetId, model } = await publishable();
    const waiting = await create({ Type: S3.type, ...S3.properties, DataSetId });
    const { models } = await registry.list({ DataSetId });
    expect(models).toHaveLength(2);
    for (const listed of models) {
      expect(await registry.read({ Id: listed.Id })).toEqual({ status: 'SUCCESS', resourceModel: listed });
    }
    expect(await remove(model.Id)).toEqual({ status: 'SUCCESS' });
    expect((await registry.list({ DataSetId })).models.map(({ Id }) => Id)).toEqual([waiting.resourceModel?.Id]);
  });

  test('looks at each revision once, and stands by its jobs when a look fails', async () => {
    const { DataSetId, model } = await publishable();
    exchange.emulator.clearRequests();
    await registry.list({ DataSetId });
    expect(exchange.calls()).toEqual(['ListJobs', 'GetRevision']);
    exchange.faults({ faults: [{ on: 'GetRevision', do: { error: 'AccessDeniedException' } }] });
    expect((await registry.list({ DataSetId })).models.map(({ Id }) => Id)).toEqual([model.Id]);
  });
});

test('after 90 days, when the service has forgotten the job, its model still leads to the revision', async () => {
  const { DataSetId, model } = await publishable();
  clock.advance(91 * 24 * 60 * 60 * 1_000);
  expect(await registry.read({ Id: model.Id })).toMatchObject({ errorCode: 'NotFound' });
  expect((await registry.delete(model)).last).toEqual({ status: 'SUCCESS' });
  expect((await holdings(DataSetId)).revisions).toEqual([]);
  expect((await registry.delete(model)).last).toMatchObject({ errorCode: 'NotFound' });
});

test('a job that vanishes during its create leaves no revision after the rollback', async () => {
  const DataSetId = await dataSet();
  exchange.faults({ faults: [{ on: 'CreateJob', do: { job: { seconds: 2, end: 'VANISHED' } } }] });
  const created = await create({ Type: S3.type, ...S3.properties, DataSetId, StartOnCreation: true });
  expect(created).toMatchObject({ status: 'FAILED', errorCode: 'NotStabilized' });
  expect((await registry.delete(created.resourceModel as Properties)).last).toEqual({ status: 'SUCCESS' });
  expect(await holdings(DataSetId)).toEqual({ revisions: [], jobs: [] });
});

test('a revision whose tag failed gets it later, even if the context was lost', async () => {
  const DataSetId = await dataSet();
  exchange.faults({ faults: [{ on: 'TagResource', calls: 1, do: FAULTS['a lost request'] as FaultAction }] });
  const desired = { Type: S3.type, ...S3.properties, DataSetId, StartOnCreation: true };
  const created = await registry.run(
    'CREATE',
    { resourceProperties: desired },
    { kept: 'model' },
    { bearerToken: `token-${++tokens}` },
  );
  const { Id, CreatedRevisionId: RevisionId } = created.last.resourceModel as Record<string, string>;
  const { Tags } = await exchange.client.send(new GetRevisionCommand({ DataSetId, RevisionId }));
  expect(Object.values(Tags ?? {})).toContain(Id);
});

test('credentials that expire between revision and job are worth a repetition, which finds the revision', async () => {
  const DataSetId = await dataSet();
  const expired: FaultAction = { error: 'ExpiredTokenException' };
  exchange.faults({
    faults: [
      { on: 'CreateJob', calls: 1, do: expired },
      { on: 'ListJobs', calls: 1, do: expired },
    ],
  });
  const created = await create({ Type: S3.type, ...S3.properties, DataSetId, StartOnCreation: true });
  expect(created).toMatchObject({ status: 'SUCCESS' });
  expect((await holdings(DataSetId)).revisions).toEqual([created.resourceModel?.CreatedRevisionId]);
});

describe('a job that waits', () => {
  test.each(['CancelJob', 'DeleteRevision', 'GetRevision'])(
    'takes its revision along, also when %s goes wrong',
    async (call) => {
      for (const what of passing(EVERY_FAULT)) {
        const DataSetId = await dataSet();
        const created = await create({ Type: S3.type, ...S3.properties, DataSetId });
        expect(created).toMatchObject({
          status: 'SUCCESS',
          resourceModel: { State: 'WAITING', FinalizeRevision: false },
        });
        exchange.faults({ faults: [{ on: call, calls: 1, do: FAULTS[what] as FaultAction }] });
        expect(await remove(created.resourceModel?.Id)).toEqual({ status: 'SUCCESS' });
        expect(await holdings(DataSetId)).toEqual({ revisions: [], jobs: [] });
        expect(await remove(created.resourceModel?.Id)).toMatchObject({ errorCode: 'NotFound' });
      }
    },
  );

  test('and was cancelled by somebody else still takes its revision along', async () => {
    const DataSetId = await dataSet();
    const created = await create({ Type: S3.type, ...S3.properties, DataSetId });
    await exchange.cancel(created.resourceModel?.Id as string);
    expect(await remove(created.resourceModel?.Id)).toEqual({ status: 'SUCCESS' });
    expect((await holdings(DataSetId)).revisions).toEqual([]);
  });

  test('is started and its revision finalised by one update', async () => {
    const DataSetId = await dataSet();
    const desired = { Type: S3.type, ...S3.properties, DataSetId };
    const { resourceModel } = await create(desired);
    const before = { ...desired, Id: resourceModel?.Id };
    const updated = await update(before, { ...before, StartOnCreation: true, FinalizeRevision: true });
    expect(updated).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'COMPLETED', FinalizeRevision: true } });
  });
});

test('a job that fails leaves neither revision nor data after the rollback', async () => {
  const DataSetId = await dataSet();
  const created = await createOrRollBack({
    Type: S3.type,
    DataSetId,
    StartOnCreation: true,
    S3AssetSources: [{ Bucket: 'source', Key: 'missing.csv' }],
  });
  expect(created).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest' });
  expect(created.message).toContain('s3://source/missing.csv');
  expect((await holdings(DataSetId)).revisions).toEqual([]);
});

test('the same token after a lost first answer goes on with the same revision and job', async () => {
  const DataSetId = await dataSet();
  const desired = { Type: S3.type, ...S3.properties, DataSetId, StartOnCreation: true };
  const bearerToken = 'the same token';
  await entrypoint(wireEvent('CREATE', { resourceProperties: desired }, { bearerToken }));
  const [made] = (await holdings(DataSetId)).revisions;
  await exchange.client.send(new UpdateRevisionCommand({ DataSetId, RevisionId: made as string, Comment: 'touched' }));
  const again = await create(desired, bearerToken);
  expect(again).toMatchObject({ status: 'SUCCESS', resourceModel: { CreatedRevisionId: made } });
  expect(await holdings(DataSetId)).toEqual({ revisions: [made], jobs: [again.resourceModel?.Id] });
});
