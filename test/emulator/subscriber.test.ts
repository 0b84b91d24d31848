import {
  CreateDataGrantCommand,
  CreateEventActionCommand,
  CreateRevisionCommand,
  DeleteAssetCommand,
  DeleteDataSetCommand,
  DeleteEventActionCommand,
  DeleteRevisionCommand,
  GetAssetCommand,
  GetDataGrantCommand,
  GetDataSetCommand,
  GetEventActionCommand,
  GetReceivedDataGrantCommand,
  GetRevisionCommand,
  ListDataGrantsCommand,
  ListDataSetRevisionsCommand,
  ListDataSetsCommand,
  ListEventActionsCommand,
  ListJobsCommand,
  ListReceivedDataGrantsCommand,
  ListRevisionAssetsCommand,
  ListTagsForResourceCommand,
  RevokeRevisionCommand,
  SendDataSetNotificationCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAssetCommand,
  UpdateDataSetCommand,
  UpdateEventActionCommand,
  UpdateRevisionCommand,
} from '@aws-sdk/client-dataexchange';
import { S3Buckets } from '../../emulator/buckets/s3-buckets';
import { openS3Endpoint } from './s3-endpoint';
import { errorOf, type Local, openLocal, s3Import, UNKNOWN_ID } from './support';

let local: Local;

beforeEach(async () => {
  local = await openLocal();
});
afterEach(() => local.close());

/** A data set with a published revision and one that is open, and the copy that its subscriber sees. */
async function subscription() {
  const published = await local.revisionWith(['a.txt', 'b.txt']);
  const { dataSetId } = published;
  local.emulator.publishRevision(published.revisionId);
  local.pass(1);
  const open = await local.newRevision(dataSetId);
  const answer = await local.raw('POST', `/_emulator/data-sets/${dataSetId}/entitle`, { productId: 'prod-abc' });
  expect(answer.status).toBe(200);
  const { Id } = (await answer.json()) as { Id: string };
  const { Revisions } = await local.client.send(new ListDataSetRevisionsCommand({ DataSetId: Id }));
  const entitled = { DataSetId: Id, RevisionId: Revisions![0]!.Id! };
  const { Assets } = await local.client.send(new ListRevisionAssetsCommand(entitled));
  return { ...published, open, entitled, revisions: Revisions!, assets: Assets! };
}

const finalizeAndPublish = async (dataSetId: string, revisionId: string) => {
  local.putObject('source', 'new.txt', 'new');
  await local.runJob('IMPORT_ASSETS_FROM_S3', s3Import(dataSetId, revisionId, ['new.txt']));
  local.emulator.publishRevision(revisionId);
};

