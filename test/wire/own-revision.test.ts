import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateDataSetCommand,
  DataExchangeClient,
  GetRevisionCommand,
  ListDataSetRevisionsCommand,
  ListJobsCommand,
  ListRevisionAssetsCommand,
  RevokeRevisionCommand,
  UpdateRevisionCommand,
} from '@aws-sdk/client-dataexchange';
import { ManualClock } from '../../emulator/clock';
import { type Emulator, startEmulator } from '../../emulator/emulator';
import type { FaultRule } from '../../emulator/faults/fault-script';
import { schema } from '../../src/job/schema';
import { Resource } from '../../src/resource';
import { makeEntrypoints } from '../../src/runtime/entrypoint';

/**
 * Jobs with a revision of their own (design, section 9), driven as CloudFormation drives them: model and context fed back,
 * retriable codes repeated with the same token, a create that failed with an identifier followed by a delete. Whatever goes wrong,
 * the service must then hold no revision and no job that CloudFormation does not know.
 */

type Model = Record<string, unknown>;
interface Event {
  status: string;
  errorCode?: string;
  message?: string;
  resourceModel?: Model;
  callbackContext?: unknown;
  callbackDelaySeconds?: number;
}

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-secret-key', sessionToken: 'not-a-token' };
const RETRIABLE = ['Throttling', 'ServiceInternalError', 'NetworkFailure', 'ResourceConflict'];

let folder: string;
let clock: ManualClock;
let emulator: Emulator;
let client: DataExchangeClient;
let tokens = 0;

/** The handlers by the emulator's clock, with little patience for an upload that fails. */
const { entrypoint } = makeEntrypoints(
  new Resource({ now: () => clock.now(), budgetFor: () => AbortSignal.timeout(400) }),
  { secretPaths: schema.writeOnlyProperties, print: () => undefined },
);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'own-revision-'));
  await mkdir(join(folder, 'source'), { recursive: true });
  await writeFile(join(folder, 'source', 'a.csv'), 'a\n1\n');
  clock = new ManualClock(Date.now());
  emulator = await startEmulator({ clock, buckets: folder, jobSeconds: 2, seed: 1 });
  process.env.AWS_ENDPOINT_URL_DATAEXCHANGE = emulator.url;
  client = new DataExchangeClient({ region: 'us-east-1', credentials, endpoint: emulator.url, maxAttempts: 1 });
});

afterAll(async () => {
  delete process.env.AWS_ENDPOINT_URL_DATAEXCHANGE;
  client.destroy();
  await emulator.stop();
  rmSync(folder, { recursive: true });
});

afterEach(() => emulator.setFaults({}));

/** One operation as CloudFormation runs it: re-invocations, and up to three repetitions after a retriable code. */
async function operate(
  action: string,
  desired: Model,
  { previous, rollback, token = `token-${++tokens}` }: { previous?: Model; rollback?: boolean; token?: string } = {},
): Promise<Event> {
  let answer: Event | undefined;
  for (let attempt = 0; attempt < 4; attempt++) {
    let model = desired;
    let context: unknown;
    let calls = 0;
    do {
      if (++calls > 200) {
        throw new Error(`never ends: ${JSON.stringify(answer)}`);
      }
      answer = (await entrypoint(
        {
          action,
          awsAccountId: '123456789012',
          bearerToken: token,
          region: 'us-east-1',
          rollback,
          callbackContext: context,
          requestData: {
            callerCredentials: credentials,
            resourceProperties: model,
            previousResourceProperties: previous,
            logicalResourceId: 'Job',
          },
        },
        {} as never,
      )) as unknown as Event;
      model = answer.resourceModel ?? model;
      context = answer.callbackContext;
      clock.advance(1_000 * (answer.callbackDelaySeconds ?? 0));
    } while (answer.status === 'IN_PROGRESS');
    if (answer.status !== 'FAILED' || !RETRIABLE.includes(answer.errorCode ?? '')) {
      break;
    }
    clock.advance(1_000);
  }
  return answer as Event;
}

/** A create, and after a failure with an identifier the delete of the rollback. */
async function createOrRollBack(desired: Model): Promise<Event> {
  const answer = await operate('CREATE', desired);
  if (answer.status === 'FAILED' && answer.resourceModel?.Id !== undefined) {
    emulator.setFaults({});
    const deleted = await operate('DELETE', { Id: answer.resourceModel.Id });
    expect(['SUCCESS', 'NotFound']).toContain(deleted.errorCode ?? deleted.status);
  }
  return answer;
}

