import {
  type CreateJobCommandOutput,
  DeleteRevisionCommand,
  type RequestDetails,
  RevokeRevisionCommand,
  type Type,
  UpdateAssetCommand,
  UpdateRevisionCommand,
} from '@aws-sdk/client-dataexchange';
import type { Assumptions } from '../../emulator/store/assumptions';
import { type Local, openLocal, s3Import } from './support';

/** Assumptions that no other file tests: what happens by default, and what with another value. */

let local: Local;
let revision: { DataSetId: string; RevisionId: string };
let assetIds: string[];

beforeAll(async () => {
  local = await openLocal();
});
afterAll(() => local.close());
beforeEach(async () => {
  const made = await local.revisionWith(['one.txt', 'two.txt']);
  revision = { DataSetId: made.dataSetId, RevisionId: made.revisionId };
  assetIds = made.assetIds;
});
afterEach(() => local.emulator.setFaults({}));

/** 0 for success, else the status. */
const statusOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 0,
    (error: { $metadata?: { httpStatusCode?: number } }) => error.$metadata?.httpStatusCode,
  );

const finalize = () => local.client.send(new UpdateRevisionCommand({ ...revision, Finalized: true }));
const job = (type: Type, details: RequestDetails): Promise<CreateJobCommandOutput> => local.createJob(type, details);
const exportTo = (KeyPattern?: string) => ({
  ExportRevisionsToS3: {
    DataSetId: revision.DataSetId,
    RevisionDestinations: [
      { RevisionId: revision.RevisionId, Bucket: 'target', ...(KeyPattern ? { KeyPattern } : {}) },
    ],
  },
});

test.each<[string, Partial<Assumptions>, number, () => Promise<unknown>]>([
  [
    'changeFinalizedRevision',
    { changeFinalizedRevision: 'allowed' },
    409,
    async () => {
      await finalize();
      await local.client.send(new UpdateAssetCommand({ ...revision, AssetId: assetIds[0], Name: 'new' }));
    },
  ],
  [
    'deleteFinalizedRevision',
    { deleteFinalizedRevision: 'allowed' },
    409,
    async () => {
      await finalize();
      await local.client.send(new DeleteRevisionCommand(revision));
    },
  ],
  [
    'revokeUnpublishedRevision',
    { revokeUnpublishedRevision: 'allowed' },
    409,
    async () => {
      await finalize();
      await local.client.send(new RevokeRevisionCommand({ ...revision, RevocationComment: 'ten letters' }));
    },
  ],
  [
    'assetTypeMismatch',
    { assetTypeMismatch: 'allowed' },
    400,
    () =>
      job('IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES', {
        ImportAssetsFromRedshiftDataShares: { ...revision, AssetSources: [{ DataShareArn: 'x/y' }] },
      }),
  ],
  [
    'emptyLists',
    { emptyLists: 'allowed' },
    400,
    () => job('IMPORT_ASSETS_FROM_S3', s3Import(revision.DataSetId, revision.RevisionId, [])),
  ],
  [
    'revisionsPerExport',
    { revisionsPerExport: 2 },
    400,
    () => {
      const { RevisionDestinations } = exportTo().ExportRevisionsToS3;
      return job('EXPORT_REVISIONS_TO_S3', {
        ExportRevisionsToS3: {
          DataSetId: revision.DataSetId,
          RevisionDestinations: [...RevisionDestinations, ...RevisionDestinations],
        },
      });
    },
  ],
  [
    'kmsWithoutKey',
    { kmsWithoutKey: 'allowed' },
    400,
    () =>
      job('EXPORT_REVISIONS_TO_S3', {
        ExportRevisionsToS3: { ...exportTo().ExportRevisionsToS3, Encryption: { Type: 'aws:kms' } as never },
      }),
  ],
  [
    'unknownKeyReferences',
    { unknownKeyReferences: 'literal' },
    400,
    () => job('EXPORT_REVISIONS_TO_S3', exportTo('${Asset.Id}/${Asset.Size}')),
  ],
  [
    'lakeFormationNeither',
    { lakeFormationNeither: 'allowed', assetTypeMismatch: 'allowed' },
    400,
    () =>
      job('IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY', {
        ImportAssetsFromLakeFormationTagPolicy: {
          ...revision,
          CatalogId: '123456789012',
          RoleArn: 'arn:aws:iam::123456789012:role/x',
        },
      }),
  ],
])('%s: refused by default, allowed with another value', async (_name, assumptions, status, act) => {
  expect(await statusOf(act())).toBe(status);
  local.emulator.setFaults({ assumptions });
  expect(await statusOf(act())).toBe(0);
});