describe('an entitled data set', () => {
  test('is listed by origin, and names its product and the owned one', async () => {
    const { dataSetId, entitled } = await subscription();
    const shown = {
      Id: entitled.DataSetId,
      Arn: `arn:aws:dataexchange:us-east-1::data-sets/${entitled.DataSetId}`,
      Name: 'Weather',
      AssetType: 'S3_SNAPSHOT',
      Origin: 'ENTITLED',
      OriginDetails: { ProductId: 'prod-abc' },
      SourceId: dataSetId,
    };
    expect(await local.client.send(new GetDataSetCommand({ DataSetId: entitled.DataSetId }))).toMatchObject(shown);
    const list = async (Origin?: string) => {
      const { DataSets } = await local.client.send(new ListDataSetsCommand({ Origin }));
      return DataSets!.map(({ Id }) => Id);
    };
    expect(await list('ENTITLED')).toEqual([entitled.DataSetId]);
    expect(await list('OWNED')).toEqual([dataSetId]);
    expect(await list()).toEqual([dataSetId]);
    expect(await local.client.send(new GetDataSetCommand({ DataSetId: dataSetId }))).toMatchObject({ Origin: 'OWNED' });
  });

  test('has copies of the published revisions and their assets, and no others', async () => {
    const { revisionId, assetIds, entitled, revisions, assets } = await subscription();
    expect(revisions).toHaveLength(1);
    expect(revisions[0]).toMatchObject({
      Arn: `arn:aws:dataexchange:us-east-1::data-sets/${entitled.DataSetId}/revisions/${entitled.RevisionId}`,
      DataSetId: entitled.DataSetId,
      Finalized: true,
      SourceId: revisionId,
    });
    expect(assets.map(({ Name, SourceId }) => [Name, SourceId])).toEqual([
      ['b.txt', assetIds[1]],
      ['a.txt', assetIds[0]],
    ]);
    const asset = { ...entitled, AssetId: assets[0]!.Id };
    expect(await local.client.send(new GetAssetCommand(asset))).toMatchObject({
      Arn: `${revisions[0]!.Arn}/assets/${asset.AssetId}`,
      AssetDetails: { S3SnapshotAsset: { Size: 'content of b.txt'.length } },
    });
  });

  test('gets finalized revisions with the product, and each revision that is published later', async () => {
    const { dataSetId, revisionId } = await local.revisionWith(['a.txt']);
    await local.client.send(
      new UpdateRevisionCommand({ DataSetId: dataSetId, RevisionId: revisionId, Finalized: true }),
    );
    const entitledId = local.emulator.entitle(dataSetId);
    const sources = async () => {
      const { Revisions } = await local.client.send(new ListDataSetRevisionsCommand({ DataSetId: entitledId }));
      return Revisions!.map(({ SourceId }) => SourceId);
    };
    expect(await sources()).toEqual([revisionId]);
    expect(await local.client.send(new GetDataSetCommand({ DataSetId: entitledId }))).toMatchObject({
      OriginDetails: { ProductId: expect.stringMatching(/^prod-[a-z0-9]{13}$/) },
    });
    local.pass(1);
    const later = await local.newRevision(dataSetId);
    expect(await sources()).toEqual([revisionId]);
    await finalizeAndPublish(dataSetId, later);
    local.emulator.publishRevision(later);
    expect(await sources()).toEqual([later, revisionId]);
  });

  test('can be exported by all three types of export', async () => {
    const { entitled, assets } = await subscription();
    const destinations = assets.map(({ Id, Name }) => ({ AssetId: Id!, Bucket: 'target', Key: `assets/${Name}` }));
    const toS3 = { ExportAssetsToS3: { ...entitled, AssetDestinations: destinations } };
    expect((await local.runJob('EXPORT_ASSETS_TO_S3', toS3)).State).toBe('COMPLETED');
    expect(local.readObject('target', 'assets/a.txt').toString()).toBe('content of a.txt');
    const revision = {
      ExportRevisionsToS3: {
        DataSetId: entitled.DataSetId,
        RevisionDestinations: [{ RevisionId: entitled.RevisionId, Bucket: 'target', KeyPattern: 'all/${Asset.Name}' }],
      },
    };
    expect((await local.runJob('EXPORT_REVISIONS_TO_S3', revision)).State).toBe('COMPLETED');
    expect(local.readObject('target', 'all/b.txt').toString()).toBe('content of b.txt');
    const toUrl = { ExportAssetToSignedUrl: { ...entitled, AssetId: assets[1]!.Id! } };
    const job = await local.runJob('EXPORT_ASSET_TO_SIGNED_URL', toUrl);
    const response = await fetch(job.Details!.ExportAssetToSignedUrl!.SignedUrl!);
    expect(await response.text()).toBe('content of a.txt');
  });

  test.each([
    ['400', 'ValidationException', 400],
    ['403', 'AccessDeniedException', 403],
    ['409', 'ConflictException', 409],
  ] as const)('refuses with %s by changeEntitled what only its owner may do', async (changeEntitled, name, status) => {
    local.emulator.setFaults({ assumptions: { changeEntitled } });
    const { entitled, assets } = await subscription();
    const { DataSetId } = entitled;
    const asset = { ...entitled, AssetId: assets[0]!.Id! };
    const { client } = local;
    for (const change of [
      client.send(new UpdateDataSetCommand({ DataSetId, Name: 'x' })),
      client.send(new DeleteDataSetCommand({ DataSetId })),
      client.send(new CreateRevisionCommand({ DataSetId })),
      client.send(new UpdateRevisionCommand({ ...entitled, Finalized: false })),
      client.send(new DeleteRevisionCommand(entitled)),
      client.send(new RevokeRevisionCommand({ ...entitled, RevocationComment: 'not mine to revoke' })),
      client.send(new UpdateAssetCommand({ ...asset, Name: 'x' })),
      client.send(new DeleteAssetCommand(asset)),
      client.send(new TagResourceCommand({ ResourceArn: assets[0]!.Arn, Tags: { team: 'x' } })),
      client.send(new UntagResourceCommand({ ResourceArn: assets[0]!.Arn, TagKeys: ['team'] })),
      client.send(new SendDataSetNotificationCommand({ DataSetId, Type: 'DATA_UPDATE' })),
      local.createJob('IMPORT_ASSETS_FROM_S3', s3Import(DataSetId, entitled.RevisionId, ['a.txt'])),
    ]) {
      expect(await errorOf(change)).toMatchObject({ name, status });
    }
    expect((await client.send(new ListTagsForResourceCommand({ ResourceArn: assets[0]!.Arn }))).Tags).toEqual({});
    const again = await local.raw('POST', `/_emulator/data-sets/${DataSetId}/entitle`);
    expect(again.status).toBe(400);
  });

  test('loses a revision that its owner revokes, also for a job that was created before', async () => {
    const { dataSetId, revisionId, entitled, assets } = await subscription();
    const toUrl = { ExportAssetToSignedUrl: { ...entitled, AssetId: assets[0]!.Id! } };
    const { Id } = await local.createJob('EXPORT_ASSET_TO_SIGNED_URL', toUrl);
    const source = { DataSetId: dataSetId, RevisionId: revisionId };
    await local.client.send(new RevokeRevisionCommand({ ...source, RevocationComment: 'it was all wrong' }));
    expect(await local.client.send(new GetRevisionCommand(entitled))).toMatchObject({
      Revoked: true,
      RevocationComment: 'it was all wrong',
    });
    expect(await errorOf(local.createJob('EXPORT_ASSET_TO_SIGNED_URL', toUrl))).toMatchObject({
      name: 'ConflictException',
      status: 409,
      ResourceId: entitled.RevisionId,
    });
    await local.start(Id);
    local.pass(2);
    expect((await local.job(Id)).Errors).toMatchObject([
      { Code: 'VALIDATION_EXCEPTION', ResourceId: entitled.RevisionId },
    ]);
    await local.client.send(new DeleteRevisionCommand(source));
    expect(await errorOf(local.client.send(new GetRevisionCommand(entitled)))).toMatchObject({ status: 404 });
  });

  test('keeps its owner from deleting the data set, and is made once for each product', async () => {
    const { dataSetId, revisionId, entitled } = await subscription();
    expect(local.emulator.entitle(dataSetId, 'prod-abc')).toBe(entitled.DataSetId);
    expect(local.emulator.entitle(dataSetId, 'prod-xyz')).not.toBe(entitled.DataSetId);
    await local.client.send(
      new RevokeRevisionCommand({ DataSetId: dataSetId, RevisionId: revisionId, RevocationComment: 'ten letters' }),
    );
    expect(await errorOf(local.client.send(new DeleteDataSetCommand({ DataSetId: dataSetId })))).toMatchObject({
      name: 'ConflictException',
      message: expect.stringContaining('prod-abc'),
    });
    expect((await local.raw('POST', `/_emulator/data-sets/${UNKNOWN_ID}/entitle`)).status).toBe(404);
    const wrong = await local.raw('POST', `/_emulator/data-sets/${dataSetId}/entitle`, { productId: 7 });
    expect(wrong.status).toBe(400);
  });

  test('is gone when the subscription ends, with its event actions; the owner keeps everything', async () => {
    const { dataSetId, entitled } = await subscription();
    const end = (id: string) => local.raw('DELETE', `/_emulator/data-sets/${id}/entitle`);
    expect((await end(dataSetId)).status).toBe(400);
    expect((await end(entitled.DataSetId!)).status).toBe(200);
    expect((await end(entitled.DataSetId!)).status).toBe(404);
    expect((await local.raw('GET', `/v1/data-sets/${entitled.DataSetId}`)).status).toBe(404);
    expect((await local.raw('GET', `/v1/data-sets/${dataSetId}`)).status).toBe(200);
  });
});

