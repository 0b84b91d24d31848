import {
  CreateDataSetCommand,
  CreateRevisionCommand,
  DeleteAssetCommand,
  DeleteDataSetCommand,
  DeleteRevisionCommand,
  GetAssetCommand,
  GetDataSetCommand,
  GetRevisionCommand,
  ListDataSetRevisionsCommand,
  ListDataSetsCommand,
  ListRevisionAssetsCommand,
  ListTagsForResourceCommand,
  paginateListDataSets,
  RevokeRevisionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAssetCommand,
  UpdateDataSetCommand,
  UpdateRevisionCommand,
} from '@aws-sdk/client-dataexchange';
import { clientFor, errorOf, type Local, openLocal, s3Import, UNKNOWN_ID } from './support';

let local: Local;

beforeAll(async () => {
  local = await openLocal();
});
afterAll(() => local.close());
afterEach(() => local.emulator.setFaults({}));

describe('data sets', () => {
  test('are created with id, ARN, times and tags, and read back', async () => {
    const made = await local.client.send(
      new CreateDataSetCommand({ AssetType: 'S3_SNAPSHOT', Name: 'A', Description: 'B', Tags: { team: 'x' } }),
    );
    expect(made.Id).toMatch(/^[a-f0-9]{32}$/);
    expect(made).toMatchObject({
      Arn: `arn:aws:dataexchange:us-east-1:123456789012:data-sets/${made.Id}`,
      AssetType: 'S3_SNAPSHOT',
      Name: 'A',
      Description: 'B',
      Origin: 'OWNED',
      Tags: { team: 'x' },
      CreatedAt: new Date(local.clock.now()),
      UpdatedAt: new Date(local.clock.now()),
    });
    const { $metadata: _first, ...wanted } = made;
    const { $metadata: _second, ...read } = await local.client.send(new GetDataSetCommand({ DataSetId: made.Id }));
    expect(read).toEqual(wanted);
  });

  test('are updated, and deleted with everything in them', async () => {
    const { dataSetId, revisionId, assetIds } = await local.revisionWith(['gone.txt']);
    local.pass(5);
    const updated = await local.client.send(new UpdateDataSetCommand({ DataSetId: dataSetId, Name: 'New' }));
    expect(updated).toMatchObject({ Name: 'New', Description: 'All of it', UpdatedAt: new Date(local.clock.now()) });
    await local.client.send(
      new UpdateRevisionCommand({ DataSetId: dataSetId, RevisionId: revisionId, Finalized: true }),
    );
    const deleted = await local.client.send(new DeleteDataSetCommand({ DataSetId: dataSetId }));
    expect(deleted.$metadata.httpStatusCode).toBe(204);
    const asset = new GetAssetCommand({ DataSetId: dataSetId, RevisionId: revisionId, AssetId: assetIds[0] });
    expect(await errorOf(local.client.send(asset))).toMatchObject({
      name: 'ResourceNotFoundException',
      status: 404,
      ResourceType: 'DATA_SET',
      ResourceId: dataSetId,
    });
  });

  test('are listed newest first, in pages that neither lose nor repeat one while others are created', async () => {
    const other = await openLocal();
    try {
      const ids: string[] = [];
      for (let n = 0; n < 7; n += 1) {
        ids.push(await other.newDataSet());
        // Ties in time too.
        if (n % 3 === 0) {
          other.pass(1);
        }
      }
      const seen: string[] = [];
      for await (const page of paginateListDataSets({ client: other.client, pageSize: 2 }, { Origin: 'OWNED' })) {
        expect(page.DataSets!.length).toBeLessThanOrEqual(2);
        seen.push(...page.DataSets!.map(({ Id }) => Id!));
        await other.newDataSet();
      }
      expect([...seen].sort()).toEqual([...ids].sort());
      expect(seen.slice(0, 3).sort()).toEqual(ids.slice(4).sort());
      expect(seen[6]).toBe(ids[0]);
      expect((await other.client.send(new ListDataSetsCommand({ Origin: 'ENTITLED' }))).DataSets).toEqual([]);
    } finally {
      await other.close();
    }
  });

  test('are not visible in another Region', async () => {
    const dataSetId = await local.newDataSet();
    const abroad = clientFor(local.emulator.url, 'eu-west-1');
    expect(await errorOf(abroad.send(new GetDataSetCommand({ DataSetId: dataSetId })))).toMatchObject({ status: 404 });
    const made = await abroad.send(new CreateDataSetCommand({ AssetType: 'S3_SNAPSHOT', Name: 'A', Description: 'B' }));
    expect(made.Arn).toContain(':eu-west-1:');
    abroad.destroy();
  });

  test('are refused with every problem of the request at once', async () => {
    const answer = await local.raw('POST', '/v1/data-sets', { AssetType: 'GOLD', Name: 7 });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('x-amzn-errortype')).toBe('ValidationException');
    const { Message: message } = (await answer.json()) as { Message: string };
    expect(message).toContain('AssetType must be one of S3_SNAPSHOT');
    expect(message).toContain('Name must be of type string, given 7');
    expect(message).toContain('Description is required');
    expect(message).toMatch(/^3 validation errors: /);
    const tags = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`aws:${at}`, 'x']));
    const tagged = new CreateDataSetCommand({ AssetType: 'S3_SNAPSHOT', Name: 'A', Description: 'B', Tags: tags });
    expect(await errorOf(local.client.send(tagged))).toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(/^30 validation errors: .*; and 10 more$/),
    });
  });

  test('are limited in number', async () => {
    local.emulator.setFaults({ assumptions: { limits: { 'Data sets per account': 1 } } });
    const create = new CreateDataSetCommand({ AssetType: 'S3_SNAPSHOT', Name: 'A', Description: 'B' });
    expect(await errorOf(local.client.send(create))).toMatchObject({
      name: 'ServiceLimitExceededException',
      status: 402,
      LimitName: 'Data sets per account',
      LimitValue: 1,
    });
  });
});

