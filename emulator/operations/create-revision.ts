import { invalid, limitExceeded } from '../errors';
import { revisionArn } from '../store/arns';
import type { AssetType, Revision } from '../store/records';
import { tagProblems } from '../validation/check-tags';
import { comment, id, structure, textMap } from '../validation/shapes';
import { operation } from './operation';
import { revisionView, tagsOf } from './present';

interface Input {
  DataSetId: string;
  Comment?: string;
  Tags?: Record<string, string>;
}

/** Quotas of the General Reference, with their LimitName. */
const PER_DATA_SET: Record<AssetType, { most: number; limitName: string }> = {
  S3_SNAPSHOT: { most: 10_000, limitName: 'Revisions per data set' },
  REDSHIFT_DATA_SHARE: { most: 20, limitName: 'Revisions per Amazon Redshift datashare data set' },
  API_GATEWAY_API: { most: 20, limitName: 'Revisions per Amazon API Gateway API data set' },
  S3_DATA_ACCESS: { most: 5, limitName: 'Revisions per Amazon S3 data access data set' },
  LAKE_FORMATION_DATA_PERMISSION: { most: 20, limitName: 'Revisions per AWS Lake Formation data permission data set' },
};

export const createRevision = operation<Input>({
  name: 'CreateRevision',
  method: 'POST',
  path: '/v1/data-sets/:DataSetId/revisions',
  status: 201,
  input: structure({ DataSetId: id }, { Comment: comment, Tags: textMap }),
  run({ exchange, input, now }) {
    const { store, region, account, ids } = exchange;
    const dataSet = store.dataSet(input.DataSetId);
    const tags = Object.entries(input.Tags ?? {});
    const problems = tagProblems('Tags', tags);
    if (problems.length) throw invalid(problems);
    const { most, limitName } = PER_DATA_SET[dataSet.assetType];
    const limit = exchange.assumptions().limits[limitName] ?? most;
    if (store.revisionsOf(dataSet.id).length >= limit) throw limitExceeded(limitName, limit);
    const revisionId = ids.next();
    const revision: Revision = {
      id: revisionId,
      arn: revisionArn(region, account, dataSet.id, revisionId),
      dataSetId: dataSet.id,
      ...(input.Comment === undefined ? {} : { comment: input.Comment }),
      createdAt: now,
      updatedAt: now,
      finalized: false,
      published: false,
      tags: new Map(tags),
    };
    store.revisions.set(revisionId, revision);
    return { ...revisionView(revision), ...tagsOf(revision.tags) };
  },
});