async function dataSet(AssetType: string): Promise<string> {
  const made = await client.send(
    new CreateDataSetCommand({ Name: 'n', Description: 'd', AssetType: AssetType as 'S3_SNAPSHOT' }),
  );
  return made.Id as string;
}

/** What the service holds in a data set: revisions, and jobs that are not cancelled. */
async function holdings(DataSetId: string): Promise<{ revisions: string[]; jobs: string[] }> {
  const revisions = await client.send(new ListDataSetRevisionsCommand({ DataSetId }));
  const jobs = await client.send(new ListJobsCommand({ DataSetId }));
  return {
    revisions: (revisions.Revisions ?? []).map(({ Id }) => Id as string),
    jobs: (jobs.Jobs ?? []).filter(({ State }) => State !== 'CANCELLED').map(({ Id }) => Id as string),
  };
}

const KINDS: { asset: string; properties: Model; upload?: true }[] = [
  {
    asset: 'S3_SNAPSHOT',
    properties: { Type: 'IMPORT_ASSETS_FROM_S3', S3AssetSources: [{ Bucket: 'source', Key: 'a.csv' }] },
  },
  {
    asset: 'S3_SNAPSHOT',
    properties: { Type: 'IMPORT_ASSET_FROM_SIGNED_URL', UrlAssetName: 'x.csv', UrlAssetContent: 'a,b\n1,2\n' },
    upload: true,
  },
  {
    asset: 'API_GATEWAY_API',
    properties: {
      Type: 'IMPORT_ASSET_FROM_API_GATEWAY_API',
      ApiGatewayApiId: 'abc123',
      ApiGatewayApiName: 'prices',
      ApiGatewayStage: 'prod',
      ApiGatewayApiSpecification: '{"openapi":"3.0.1","info":{"title":"p","version":"1"},"paths":{}}',
    },
    upload: true,
  },
  {
    asset: 'REDSHIFT_DATA_SHARE',
    properties: {
      Type: 'IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES',
      RedshiftDataShareAssetSources: [
        {
          DataShareArn: 'arn:aws:redshift:us-east-1:111122223333:datashare:86b5169f-01dc-4a6f-9fbb-e2e24359e9a8/sales',
        },
      ],
    },
  },
  {
    asset: 'LAKE_FORMATION_DATA_PERMISSION',
    properties: {
      Type: 'IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY',
      LakeFormationCatalogId: '123456789012',
      LakeFormationRoleArn: 'arn:aws:iam::123456789012:role/share',
      LakeFormationTableExpression: [{ TagKey: 'k', TagValues: ['v'] }],
      LakeFormationTablePermissions: ['SELECT'],
    },
  },
  {
    asset: 'S3_DATA_ACCESS',
    properties: { Type: 'CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET', S3DataAccessAssetSource: { Bucket: 'source' } },
  },
];