test.each<[string, Partial<Assumptions>, number, () => Promise<unknown>]>([
  [
    'exportUnfinalizedRevision',
    { exportUnfinalizedRevision: 'refused' },
    409,
    () => job('EXPORT_REVISIONS_TO_S3', exportTo()),
  ],
  [
    'duplicateSources',
    { duplicateSources: 'refused' },
    400,
    () => job('IMPORT_ASSETS_FROM_S3', s3Import(revision.DataSetId, revision.RevisionId, ['one.txt', 'one.txt'])),
  ],
])('%s: allowed by default, refused with another value', async (_name, assumptions, status, act) => {
  expect(await statusOf(act())).toBe(0);
  local.emulator.setFaults({ assumptions });
  expect(await statusOf(act())).toBe(status);
});

test('deleteRevokedRevision: a revoked revision can be deleted, or not', async () => {
  local.emulator.publishRevision(revision.RevisionId);
  await local.client.send(new RevokeRevisionCommand({ ...revision, RevocationComment: 'ten letters' }));
  local.emulator.setFaults({ assumptions: { deleteRevokedRevision: 'refused' } });
  expect(await statusOf(local.client.send(new DeleteRevisionCommand(revision)))).toBe(409);
  local.emulator.setFaults({});
  expect(await statusOf(local.client.send(new DeleteRevisionCommand(revision)))).toBe(0);
});

test('createdAtInKeys: times in keys have milliseconds, or not', async () => {
  local.emulator.setFaults({ assumptions: { createdAtInKeys: 'seconds' } });
  const created = new Date(local.clock.now() - 2000).toISOString().replace('.000Z', 'Z');
  await local.runJob('EXPORT_REVISIONS_TO_S3', exportTo('${Revision.CreatedAt}/${Asset.Name}'));
  expect(local.hasObject('target', `${created}/one.txt`)).toBe(true);
});

test('keyCollision: the last of two assets on one key wins, or the job fails', async () => {
  local.emulator.setFaults({ assumptions: { keyCollision: 'last-wins' } });
  const AssetDestinations = assetIds.map((AssetId) => ({ AssetId, Bucket: 'target', Key: 'both' }));
  const { State } = await local.runJob('EXPORT_ASSETS_TO_S3', { ExportAssetsToS3: { ...revision, AssetDestinations } });
  expect([State, local.readObject('target', 'both').toString()]).toEqual(['COMPLETED', 'content of two.txt']);
});

test('jobSeconds: jobs can run as long as live ones, each with its own length', async () => {
  local.emulator.setFaults({ assumptions: { jobSeconds: 'live' } });
  const lengths = new Set<number>();
  for (let made = 0; made < 10; made += 1) {
    const { Id } = await local.createJob('EXPORT_REVISIONS_TO_S3', exportTo());
    await local.start(Id);
    const startedAt = local.clock.now();
    local.pass(14.9);
    expect((await local.job(Id)).State).toBe('IN_PROGRESS');
    local.pass(30.1);
    const { State, UpdatedAt } = await local.job(Id);
    expect(State).toBe('COMPLETED');
    lengths.add(UpdatedAt!.getTime() - startedAt);
  }
  expect(lengths.size).toBeGreaterThan(3);
});

test('retentionDays and jobSeconds: a job runs and stays as long as given', async () => {
  local.emulator.setFaults({ assumptions: { retentionDays: 1, jobSeconds: { EXPORT_REVISIONS_TO_S3: 60 } } });
  const { Id } = await local.createJob('EXPORT_REVISIONS_TO_S3', exportTo());
  await local.start(Id);
  local.pass(59);
  expect((await local.job(Id)).State).toBe('IN_PROGRESS');
  local.pass(1);
  expect((await local.job(Id)).State).toBe('COMPLETED');
  local.pass(86_400 - 60);
  expect(await statusOf(local.job(Id))).toBe(404);
});
