import { readdirSync } from 'node:fs';
import {
  GetAssetCommand,
  ListJobsCommand,
  ListRevisionAssetsCommand,
  UpdateAssetCommand,
  UpdateRevisionCommand,
} from '@aws-sdk/client-dataexchange';
import { errorOf, type Local, md5, openLocal, s3Import } from './support';

let local: Local;

beforeAll(async () => {
  local = await openLocal();
});
afterAll(() => local.close());
afterEach(() => local.emulator.setFaults({}));

async function assetsOf(dataSetId: string, revisionId: string) {
  const { Assets } = await local.client.send(
    new ListRevisionAssetsCommand({ DataSetId: dataSetId, RevisionId: revisionId }),
  );
  return Assets!;
}

async function emptyRevision(...type: Parameters<Local['newDataSet']>) {
  const DataSetId = await local.newDataSet(...type);
  return { DataSetId, RevisionId: await local.newRevision(DataSetId) };
}

describe('IMPORT_ASSETS_FROM_S3', () => {
  test('makes an asset of each object, with the key as its name and the same bytes', async () => {
    const { DataSetId, RevisionId } = await emptyRevision();
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, n) => n % 251));
    local.putObject('source', 'deep/er/data.bin', bytes);
    local.putObject('source', 'empty', '');
    const details = s3Import(DataSetId, RevisionId, ['deep/er/data.bin', 'empty']);
    const job = await local.runJob('IMPORT_ASSETS_FROM_S3', details);
    expect(job).toMatchObject({ State: 'COMPLETED', Details: details });
    expect(job.Errors).toBeUndefined();
    const assets = await assetsOf(DataSetId, RevisionId);
    expect(assets.map(({ Name, AssetDetails }) => [Name, AssetDetails?.S3SnapshotAsset?.Size])).toEqual([
      ['empty', 0],
      ['deep/er/data.bin', 100_000],
    ]);
    const destinations = assets.map(({ Id, Name }) => ({ AssetId: Id!, Bucket: 'target', Key: `back/${Name}` }));
    const back = await local.runJob('EXPORT_ASSETS_TO_S3', {
      ExportAssetsToS3: { DataSetId, RevisionId, AssetDestinations: destinations },
    });
    expect(back.State).toBe('COMPLETED');
    expect(local.readObject('target', 'back/deep/er/data.bin').equals(bytes)).toBe(true);
    expect(local.readObject('target', 'back/empty').length).toBe(0);
  });

  test('imports all objects or none, and names the missing ones', async () => {
    const { DataSetId, RevisionId } = await emptyRevision();
    local.putObject('source', 'there', 'x');
    const job = await local.runJob(
      'IMPORT_ASSETS_FROM_S3',
      s3Import(DataSetId, RevisionId, ['there', 'not/there', 'nor/there']),
    );
    expect(job.State).toBe('ERROR');
    expect(job.Errors).toEqual([
      {
        Code: 'RESOURCE_NOT_FOUND_EXCEPTION',
        Message: expect.stringContaining('not/there'),
        Details: {
          ImportAssetsFromS3JobErrorDetails: [
            { Bucket: 'source', Key: 'not/there' },
            { Bucket: 'source', Key: 'nor/there' },
          ],
        },
      },
    ]);
    expect(await assetsOf(DataSetId, RevisionId)).toEqual([]);
    local.emulator.setFaults({
      assumptions: { s3Import: 'partial', jobErrorCodes: { missingObject: 'ACCESS_DENIED_EXCEPTION' } },
    });
    const partial = await local.runJob(
      'IMPORT_ASSETS_FROM_S3',
      s3Import(DataSetId, RevisionId, ['there', 'not/there']),
    );
    expect(partial.Errors![0]!.Code).toBe('ACCESS_DENIED_EXCEPTION');
    expect(await assetsOf(DataSetId, RevisionId)).toHaveLength(1);
  });

  test('fails for a missing bucket, and does not create it', async () => {
    const { DataSetId, RevisionId } = await emptyRevision();
    const job = await local.runJob('IMPORT_ASSETS_FROM_S3', s3Import(DataSetId, RevisionId, ['x'], 'no-such-bucket'));
    expect(job.Errors![0]!.Code).toBe('RESOURCE_NOT_FOUND_EXCEPTION');
    expect(local.hasObject('no-such-bucket', '')).toBe(false);
  });

  test('makes two assets of one name if the same key is given twice', async () => {
    const { DataSetId, RevisionId } = await emptyRevision();
    local.putObject('source', 'twice', 'x');
    await local.runJob('IMPORT_ASSETS_FROM_S3', s3Import(DataSetId, RevisionId, ['twice', 'twice']));
    expect((await assetsOf(DataSetId, RevisionId)).map(({ Name }) => Name)).toEqual(['twice', 'twice']);
  });

  test('puts the tags of AssetConfiguration on the assets, and echoes them', async () => {
    const { DataSetId, RevisionId } = await emptyRevision();
    local.putObject('source', 'tagged', 'x');
    const AssetConfiguration = { Tags: [{ Key: 'team', Value: 'x' }] };
    const answer = await local.raw('POST', '/v1/jobs', {
      Type: 'IMPORT_ASSETS_FROM_S3',
      Details: s3Import(DataSetId, RevisionId, ['tagged']),
      AssetConfiguration,
    });
    const job = (await answer.json()) as { Id: string; AssetConfiguration: unknown };
    expect(job.AssetConfiguration).toEqual(AssetConfiguration);
    await local.start(job.Id);
    local.pass(2);
    const [asset] = await assetsOf(DataSetId, RevisionId);
    const read = await local.raw('GET', `/v1/data-sets/${DataSetId}/revisions/${RevisionId}/assets/${asset!.Id}`);
    expect(await read.json()).toMatchObject({ Tags: { team: 'x' } });
  });

  test('fails with the limit if the revision would hold too many assets', async () => {
    const { DataSetId, RevisionId } = await emptyRevision();
    local.putObject('source', 'one', 'x');
    local.putObject('source', 'two', 'x');
    local.emulator.setFaults({ assumptions: { limits: { 'Assets per revision': 1 } } });
    const job = await local.runJob('IMPORT_ASSETS_FROM_S3', s3Import(DataSetId, RevisionId, ['one', 'two']));
    expect(job.Errors).toEqual([
      {
        Code: 'SERVICE_QUOTA_EXCEEDED_EXCEPTION',
        Message: expect.any(String),
        LimitName: 'Assets per revision',
        LimitValue: 1,
        ResourceId: RevisionId,
        ResourceType: 'REVISION',
      },
    ]);
    expect(await assetsOf(DataSetId, RevisionId)).toEqual([]);
  });
});