describe.each(KINDS)('$properties.Type', ({ asset, properties, upload }) => {
  const calls = [
    'ListDataSetRevisions',
    'CreateRevision',
    'CreateJob',
    ...(upload ? ['SignedUrlPut'] : []),
    'TagResource',
    'StartJob',
    'GetJob',
    'GetRevision',
    'UpdateRevision',
  ];

  test('makes, fills and finalises a revision of its own, and takes it away again', async () => {
    const DataSetId = await dataSet(asset);
    const desired = {
      ...properties,
      DataSetId,
      StartOnCreation: true,
      FinalizeRevision: true,
      RevisionComment: 'a comment',
    };
    const created = await operate('CREATE', desired);
    expect(created).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'COMPLETED', FinalizeRevision: true } });
    const model = created.resourceModel as Model;
    const RevisionId = model.CreatedRevisionId as string;
    expect(model).not.toHaveProperty('RevisionId');
    const revision = await client.send(new GetRevisionCommand({ DataSetId, RevisionId }));
    expect(revision).toMatchObject({ Finalized: true, Comment: 'a comment' });
    const assets = await client.send(new ListRevisionAssetsCommand({ DataSetId, RevisionId }));
    expect(assets.Assets).toHaveLength(1);
    expect(JSON.stringify(model)).not.toContain('openapi');

    const read = await operate('READ', { Id: model.Id });
    expect(read).toEqual({ status: 'SUCCESS', resourceModel: model });

    const open = { ...desired, FinalizeRevision: false };
    expect(
      await operate('UPDATE', { ...open, Id: model.Id }, { previous: { ...desired, Id: model.Id } }),
    ).toMatchObject({
      status: 'SUCCESS',
      resourceModel: { FinalizeRevision: false },
    });
    expect(await operate('UPDATE', { ...desired, Id: model.Id })).toMatchObject({
      status: 'SUCCESS',
      resourceModel: { FinalizeRevision: true },
    });

    expect(await operate('DELETE', { Id: model.Id })).toEqual({ status: 'SUCCESS' });
    expect((await holdings(DataSetId)).revisions).toEqual([]);
    expect(await operate('READ', { Id: model.Id })).toMatchObject({ status: 'FAILED', errorCode: 'NotFound' });
    expect(await operate('DELETE', { Id: model.Id })).toMatchObject({ status: 'FAILED', errorCode: 'NotFound' });
  });

  const faults: [string, FaultRule['do']][] = [
    ['a throttle', { error: 'ThrottlingException' }],
    ['a refusal', { error: 'AccessDeniedException' }],
    ['an internal error after the effect', { error: 'InternalServerException', effect: 'done' }],
    ['a lost request', { connection: 'reset', effect: 'none' }],
    ['a lost answer', { connection: 'reset', effect: 'done' }],
  ];
  const times: [string, FaultRule['calls']][] = [
    ['once', 1],
    ['always', 'all'],
  ];
  const cases = calls.flatMap((call) =>
    faults.flatMap(([what, action]) => times.map(([often, n]) => ({ call, what, action, often, n }))),
  );

  test.each(cases)(
    '$call, $what, $often: leaves nothing that nobody knows',
    async ({ call, action, n, often, what }) => {
      const DataSetId = await dataSet(asset);
      const desired = { ...properties, DataSetId, StartOnCreation: true, FinalizeRevision: true };
      if (often === 'always' && !['a refusal'].includes(what) && !CREATE_FIRST.includes(call)) {
        return; // Passes only at the deadline: the table of the decision holds that.
      }
      emulator.setFaults({ faults: [{ on: call, calls: n, do: action }] });
      const created = await createOrRollBack(desired);
      emulator.setFaults({});
      const left = await holdings(DataSetId);
      if (created.status === 'SUCCESS') {
        expect(left).toEqual({
          revisions: [created.resourceModel?.CreatedRevisionId],
          jobs: [created.resourceModel?.Id],
        });
      } else {
        expect(created.message).toBeTruthy();
        expect(left.revisions).toEqual([]);
        // A job that ran stays in the service's record; one that did not was cancelled.
        expect(left.jobs.filter((id) => id !== created.resourceModel?.Id)).toEqual([]);
      }
      if (often === 'once' && !['a refusal'].includes(what)) {
        expect(created).toMatchObject({ status: 'SUCCESS' });
      }
    },
  );
});

/** The calls that belong to the first invocation: they fail the create when they fail for good. */
const CREATE_FIRST = ['ListDataSetRevisions', 'CreateRevision', 'CreateJob', 'SignedUrlPut'];

async function published(): Promise<{ DataSetId: string; model: Model }> {
  const DataSetId = await dataSet('S3_SNAPSHOT');
  const created = await operate('CREATE', {
    ...KINDS[0]?.properties,
    DataSetId,
    StartOnCreation: true,
    FinalizeRevision: true,
  });
  const model = created.resourceModel as Model;
  emulator.publishRevision(model.CreatedRevisionId as string);
  return { DataSetId, model };
}

test('a published revision is neither opened nor removed, and the message says what to do', async () => {
  const { DataSetId, model } = await published();
  const opened = await operate('UPDATE', { ...model, FinalizeRevision: false }, { previous: model });
  expect(opened).toMatchObject({ status: 'FAILED', errorCode: 'GeneralServiceException' });
  expect(opened.message).toMatch(/revoke it/);
  const deleted = await operate('DELETE', { Id: model.Id });
  expect(deleted).toMatchObject({ status: 'FAILED', resourceModel: { Id: model.Id } });
  expect(deleted.message).toMatch(/DeletionPolicy: Retain/);
  expect((await holdings(DataSetId)).revisions).toEqual([model.CreatedRevisionId]);

  const RevisionId = model.CreatedRevisionId as string;
  await client.send(new RevokeRevisionCommand({ DataSetId, RevisionId, RevocationComment: 'no longer right' }));
  expect(await operate('DELETE', { Id: model.Id })).toEqual({ status: 'SUCCESS' });
  expect((await holdings(DataSetId)).revisions).toEqual([]);
});