describe('revisions', () => {
  test('are created, read, changed, and listed newest first', async () => {
    const dataSetId = await local.newDataSet();
    const wrong = new CreateRevisionCommand({ DataSetId: dataSetId, Tags: { '': 'b' } });
    expect(await errorOf(local.client.send(wrong))).toMatchObject({ name: 'ValidationException', status: 400 });
    const first = await local.client.send(
      new CreateRevisionCommand({ DataSetId: dataSetId, Comment: 'one', Tags: { a: 'b' } }),
    );
    expect(first).toMatchObject({
      Arn: `arn:aws:dataexchange:us-east-1:123456789012:data-sets/${dataSetId}/revisions/${first.Id}`,
      Comment: 'one',
      Finalized: false,
      Revoked: false,
      Tags: { a: 'b' },
    });
    local.pass(1);
    const second = await local.newRevision(dataSetId);
    const update = new UpdateRevisionCommand({ DataSetId: dataSetId, RevisionId: first.Id, Comment: '' });
    expect(await local.client.send(update)).toMatchObject({ Comment: '', UpdatedAt: new Date(local.clock.now()) });
    const { Revisions } = await local.client.send(new ListDataSetRevisionsCommand({ DataSetId: dataSetId }));
    expect(Revisions!.map(({ Id }) => Id)).toEqual([second, first.Id]);
    expect(Revisions![1]).not.toHaveProperty('Tags');
    const read = await local.client.send(new GetRevisionCommand({ DataSetId: dataSetId, RevisionId: first.Id }));
    expect(read.Tags).toEqual({ a: 'b' });
  });

  test('cannot be finalized while they are empty', async () => {
    const { dataSetId, revisionId } = await local.revisionWith([]);
    const finalize = new UpdateRevisionCommand({ DataSetId: dataSetId, RevisionId: revisionId, Finalized: true });
    expect(await errorOf(local.client.send(finalize))).toMatchObject({ name: 'ValidationException', status: 400 });
    local.emulator.setFaults({ assumptions: { finalizeEmptyRevision: 'allowed' } });
    expect(await local.client.send(finalize)).toMatchObject({ Finalized: true });
  });

  test('cannot be changed while they are finalized, but reopened and then deleted', async () => {
    const { dataSetId, revisionId, assetIds } = await local.revisionWith(['f.txt']);
    const where = { DataSetId: dataSetId, RevisionId: revisionId };
    await local.client.send(new UpdateRevisionCommand({ ...where, Finalized: true }));
    const refused = { name: 'ConflictException', status: 409, ResourceType: 'REVISION', ResourceId: revisionId };
    expect(await errorOf(local.client.send(new UpdateRevisionCommand({ ...where, Comment: 'x' })))).toMatchObject(
      refused,
    );
    expect(await errorOf(local.client.send(new DeleteRevisionCommand(where)))).toMatchObject(refused);
    expect(await errorOf(local.client.send(new DeleteAssetCommand({ ...where, AssetId: assetIds[0] })))).toMatchObject(
      refused,
    );
    const rename = new UpdateAssetCommand({ ...where, AssetId: assetIds[0], Name: 'x' });
    expect(await errorOf(local.client.send(rename))).toMatchObject(refused);
    expect(await local.client.send(new UpdateRevisionCommand({ ...where, Finalized: true }))).toMatchObject({
      Finalized: true,
    });
    const reopened = await local.client.send(
      new UpdateRevisionCommand({ ...where, Finalized: false, Comment: 'again' }),
    );
    expect(reopened).toMatchObject({ Finalized: false, Comment: 'again' });
    expect((await local.client.send(new DeleteRevisionCommand(where))).$metadata.httpStatusCode).toBe(204);
    expect(await errorOf(local.client.send(new GetRevisionCommand(where)))).toMatchObject({
      status: 404,
      ResourceType: 'REVISION',
    });
  });

  const finalize = (where: { DataSetId: string; RevisionId: string }) =>
    local.client.send(new UpdateRevisionCommand({ ...where, Finalized: true }));

  test.each<[string, (where: { DataSetId: string; RevisionId: string }) => Promise<unknown>]>([
    ['by the emulator', ({ RevisionId }) => local.raw('POST', `/_emulator/revisions/${RevisionId}/publish`)],
    [
      'by a fault script',
      async (where) => {
        local.emulator.setFaults({ faults: [{ on: 'UpdateRevision', do: { revision: 'published' } }] });
        await finalize(where);
        local.emulator.setFaults({});
      },
    ],
    [
      'by finalizing with publishOnFinalize',
      async (where) => {
        local.emulator.setFaults({ assumptions: { publishOnFinalize: true } });
        expect(await finalize(where)).toMatchObject({ Finalized: true, Revoked: false });
        local.emulator.setFaults({});
      },
    ],
  ])('can only be revoked, exported and tagged once they are published %s', async (_how, publish) => {
    const { dataSetId, revisionId, assetIds } = await local.revisionWith(['p.txt']);
    const where = { DataSetId: dataSetId, RevisionId: revisionId };
    const asset = { ...where, AssetId: assetIds[0]! };
    const revoke = new RevokeRevisionCommand({ ...where, RevocationComment: 'it was all wrong' });
    const refused = { name: 'ConflictException', status: 409, ResourceType: 'REVISION', ResourceId: revisionId };
    expect(await errorOf(local.client.send(revoke))).toMatchObject(refused);
    await publish(where);
    const { Arn } = await local.client.send(new GetRevisionCommand(where));
    const changes = () => [
      local.client.send(new UpdateRevisionCommand({ ...where, Finalized: false })),
      local.client.send(new UpdateRevisionCommand({ ...where, Finalized: false, Comment: 'x' })),
      local.client.send(new UpdateRevisionCommand({ ...where, Comment: 'x' })),
      local.client.send(new UpdateAssetCommand({ ...asset, Name: 'x' })),
      local.createJob('IMPORT_ASSETS_FROM_S3', s3Import(dataSetId, revisionId, ['p.txt'])),
    ];
    for (const change of changes()) {
      expect(await errorOf(change)).toMatchObject(refused);
    }
    expect(await errorOf(local.client.send(new DeleteAssetCommand(asset)))).toMatchObject(refused);
    expect(await errorOf(local.client.send(new DeleteRevisionCommand(where)))).toMatchObject(refused);
    expect(await errorOf(local.client.send(new DeleteDataSetCommand({ DataSetId: dataSetId })))).toMatchObject({
      name: 'ConflictException',
      ResourceType: 'DATA_SET',
    });
    await local.client.send(new TagResourceCommand({ ResourceArn: Arn, Tags: { team: 'x' } }));
    const exported = { ExportAssetToSignedUrl: asset };
    expect((await local.runJob('EXPORT_ASSET_TO_SIGNED_URL', exported)).State).toBe('COMPLETED');

    const short = new RevokeRevisionCommand({ ...where, RevocationComment: 'short' });
    expect(await errorOf(local.client.send(short))).toMatchObject({ name: 'ValidationException' });
    expect(await local.client.send(revoke)).toMatchObject({
      Finalized: true,
      Revoked: true,
      RevocationComment: 'it was all wrong',
      RevokedAt: new Date(local.clock.now()),
    });
    expect(await errorOf(local.client.send(revoke))).toMatchObject(refused);
    for (const change of changes()) {
      expect(await errorOf(change)).toMatchObject(refused);
    }
    expect((await local.raw('POST', `/_emulator/revisions/${revisionId}/publish`)).status).toBe(409);
    await local.client.send(new DeleteAssetCommand(asset));
    await local.client.send(new DeleteRevisionCommand(where));
    expect((await local.raw('POST', `/_emulator/revisions/${revisionId}/publish`)).status).toBe(404);
  });

  test('are published by the emulator with an answer that says so', async () => {
    const { revisionId } = await local.revisionWith(['p.txt']);
    const published = await local.raw('POST', `/_emulator/revisions/${revisionId}/publish`);
    expect(await published.json()).toEqual({ Id: revisionId, Finalized: true, Published: true });
  });

  test('are limited in number by the type of the data set', async () => {
    const dataSetId = await local.newDataSet('S3_DATA_ACCESS');
    for (let n = 0; n < 5; n += 1) {
      await local.newRevision(dataSetId);
    }
    expect(await errorOf(local.newRevision(dataSetId))).toMatchObject({
      status: 402,
      LimitName: 'Revisions per Amazon S3 data access data set',
      LimitValue: 5,
    });
  });
});