describe('IMPORT_ASSET_FROM_SIGNED_URL', () => {
  test('imports the file that is uploaded between CreateJob and StartJob', async () => {
    const revision = await emptyRevision();
    const Md5Hash = md5('a,b\n1,2\n');
    const job = await local.createJob('IMPORT_ASSET_FROM_SIGNED_URL', {
      ImportAssetFromSignedUrl: { ...revision, AssetName: 'table.csv', Md5Hash },
    });
    const details = job.Details!.ImportAssetFromSignedUrl!;
    expect(details).toMatchObject({
      ...revision,
      AssetName: 'table.csv',
      Md5Hash,
      SignedUrlExpiresAt: new Date(local.clock.now() + 60_000),
    });
    const put = await fetch(details.SignedUrl!, {
      method: 'PUT',
      body: 'a,b\n1,2\n',
      headers: { 'content-md5': Md5Hash },
    });
    expect([put.status, await put.text()]).toEqual([200, '']);
    await local.start(job.Id);
    local.pass(2);
    expect(await local.job(job.Id)).toMatchObject({
      State: 'COMPLETED',
      Details: { ImportAssetFromSignedUrl: { SignedUrl: details.SignedUrl } },
    });
    expect(await assetsOf(revision.DataSetId, revision.RevisionId)).toMatchObject([
      { Name: 'table.csv', AssetDetails: { S3SnapshotAsset: { Size: 8 } } },
    ]);
  });

  test.each([
    ['without an upload', undefined],
    ['if the upload has another hash', 'something else'],
  ])('fails %s', async (_when, body) => {
    const revision = await emptyRevision();
    const job = await local.createJob('IMPORT_ASSET_FROM_SIGNED_URL', {
      ImportAssetFromSignedUrl: { ...revision, AssetName: 'x', Md5Hash: md5('the right one') },
    });
    if (body) {
      await fetch(job.Details!.ImportAssetFromSignedUrl!.SignedUrl!, { method: 'PUT', body });
    }
    await local.start(job.Id);
    local.pass(2);
    expect((await local.job(job.Id)).Errors).toEqual([
      {
        Code: 'VALIDATION_EXCEPTION',
        Message: expect.any(String),
        Details: { ImportAssetFromSignedUrlJobErrorDetails: { AssetName: 'x' } },
      },
    ]);
    expect(await assetsOf(revision.DataSetId, revision.RevisionId)).toEqual([]);
  });

  test('accepts a hash that is no digest, as the live service does, unless md5Check is stricter', async () => {
    const revision = await emptyRevision();
    const details = { ImportAssetFromSignedUrl: { ...revision, AssetName: 'x', Md5Hash: 'NTdmMmNkNmVkNzZlY2IyNTUK' } };
    await local.createJob('IMPORT_ASSET_FROM_SIGNED_URL', details);
    local.emulator.setFaults({ assumptions: { md5Check: 'digest' } });
    expect(await errorOf(local.createJob('IMPORT_ASSET_FROM_SIGNED_URL', details))).toMatchObject({ status: 400 });
  });
});