test('a rollback answers with the true model when the revision cannot be opened again', async () => {
  const { model } = await published();
  const back = await operate('UPDATE', { ...model, FinalizeRevision: false }, { previous: model, rollback: true });
  expect(back).toMatchObject({ status: 'SUCCESS', resourceModel: { FinalizeRevision: true } });
});

test('a second job in the same revision never removes it', async () => {
  const DataSetId = await dataSet('S3_SNAPSHOT');
  const first = await operate('CREATE', { ...KINDS[0]?.properties, DataSetId, StartOnCreation: true });
  const RevisionId = first.resourceModel?.CreatedRevisionId;
  const second = await operate('CREATE', {
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
  expect(await operate('DELETE', { Id: second.resourceModel?.Id })).toEqual({ status: 'SUCCESS' });
  expect((await holdings(DataSetId)).revisions).toEqual([RevisionId]);
  expect(await operate('DELETE', { Id: first.resourceModel?.Id })).toEqual({ status: 'SUCCESS' });
  expect((await holdings(DataSetId)).revisions).toEqual([]);
});

test('a job that waits takes its revision along when it is deleted', async () => {
  const DataSetId = await dataSet('S3_SNAPSHOT');
  const created = await operate('CREATE', { ...KINDS[0]?.properties, DataSetId });
  expect(created).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'WAITING', FinalizeRevision: false } });
  expect(await operate('DELETE', { Id: created.resourceModel?.Id })).toEqual({ status: 'SUCCESS' });
  expect(await holdings(DataSetId)).toEqual({ revisions: [], jobs: [] });
  expect(await operate('DELETE', { Id: created.resourceModel?.Id })).toMatchObject({ errorCode: 'NotFound' });
});

test('a job that fails leaves neither revision nor data after the rollback', async () => {
  const DataSetId = await dataSet('S3_SNAPSHOT');
  const created = await createOrRollBack({
    Type: 'IMPORT_ASSETS_FROM_S3',
    DataSetId,
    StartOnCreation: true,
    S3AssetSources: [{ Bucket: 'source', Key: 'missing.csv' }],
  });
  expect(created).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest' });
  expect(created.message).toContain('s3://source/missing.csv');
  expect((await holdings(DataSetId)).revisions).toEqual([]);
});

test('starting and finalising in one update', async () => {
  const DataSetId = await dataSet('S3_SNAPSHOT');
  const desired = { ...KINDS[0]?.properties, DataSetId };
  const created = await operate('CREATE', desired);
  const Id = created.resourceModel?.Id;
  const updated = await operate(
    'UPDATE',
    { ...desired, Id, StartOnCreation: true, FinalizeRevision: true },
    { previous: { ...desired, Id } },
  );
  expect(updated).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'COMPLETED', FinalizeRevision: true } });
});

test('the same token after a lost first answer goes on with the same revision and job', async () => {
  const DataSetId = await dataSet('S3_SNAPSHOT');
  const desired = { ...KINDS[0]?.properties, DataSetId, StartOnCreation: true };
  const wire = {
    action: 'CREATE',
    awsAccountId: '123456789012',
    bearerToken: 'the same token',
    region: 'us-east-1',
    requestData: { callerCredentials: credentials, resourceProperties: desired },
  };
  await entrypoint(wire, {} as never);
  await client.send(
    new UpdateRevisionCommand({ DataSetId, RevisionId: (await holdings(DataSetId)).revisions[0], Comment: 'x' }),
  );
  const again = await operate('CREATE', desired, { token: 'the same token' });
  expect(again).toMatchObject({ status: 'SUCCESS' });
  expect(await holdings(DataSetId)).toEqual({
    revisions: [again.resourceModel?.CreatedRevisionId],
    jobs: [again.resourceModel?.Id],
  });
});