describe('event actions', () => {
  const exportTo = (Bucket: string, more: object = {}, KeyPattern?: string) => ({
    ExportRevisionToS3: { RevisionDestination: { Bucket, ...(KeyPattern ? { KeyPattern } : {}) }, ...more },
  });
  const published = (DataSetId: string) => ({ RevisionPublished: { DataSetId } });

  test('are created, read, listed, updated, tagged and deleted', async () => {
    const { entitled } = await subscription();
    const { client } = local;
    const made = await client.send(
      new CreateEventActionCommand({
        Action: exportTo('target'),
        Event: published(entitled.DataSetId),
        Tags: { team: 'x' },
      }),
    );
    expect(made.$metadata.httpStatusCode).toBe(201);
    expect(made).toMatchObject({
      Arn: `arn:aws:dataexchange:us-east-1:123456789012:event-actions/${made.Id}`,
      Action: exportTo('target'),
      Event: published(entitled.DataSetId),
      Tags: { team: 'x' },
      CreatedAt: new Date(local.clock.now()),
      UpdatedAt: new Date(local.clock.now()),
    });
    const { $metadata: _made, ...wanted } = made;
    const { $metadata: _read, ...read } = await client.send(new GetEventActionCommand({ EventActionId: made.Id }));
    expect(read).toEqual(wanted);
    local.pass(1);
    const second = await client.send(
      new CreateEventActionCommand({ Action: exportTo('target'), Event: published(entitled.DataSetId) }),
    );
    const list = async (input: object) => {
      const { EventActions } = await client.send(new ListEventActionsCommand(input));
      return EventActions!.map(({ Id }) => Id);
    };
    expect(await list({})).toEqual([second.Id, made.Id]);
    expect(await list({ EventSourceId: entitled.DataSetId })).toEqual([second.Id, made.Id]);
    expect(await list({ EventSourceId: UNKNOWN_ID })).toEqual([]);
    const changed = exportTo('source', { Encryption: { Type: 'AES256' } }, 'x/${Asset.Id}');
    const update = new UpdateEventActionCommand({ EventActionId: made.Id, Action: changed as never });
    expect(await client.send(update)).toMatchObject({ Action: changed, UpdatedAt: new Date(local.clock.now()) });
    await client.send(new UpdateEventActionCommand({ EventActionId: made.Id }));
    await client.send(new TagResourceCommand({ ResourceArn: made.Arn, Tags: { team: 'y' } }));
    expect((await client.send(new ListTagsForResourceCommand({ ResourceArn: made.Arn }))).Tags).toEqual({ team: 'y' });
    expect(await client.send(new GetEventActionCommand({ EventActionId: made.Id }))).toMatchObject({ Action: changed });
    const deleted = await client.send(new DeleteEventActionCommand({ EventActionId: made.Id }));
    expect(deleted.$metadata.httpStatusCode).toBe(204);
    expect(await list({})).toEqual([second.Id]);
  });

  test('are refused for what the service refuses, with every problem at once', async () => {
    const { dataSetId, entitled } = await subscription();
    const create = (action: object, id: string) =>
      errorOf(local.client.send(new CreateEventActionCommand({ Action: action as never, Event: published(id) })));
    expect(await create(exportTo('target'), dataSetId)).toMatchObject({
      name: 'ValidationException',
      status: 400,
      message: expect.stringContaining('must name an entitled data set'),
    });
    expect(await create(exportTo('target'), UNKNOWN_ID)).toMatchObject({ status: 400 });
    const wrong = exportTo('target', { Encryption: { Type: 'aws:kms' } }, '${Asset.Size}');
    expect((await create(wrong, entitled.DataSetId)).message).toMatch(
      /^3 validation errors: .*KmsKeyArn is required.*must contain .*has the unknown reference/,
    );
    expect(await create(exportTo('nowhere'), entitled.DataSetId)).toMatchObject({
      status: 400,
      message: expect.stringContaining('The bucket "nowhere" does not exist.'),
    });
    const made = await local.client.send(
      new CreateEventActionCommand({ Action: exportTo('target'), Event: published(entitled.DataSetId) }),
    );
    for (const action of [wrong, exportTo('nowhere')]) {
      const update = new UpdateEventActionCommand({ EventActionId: made.Id, Action: action as never });
      expect(await errorOf(local.client.send(update))).toMatchObject({ name: 'ValidationException' });
    }
  });

  test('are refused with the cause for a bucket that denies access', async () => {
    const endpoint = await openS3Endpoint([]);
    const denied = await openLocal({ buckets: new S3Buckets({ endpoint: endpoint.url }) });
    try {
      const entitledId = denied.emulator.entitle(await denied.newDataSet());
      const create = new CreateEventActionCommand({ Action: exportTo('forbidden'), Event: published(entitledId) });
      expect(await errorOf(denied.client.send(create))).toMatchObject({
        name: 'ValidationException',
        ExceptionCause: 'S3AccessDenied',
      });
      denied.emulator.setFaults({
        faults: [{ on: 'CreateEventAction', where: { dataSetId: entitledId }, do: { denied: 's3:PutObject' } }],
      });
      expect(await errorOf(denied.client.send(create))).toMatchObject({ name: 'AccessDeniedException' });
    } finally {
      await denied.close();
      await endpoint.close();
    }
  });

  test.each([
    ['Event actions per account', { 'Event actions per account': 1 }, 1],
    ['Auto export event actions per data set', {}, 5],
  ])('are limited: %s', async (limitName, limits, most) => {
    const { entitled } = await subscription();
    local.emulator.setFaults({ assumptions: { limits } });
    const create = new CreateEventActionCommand({ Action: exportTo('target'), Event: published(entitled.DataSetId) });
    for (let made = 0; made < most; made += 1) {
      await local.client.send(create);
    }
    expect(await errorOf(local.client.send(create))).toMatchObject({
      name: 'ServiceLimitExceededException',
      status: 402,
      LimitName: limitName,
      LimitValue: most,
    });
  });

  test('with an unknown id are 404', async () => {
    for (const call of [
      local.client.send(new GetEventActionCommand({ EventActionId: UNKNOWN_ID })),
      local.client.send(new UpdateEventActionCommand({ EventActionId: UNKNOWN_ID })),
      local.client.send(new DeleteEventActionCommand({ EventActionId: 'short' })),
    ]) {
      expect(await errorOf(call)).toMatchObject({
        name: 'ResourceNotFoundException',
        status: 404,
        ResourceType: 'EVENT_ACTION',
      });
    }
  });

  test('export each revision that is published, by a job that names them', async () => {
    const { dataSetId, open, entitled } = await subscription();
    const other = await subscription();
    const create = (action: object, id: string) =>
      local.client.send(new CreateEventActionCommand({ Action: action as never, Event: published(id) }));
    const eventAction = await create(exportTo('target', { Encryption: { Type: 'AES256' } }), entitled.DataSetId);
    await create(exportTo('target', {}, 'second/${Asset.Name}'), entitled.DataSetId);
    await create(exportTo('target', {}, 'other/${Asset.Name}'), other.entitled.DataSetId);
    await finalizeAndPublish(dataSetId, open);
    const { Jobs } = await local.client.send(new ListJobsCommand({ DataSetId: entitled.DataSetId }));
    expect(Jobs).toHaveLength(2);
    expect(Jobs!.map(({ State, Type }) => [State, Type])).toEqual(
      Array(2).fill(['IN_PROGRESS', 'EXPORT_REVISIONS_TO_S3']),
    );
    const { Revisions } = await local.client.send(new ListDataSetRevisionsCommand({ DataSetId: entitled.DataSetId }));
    const copy = Revisions!.find(({ SourceId }) => SourceId === open)!;
    expect(Jobs!.map(({ Details }) => Details!.ExportRevisionsToS3)).toContainEqual({
      DataSetId: entitled.DataSetId,
      RevisionDestinations: [
        { RevisionId: copy.Id, Bucket: 'target', KeyPattern: '${Revision.CreatedAt}/${Asset.Name}' },
      ],
      Encryption: { Type: 'AES256' },
      EventActionArn: eventAction.Arn,
    });
    local.pass(2);
    for (const { Id } of Jobs!) {
      expect(await local.job(Id!)).toMatchObject({ State: 'COMPLETED' });
    }
    const createdAt = copy.CreatedAt!.toISOString();
    expect(local.readObject('target', `${createdAt}/new.txt`).toString()).toBe('new');
    expect(local.readObject('target', 'second/new.txt').toString()).toBe('new');
    expect(local.hasObject('target', 'other')).toBe(false);
  });
});