test('IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES makes an asset with the name of each datashare', async () => {
  const revision = await emptyRevision('REDSHIFT_DATA_SHARE');
  const arn = 'arn:aws:redshift:us-east-1:123456789012:datashare:5c4cbcd1-0000-0000-0000-000000000000/sales';
  const details = { ImportAssetsFromRedshiftDataShares: { ...revision, AssetSources: [{ DataShareArn: arn }] } };
  expect(await local.runJob('IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES', details)).toMatchObject({
    State: 'COMPLETED',
    Details: details,
  });
  expect(await assetsOf(revision.DataSetId, revision.RevisionId)).toMatchObject([
    { Name: 'sales', AssetType: 'REDSHIFT_DATA_SHARE', AssetDetails: { RedshiftDataShareAsset: { Arn: arn } } },
  ]);
});

test('IMPORT_ASSET_FROM_API_GATEWAY_API makes an asset whose specification can be downloaded', async () => {
  const revision = await emptyRevision('API_GATEWAY_API');
  const specification = '{"openapi":"3.0.0"}';
  const details = {
    ...revision,
    ApiId: 'abc123',
    ApiName: 'Prices',
    ApiDescription: '# Prices',
    ApiKey: 'key',
    ApiSpecificationMd5Hash: md5(specification),
    ProtocolType: 'REST' as const,
    Stage: 'prod',
  };
  const job = await local.createJob('IMPORT_ASSET_FROM_API_GATEWAY_API', { ImportAssetFromApiGatewayApi: details });
  const echoed = job.Details!.ImportAssetFromApiGatewayApi!;
  expect(echoed).toMatchObject({
    ...details,
    ApiSpecificationUploadUrlExpiresAt: new Date(local.clock.now() + 60_000),
  });
  await fetch(echoed.ApiSpecificationUploadUrl!, { method: 'PUT', body: specification });
  await local.start(job.Id);
  local.pass(2);
  expect((await local.job(job.Id)).State).toBe('COMPLETED');
  const [asset] = await assetsOf(revision.DataSetId, revision.RevisionId);
  expect(asset).toMatchObject({
    Name: 'Prices',
    AssetDetails: {
      ApiGatewayApiAsset: {
        ApiId: 'abc123',
        ApiEndpoint: 'https://abc123.execute-api.us-east-1.amazonaws.com/prod',
        Stage: 'prod',
      },
    },
  });
  const read = await local.client.send(new GetAssetCommand({ ...revision, AssetId: asset!.Id }));
  const url = read.AssetDetails!.ApiGatewayApiAsset!.ApiSpecificationDownloadUrl!;
  expect(await (await fetch(url)).text()).toBe(specification);
});