describe('assets', () => {
  test('are read, renamed, deleted, and listed by name descending', async () => {
    const { dataSetId, revisionId, assetIds } = await local.revisionWith(['a.txt', 'c.txt', 'b.txt']);
    const where = { DataSetId: dataSetId, RevisionId: revisionId };
    const asset = await local.client.send(new GetAssetCommand({ ...where, AssetId: assetIds[0] }));
    const dataSetArn = `arn:aws:dataexchange:us-east-1:123456789012:data-sets/${dataSetId}`;
    expect(asset).toMatchObject({
      Arn: `${dataSetArn}/revisions/${revisionId}/assets/${assetIds[0]}`,
      AssetDetails: { S3SnapshotAsset: { Size: 'content of a.txt'.length } },
      AssetType: 'S3_SNAPSHOT',
      Name: 'a.txt',
    });
    await local.client.send(new UpdateAssetCommand({ ...where, AssetId: assetIds[0], Name: 'z.txt' }));
    const page = await local.client.send(new ListRevisionAssetsCommand({ ...where, MaxResults: 2 }));
    expect(page.Assets!.map(({ Name }) => Name)).toEqual(['z.txt', 'c.txt']);
    const rest = await local.client.send(new ListRevisionAssetsCommand({ ...where, NextToken: page.NextToken }));
    expect(rest.Assets!.map(({ Name }) => Name)).toEqual(['b.txt']);
    expect(rest.NextToken).toBeUndefined();
    await local.client.send(new DeleteAssetCommand({ ...where, AssetId: assetIds[0] }));
    expect(await errorOf(local.client.send(new GetAssetCommand({ ...where, AssetId: assetIds[0] })))).toMatchObject({
      status: 404,
      ResourceType: 'ASSET',
      ResourceId: assetIds[0],
    });
  });

  test('are found only in their own revision', async () => {
    const one = await local.revisionWith(['a.txt']);
    const other = await local.newRevision(one.dataSetId);
    const get = new GetAssetCommand({ DataSetId: one.dataSetId, RevisionId: other, AssetId: one.assetIds[0] });
    expect(await errorOf(local.client.send(get))).toMatchObject({ status: 404, ResourceType: 'ASSET' });
  });
});