describe('data grants and notifications', () => {
  test('there are no data grants, so lists are empty and every grant is unknown', async () => {
    const { client } = local;
    expect((await client.send(new ListDataGrantsCommand({ MaxResults: 5 }))).DataGrantSummaries).toEqual([]);
    const received = new ListReceivedDataGrantsCommand({ AcceptanceState: ['ACCEPTED'] });
    expect((await client.send(received)).DataGrantSummaries).toEqual([]);
    const arn = `arn:aws:dataexchange:us-east-1:123456789012:data-grants/${UNKNOWN_ID}`;
    for (const call of [
      client.send(new GetDataGrantCommand({ DataGrantId: UNKNOWN_ID })),
      client.send(new GetReceivedDataGrantCommand({ DataGrantArn: arn })),
    ]) {
      expect(await errorOf(call)).toMatchObject({ name: 'ResourceNotFoundException', status: 404 });
    }
  });

  test('a notification is refused outside of a product, and not emulated in one', async () => {
    const { dataSetId } = await local.revisionWith([]);
    const send = new SendDataSetNotificationCommand({ DataSetId: dataSetId, Type: 'DATA_DELAY' });
    expect(await errorOf(local.client.send(send))).toMatchObject({
      name: 'ValidationException',
      status: 400,
      message: expect.stringContaining('not configured for AWS Marketplace'),
    });
    const unknown = new SendDataSetNotificationCommand({ DataSetId: UNKNOWN_ID, Type: 'DATA_DELAY' });
    expect(await errorOf(local.client.send(unknown))).toMatchObject({ status: 404, ResourceType: 'DATA_SET' });
    local.emulator.entitle(dataSetId);
    expect(await errorOf(local.client.send(send))).toMatchObject({
      name: 'UnknownOperationException',
      status: 404,
      message: 'The local Data Exchange cannot do SendDataSetNotification.',
    });
  });

  test('creating a data grant is not emulated', async () => {
    const create = new CreateDataGrantCommand({
      Name: 'x',
      GrantDistributionScope: 'NONE',
      ReceiverPrincipal: '123456789012',
      SourceDataSetId: UNKNOWN_ID,
    });
    expect(await errorOf(local.client.send(create))).toMatchObject({
      name: 'UnknownOperationException',
      message: 'The local Data Exchange cannot do CreateDataGrant.',
    });
  });
});
