import { conflict, invalid, limitExceeded, notEmulated } from '../errors';
import { dataSetArn } from '../store/arns';
import { ASSET_TYPES, type AssetType, type DataSet } from '../store/records';
import { removeRevision } from '../store/region';
import { tagProblems } from '../validation/check-tags';
import { choice, id, structure, text, textMap } from '../validation/shapes';
import { operation, PAGING, type PagingInput } from './operation';
import { dataSetView, pageView, tagsView } from './present';

interface CreateInput {
  readonly AssetType: AssetType;
  readonly Description: string;
  readonly Name: string;
  readonly Tags?: Readonly<Record<string, string>>;
}

/** Quota "Data sets per account", per Region. */
const MOST_DATA_SETS = 3_000;

export const createDataSet = operation<CreateInput>({
  name: 'CreateDataSet',
  method: 'POST',
  path: '/v1/data-sets',
  status: 201,
  input: structure({ AssetType: choice(ASSET_TYPES), Description: text, Name: text }, { Tags: textMap }),
  run({ region, input, now }) {
    const { store, name, account, ids } = region;
    const tags = Object.entries(input.Tags ?? {});
    const problems = tagProblems('Tags', tags);
    if (problems.length) {
      throw invalid(problems);
    }
    const most = region.assumptions().limits['Data sets per account'] ?? MOST_DATA_SETS;
    const owned = [...store.dataSets.values()].filter(({ entitlement }) => !entitlement);
    if (owned.length >= most) {
      throw limitExceeded('Data sets per account', most);
    }
    const dataSetId = ids.next();
    const dataSet: DataSet = {
      id: dataSetId,
      arn: dataSetArn(name, account, dataSetId),
      name: input.Name,
      description: input.Description,
      assetType: input.AssetType,
      createdAt: now,
      updatedAt: now,
      tags: new Map(tags),
    };
    store.dataSets.set(dataSetId, dataSet);
    return { ...dataSetView(dataSet), ...tagsView(dataSet.tags) };
  },
});

export const getDataSet = operation<{ readonly DataSetId: string }>({
  name: 'GetDataSet',
  method: 'GET',
  path: '/v1/data-sets/:DataSetId',
  status: 200,
  input: structure({ DataSetId: id }),
  run({ region, input }) {
    const dataSet = region.store.dataSet(input.DataSetId);
    return { ...dataSetView(dataSet), ...tagsView(dataSet.tags) };
  },
});

/** Newest first; owned ones unless the request asks for entitled ones. */
export const listDataSets = operation<PagingInput & { readonly Origin?: string }>({
  name: 'ListDataSets',
  method: 'GET',
  path: '/v1/data-sets',
  status: 200,
  query: { ...PAGING.query, origin: { member: 'Origin', type: 'text' } },
  input: structure({}, { ...PAGING.shape, Origin: choice(['OWNED', 'ENTITLED']) }),
  run(call) {
    const origin = call.input.Origin ?? 'OWNED';
    const found = [...call.region.store.dataSets.values()].filter(
      ({ entitlement }) => (entitlement !== undefined) === (origin === 'ENTITLED'),
    );
    const { page, next } = pageView(call, ['ListDataSets', origin], found, (dataSet) => [
      dataSet.createdAt,
      dataSet.id,
    ]);
    return { DataSets: page.map(dataSetView), ...next };
  },
});

export const updateDataSet = operation<{
  readonly DataSetId: string;
  readonly Description?: string;
  readonly Name?: string;
}>({
  name: 'UpdateDataSet',
  method: 'PATCH',
  path: '/v1/data-sets/:DataSetId',
  status: 200,
  ownersOnly: true,
  input: structure({ DataSetId: id }, { Description: text, Name: text }),
  run({ region, input, now }) {
    const dataSet = region.store.dataSet(input.DataSetId);
    dataSet.name = input.Name ?? dataSet.name;
    dataSet.description = input.Description ?? dataSet.description;
    dataSet.updatedAt = now;
    return dataSetView(dataSet);
  },
});

/** Removes its revisions too, finalized or not (as AWS's samples rely on), unless one of them is published. */
export const deleteDataSet = operation<{ readonly DataSetId: string }>({
  name: 'DeleteDataSet',
  method: 'DELETE',
  path: '/v1/data-sets/:DataSetId',
  status: 204,
  ownersOnly: true,
  input: structure({ DataSetId: id }),
  run({ region, input }) {
    const dataSet = region.store.dataSet(input.DataSetId);
    const revisions = region.store.revisionsOf(dataSet.id);
    const published = revisions.find((revision) => revision.published && revision.revokedAt === undefined);
    if (published) {
      const text = `Data set ${dataSet.id} has the published revision ${published.id} and cannot be deleted.`;
      throw conflict('DATA_SET', dataSet.id, text);
    }
    const [copy] = region.store.entitledCopiesOf(dataSet.id);
    if (copy) {
      const text = `Data set ${dataSet.id} is part of the product ${copy.entitlement?.productId} and cannot be deleted.`;
      throw conflict('DATA_SET', dataSet.id, text);
    }
    for (const revision of revisions) {
      removeRevision(region, revision);
    }
    region.store.dataSets.delete(dataSet.id);
    return undefined;
  },
});

/**
 * Only for data sets of a product can there be anybody to notify. The local Data Exchange cannot notify them, so a call
 * for such a data set is refused as what it is: absent here.
 */
export const sendDataSetNotification = operation<{ readonly DataSetId: string; readonly Type: string }>({
  name: 'SendDataSetNotification',
  method: 'POST',
  path: '/v1/data-sets/:DataSetId/notification',
  status: 202,
  ownersOnly: true,
  input: structure({
    DataSetId: id,
    Type: choice(['DATA_DELAY', 'DATA_UPDATE', 'DEPRECATION', 'SCHEMA_CHANGE']),
  }),
  run({ region, input }) {
    const dataSet = region.store.dataSet(input.DataSetId);
    if (region.store.entitledCopiesOf(dataSet.id).length) {
      throw notEmulated('SendDataSetNotification');
    }
    // The words that the live service is known to use.
    throw invalid([`Data set ${dataSet.id} is not configured for AWS Marketplace`]);
  },
});