test('CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET makes one asset with an access point', async () => {
  const revision = await emptyRevision('S3_DATA_ACCESS');
  const source = {
    Bucket: 'mine',
    KeyPrefixes: ['a/'],
    Keys: ['b'],
    KmsKeysToGrant: [{ KmsKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/x' }],
  };
  const details = { CreateS3DataAccessFromS3Bucket: { ...revision, AssetSource: source } };
  expect(await local.runJob('CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET', details)).toMatchObject({
    State: 'COMPLETED',
    Details: details,
  });
  const [asset] = await assetsOf(revision.DataSetId, revision.RevisionId);
  expect(asset!.Name).toBe(`s3-data-access-${asset!.Id}`);
  expect(asset!.AssetDetails!.S3DataAccessAsset).toMatchObject({
    ...source,
    S3AccessPointAlias: expect.stringMatching(/-s3alias$/),
    S3AccessPointArn: expect.stringMatching(/^arn:aws:s3:us-east-1:123456789012:accesspoint\/[0-9a-f-]{36}$/),
  });
});

test('IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY makes an asset of each policy', async () => {
  const revision = await emptyRevision('LAKE_FORMATION_DATA_PERMISSION');
  const base = { ...revision, CatalogId: '123456789012', RoleArn: 'arn:aws:iam::123456789012:role/lake' };
  const Expression = [{ TagKey: 'level', TagValues: ['open'] }];
  const details = {
    ImportAssetsFromLakeFormationTagPolicy: {
      ...base,
      Database: { Expression, Permissions: ['DESCRIBE' as const] },
      Table: { Expression, Permissions: ['DESCRIBE' as const, 'SELECT' as const] },
    },
  };
  expect(await local.runJob('IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY', details)).toMatchObject({
    State: 'COMPLETED',
    Details: details,
  });
  const assets = await assetsOf(revision.DataSetId, revision.RevisionId);
  expect(assets).toHaveLength(2);
  expect(assets[0]!.AssetDetails!.LakeFormationDataPermissionAsset).toEqual({
    LakeFormationDataPermissionDetails: {
      LFTagPolicy: { CatalogId: '123456789012', ResourceType: 'TABLE', ResourceDetails: { Table: { Expression } } },
    },
    LakeFormationDataPermissionType: 'LFTagPolicy',
    Permissions: ['DESCRIBE', 'SELECT'],
    RoleArn: base.RoleArn,
  });
});

describe('EXPORT_ASSETS_TO_S3', () => {
  test("writes to the given key or to the asset's name, and echoes the encryption", async () => {
    const { dataSetId, revisionId, assetIds } = await local.revisionWith(['x/1.txt', 'x/2.txt']);
    const details = {
      ExportAssetsToS3: {
        DataSetId: dataSetId,
        RevisionId: revisionId,
        AssetDestinations: [
          { AssetId: assetIds[0]!, Bucket: 'target' },
          { AssetId: assetIds[1]!, Bucket: 'target', Key: 'other.txt' },
        ],
        Encryption: { Type: 'aws:kms' as const, KmsKeyArn: 'arn:aws:kms:us-east-1:123456789012:key/x' },
      },
    };
    local.putObject('target', 'other.txt', 'old');
    const job = await local.runJob('EXPORT_ASSETS_TO_S3', details);
    expect(job).toMatchObject({ State: 'COMPLETED', Details: details });
    expect(local.readObject('target', 'x/1.txt').toString()).toBe('content of x/1.txt');
    expect(local.readObject('target', 'other.txt').toString()).toBe('content of x/2.txt');
  });

  test.each([
    ['two assets on one key', ['same', 'same'], 'target', 'VALIDATION_EXCEPTION'],
    ['a key that leads out of the bucket', ['../../escaped', 'fine'], 'target', 'VALIDATION_EXCEPTION'],
    ['an object beside objects under its name', ['clash', 'clash/inside'], 'target', 'VALIDATION_EXCEPTION'],
    ['a missing bucket', ['fine', 'fine2'], 'nowhere', 'RESOURCE_NOT_FOUND_EXCEPTION'],
  ])('fails for %s', async (_what, keys, bucket, code) => {
    const { dataSetId, revisionId, assetIds } = await local.revisionWith(['1', '2']);
    const AssetDestinations = keys.map((Key, at) => ({ AssetId: assetIds[at]!, Bucket: bucket, Key }));
    const job = await local.runJob('EXPORT_ASSETS_TO_S3', {
      ExportAssetsToS3: { DataSetId: dataSetId, RevisionId: revisionId, AssetDestinations },
    });
    expect(job.State).toBe('ERROR');
    expect(job.Errors![0]!.Code).toBe(code);
    expect(
      readdirSync(local.folder)
        .filter((name) => !name.startsWith('.'))
        .sort(),
    ).toEqual(['source', 'target']);
  });

  test('fails for an asset that is not a snapshot', async () => {
    const { DataSetId, RevisionId } = await emptyRevision('S3_DATA_ACCESS');
    const source = { CreateS3DataAccessFromS3Bucket: { DataSetId, RevisionId, AssetSource: { Bucket: 'mine' } } };
    await local.runJob('CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET', source);
    const [asset] = await assetsOf(DataSetId, RevisionId);
    local.emulator.setFaults({ assumptions: { assetTypeMismatch: 'allowed' } });
    const job = await local.runJob('EXPORT_ASSETS_TO_S3', {
      ExportAssetsToS3: {
        DataSetId,
        RevisionId,
        AssetDestinations: [{ AssetId: asset!.Id!, Bucket: 'target' }],
      },
    });
    expect(job.Errors).toMatchObject([{ Code: 'VALIDATION_EXCEPTION', ResourceId: asset!.Id }]);
  });

  test('fails for an asset that was deleted after CreateJob, and names it', async () => {
    const { dataSetId, revisionId, assetIds } = await local.revisionWith(['gone']);
    const job = await local.createJob('EXPORT_ASSETS_TO_S3', {
      ExportAssetsToS3: {
        DataSetId: dataSetId,
        RevisionId: revisionId,
        AssetDestinations: [{ AssetId: assetIds[0]!, Bucket: 'target' }],
      },
    });
    await local.raw('DELETE', `/v1/data-sets/${dataSetId}/revisions/${revisionId}/assets/${assetIds[0]}`);
    await local.start(job.Id);
    local.pass(2);
    expect((await local.job(job.Id)).Errors).toMatchObject([
      { Code: 'RESOURCE_NOT_FOUND_EXCEPTION', ResourceType: 'ASSET', ResourceId: assetIds[0] },
    ]);
  });
});

describe('EXPORT_REVISIONS_TO_S3', () => {
  test('fills the pattern for every asset', async () => {
    const { dataSetId, revisionId, assetIds } = await local.revisionWith(['q.txt', 'r.txt']);
    await local.client.send(
      new UpdateRevisionCommand({ DataSetId: dataSetId, RevisionId: revisionId, Finalized: true }),
    );
    const day = '${Revision.CreatedAt.Year}-${Revision.CreatedAt.Month}-${Revision.CreatedAt.Day}';
    const pattern = `\${DataSet.Name}/${day}/\${Revision.CreatedAt}/\${Asset.Id}/\${Asset.Name}`;
    const details = {
      ExportRevisionsToS3: {
        DataSetId: dataSetId,
        RevisionDestinations: [{ RevisionId: revisionId, Bucket: 'target', KeyPattern: pattern }],
        Encryption: { Type: 'AES256' as const },
      },
    };
    const created = new Date(local.clock.now() - 2000).toISOString();
    const job = await local.runJob('EXPORT_REVISIONS_TO_S3', details);
    expect(job).toMatchObject({ State: 'COMPLETED', Details: details });
    const key = `Weather/2026-01-15/${created}/${assetIds[1]}/r.txt`;
    expect(local.readObject('target', key).toString()).toBe('content of r.txt');
  });

  test("writes to the assets' names by default, and fails for two assets of one name", async () => {
    const { dataSetId, revisionId, assetIds } = await local.revisionWith(['d1.txt', 'd2.txt']);
    const details = {
      ExportRevisionsToS3: {
        DataSetId: dataSetId,
        RevisionDestinations: [{ RevisionId: revisionId, Bucket: 'target' }],
      },
    };
    expect((await local.runJob('EXPORT_REVISIONS_TO_S3', details)).State).toBe('COMPLETED');
    expect(local.readObject('target', 'd1.txt').toString()).toBe('content of d1.txt');
    await local.client.send(
      new UpdateAssetCommand({ DataSetId: dataSetId, RevisionId: revisionId, AssetId: assetIds[0], Name: 'd2.txt' }),
    );
    expect((await local.runJob('EXPORT_REVISIONS_TO_S3', details)).Errors).toMatchObject([
      { Code: 'VALIDATION_EXCEPTION' },
    ]);
  });
});

test('EXPORT_ASSET_TO_SIGNED_URL has a URL that serves the bytes once it is COMPLETED', async () => {
  const { dataSetId, revisionId, assetIds } = await local.revisionWith(['s.txt']);
  const details = { DataSetId: dataSetId, RevisionId: revisionId, AssetId: assetIds[0]! };
  const waiting = await local.createJob('EXPORT_ASSET_TO_SIGNED_URL', { ExportAssetToSignedUrl: details });
  expect(waiting.Details!.ExportAssetToSignedUrl).toEqual(details);
  await local.start(waiting.Id);
  local.pass(2);
  const { SignedUrl, SignedUrlExpiresAt } = (await local.job(waiting.Id)).Details!.ExportAssetToSignedUrl!;
  expect(SignedUrlExpiresAt).toEqual(new Date(local.clock.now() + 60_000));
  expect(await (await fetch(SignedUrl!)).text()).toBe('content of s.txt');
});

test.each([
  ['echoedKeyPattern', 'EXPORT_REVISIONS_TO_S3'],
  ['echoedKey', 'EXPORT_ASSETS_TO_S3'],
] as const)('%s: the details of %s show a default that the request left out, or not', async (name, type) => {
  const { dataSetId, revisionId, assetIds } = await local.revisionWith(['e/1.txt', 'e/2.txt']);
  const destination = { RevisionId: revisionId, Bucket: 'target' };
  const destinations = [
    { AssetId: assetIds[0]!, Bucket: 'target' },
    { AssetId: assetIds[1]!, Bucket: 'target', Key: 'mine' },
  ];
  const details = {
    EXPORT_REVISIONS_TO_S3: { ExportRevisionsToS3: { DataSetId: dataSetId, RevisionDestinations: [destination] } },
    EXPORT_ASSETS_TO_S3: {
      ExportAssetsToS3: { DataSetId: dataSetId, RevisionId: revisionId, AssetDestinations: destinations },
    },
  }[type];
  expect((await local.runJob(type, details)).Details).toEqual(details);
  local.emulator.setFaults({ assumptions: { [name]: true } });
  const echoed = {
    EXPORT_REVISIONS_TO_S3: {
      ExportRevisionsToS3: {
        DataSetId: dataSetId,
        RevisionDestinations: [{ ...destination, KeyPattern: '${Asset.Name}' }],
      },
    },
    EXPORT_ASSETS_TO_S3: {
      ExportAssetsToS3: {
        DataSetId: dataSetId,
        RevisionId: revisionId,
        AssetDestinations: [{ ...destinations[0], Key: 'e/1.txt' }, destinations[1]],
      },
    },
  }[type];
  const job = await local.runJob(type, details);
  expect(job).toMatchObject({ State: 'COMPLETED', Details: echoed });
  expect((await local.client.send(new ListJobsCommand({ DataSetId: dataSetId }))).Jobs![0]!.Details).toEqual(echoed);
});

describe('CreateJob refuses', () => {
  const id = 'a'.repeat(32);
  const revision = { DataSetId: id, RevisionId: id };
  test.each([
    ['an unknown type', { Type: 'constructor', Details: {} }, 'Type must be one of IMPORT_ASSETS_FROM_S3'],
    ['a request without details', { Type: 'IMPORT_ASSETS_FROM_S3' }, 'Details is required'],
    [
      'details of another type',
      { Type: 'IMPORT_ASSETS_FROM_S3', Details: { ExportAssetToSignedUrl: { ...revision, AssetId: id } } },
      'Details.ImportAssetsFromS3 is required',
    ],
    [
      'a malformed id',
      { Type: 'EXPORT_ASSET_TO_SIGNED_URL', Details: { ExportAssetToSignedUrl: { ...revision, AssetId: 'x' } } },
      'AssetId must match',
    ],
    [
      'an empty list',
      { Type: 'IMPORT_ASSETS_FROM_S3', Details: { ImportAssetsFromS3: { ...revision, AssetSources: [] } } },
      'AssetSources must have at least 1 entry',
    ],
    [
      'empty lists of Lake Formation',
      {
        Type: 'IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY',
        Details: {
          ImportAssetsFromLakeFormationTagPolicy: {
            ...revision,
            CatalogId: '123456789012',
            RoleArn: 'arn:aws:iam::123456789012:role/lake',
            Table: { Expression: [], Permissions: [] },
          },
        },
      },
      [
        'Details.ImportAssetsFromLakeFormationTagPolicy.Table.Expression must have at least 1 entry',
        'Details.ImportAssetsFromLakeFormationTagPolicy.Table.Permissions must have at least 1 entry',
      ].join('; '),
    ],
    [
      'too few and too long entries',
      {
        Type: 'CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET',
        Details: {
          CreateS3DataAccessFromS3Bucket: {
            ...revision,
            AssetSource: { Bucket: 'b', KmsKeysToGrant: [{ KmsKeyArn: 'k'.repeat(2049) }] },
          },
        },
      },
      'KmsKeyArn must have at most 2048 characters',
    ],
    [
      'empty destinations',
      {
        Type: 'EXPORT_ASSETS_TO_S3',
        Details: { ExportAssetsToS3: { ...revision, AssetDestinations: [] } },
      },
      'AssetDestinations must have at least 1 entry',
    ],
    [
      'too many sources',
      {
        Type: 'IMPORT_ASSETS_FROM_S3',
        Details: { ImportAssetsFromS3: { ...revision, AssetSources: Array(101).fill({ Bucket: 'b', Key: 'k' }) } },
      },
      'at most 100 entries, given 101',
    ],
    [
      'aws:kms without a key',
      {
        Type: 'EXPORT_ASSETS_TO_S3',
        Details: {
          ExportAssetsToS3: {
            ...revision,
            AssetDestinations: [{ AssetId: id, Bucket: 'b' }],
            Encryption: { Type: 'aws:kms' },
          },
        },
      },
      'Encryption.KmsKeyArn is required',
    ],
    [
      'a key pattern without asset, with an unknown reference, and two destinations',
      {
        Type: 'EXPORT_REVISIONS_TO_S3',
        Details: {
          ExportRevisionsToS3: {
            DataSetId: id,
            RevisionDestinations: [
              { RevisionId: id, Bucket: 'b', KeyPattern: '${Asset.Size}' },
              { RevisionId: id, Bucket: 'b' },
            ],
          },
        },
      },
      [
        'must have at most 1 entry, given 2',
        'Details.ExportRevisionsToS3.RevisionDestinations[0].KeyPattern must contain ${Asset.Name} or ${Asset.Id}',
        'Details.ExportRevisionsToS3.RevisionDestinations[0].KeyPattern has the unknown reference ${Asset.Size}',
      ].join('; '),
    ],
    [
      'a bad hash',
      {
        Type: 'IMPORT_ASSET_FROM_SIGNED_URL',
        Details: { ImportAssetFromSignedUrl: { ...revision, AssetName: 'x', Md5Hash: 'short' } },
      },
      'Md5Hash must have at least 24 characters',
    ],
    [
      'asset tags twice',
      {
        Type: 'EXPORT_ASSET_TO_SIGNED_URL',
        Details: { ExportAssetToSignedUrl: { ...revision, AssetId: id } },
        AssetConfiguration: {
          Tags: [
            { Key: 'a', Value: '' },
            { Key: 'a', Value: '' },
          ],
        },
      },
      'given twice',
    ],
  ])('%s', async (_what, body, message) => {
    const answer = await local.raw('POST', '/v1/jobs', body);
    expect(answer.headers.get('x-amzn-errortype')).toBe('ValidationException');
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { Message: string }).Message).toContain(message);
  });

  test('a wrong ApiKey without repeating it', async () => {
    const body = {
      Type: 'IMPORT_ASSET_FROM_API_GATEWAY_API',
      Details: { ImportAssetFromApiGatewayApi: { ...revision, ApiKey: 12345678 } },
    };
    expect(await (await local.raw('POST', '/v1/jobs', body)).text()).not.toContain('12345678');
  });

  test('what does not exist or does not fit', async () => {
    const { dataSetId, revisionId } = await local.revisionWith([]);
    expect(await errorOf(local.createJob('IMPORT_ASSETS_FROM_S3', s3Import(id, revisionId, ['a'])))).toMatchObject({
      status: 404,
      ResourceType: 'DATA_SET',
      ResourceId: id,
    });
    expect(await errorOf(local.createJob('IMPORT_ASSETS_FROM_S3', s3Import(dataSetId, id, ['a'])))).toMatchObject({
      status: 404,
      ResourceType: 'REVISION',
    });
    const exported = { ExportAssetToSignedUrl: { DataSetId: dataSetId, RevisionId: revisionId, AssetId: id } };
    expect(await errorOf(local.createJob('EXPORT_ASSET_TO_SIGNED_URL', exported))).toMatchObject({
      status: 404,
      ResourceType: 'ASSET',
    });
    const share = {
      ImportAssetsFromRedshiftDataShares: {
        DataSetId: dataSetId,
        RevisionId: revisionId,
        AssetSources: [{ DataShareArn: 'x' }],
      },
    };
    expect(await errorOf(local.createJob('IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES', share))).toMatchObject({
      status: 400,
    });
  });
});