describe('tags', () => {
  test('are set, listed and removed on data sets, revisions and assets', async () => {
    const { dataSetId, revisionId, assetIds } = await local.revisionWith(['t.txt']);
    const prefix = `arn:aws:dataexchange:us-east-1:123456789012:data-sets/${dataSetId}`;
    for (const arn of [
      prefix,
      `${prefix}/revisions/${revisionId}`,
      `${prefix}/revisions/${revisionId}/assets/${assetIds[0]}`,
    ]) {
      const tag = await local.client.send(
        new TagResourceCommand({ ResourceArn: arn, Tags: { a: '1', 'b&=/': '2', c: '3' } }),
      );
      expect(tag.$metadata.httpStatusCode).toBe(204);
      await local.client.send(new UntagResourceCommand({ ResourceArn: arn, TagKeys: ['a', 'b&=/', 'none'] }));
      expect((await local.client.send(new ListTagsForResourceCommand({ ResourceArn: arn }))).Tags).toEqual({ c: '3' });
    }
    const asset = await local.raw('GET', `/v1/data-sets/${dataSetId}/revisions/${revisionId}/assets/${assetIds[0]}`);
    expect(await asset.json()).toMatchObject({ Tags: { c: '3' } });
  });

  test('are refused on jobs, on unknown resources, and beyond their limits', async () => {
    const list = (arn: string) => errorOf(local.client.send(new ListTagsForResourceCommand({ ResourceArn: arn })));
    expect(await list(`arn:aws:dataexchange:us-east-1:123456789012:jobs/${UNKNOWN_ID}`)).toMatchObject({ status: 400 });
    expect(await list(`arn:aws:dataexchange:us-east-1:123456789012:data-sets/${UNKNOWN_ID}`)).toMatchObject({
      status: 404,
    });
    expect(await list('nonsense')).toMatchObject({ name: 'ValidationException', status: 400 });
    const dataSetId = await local.newDataSet();
    const arn = `arn:aws:dataexchange:us-east-1:123456789012:data-sets/${dataSetId}`;
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, 'v']));
    for (const tags of [{ 'aws:x': 'y' }, { '': 'y' }, { ['k'.repeat(129)]: 'y' }, { k: 'v'.repeat(257) }, many]) {
      const tag = new TagResourceCommand({ ResourceArn: arn, Tags: tags });
      expect(await errorOf(local.client.send(tag))).toMatchObject({ name: 'ValidationException', status: 400 });
    }
    expect((await local.client.send(new ListTagsForResourceCommand({ ResourceArn: arn }))).Tags).toEqual({});
  });
});
