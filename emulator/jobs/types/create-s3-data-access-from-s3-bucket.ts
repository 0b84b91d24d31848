import { id, list, structure, text, textOf } from '../../validation/shapes';
import { addAssets, openRevision } from '../assets';
import { jobType } from '../job-type';

interface Details {
  DataSetId: string;
  RevisionId: string;
  AssetSource: { Bucket: string; KeyPrefixes?: string[]; Keys?: string[]; KmsKeysToGrant?: { KmsKeyArn: string }[] };
}

/** One asset that stands for access to the bucket. No bytes move and the bucket is not looked at: the request is believed. */
export const createS3DataAccessFromS3Bucket = jobType<Details>({
  name: 'CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET',
  member: 'CreateS3DataAccessFromS3Bucket',
  assetType: 'S3_DATA_ACCESS',
  direction: 'import',
  concurrent: 5,
  limitName: 'Concurrent in progress jobs to create Amazon S3 data access assets from S3 buckets',
  details: structure({
    DataSetId: id,
    RevisionId: id,
    AssetSource: structure(
      { Bucket: text },
      {
        KeyPrefixes: list(text),
        Keys: list(text),
        KmsKeysToGrant: list(structure({ KmsKeyArn: textOf({ min: 1, max: 2048 }) }), { min: 1, max: 10 }),
      },
    ),
  }),
  references: ({ DataSetId, RevisionId }) => ({ dataSetId: DataSetId, revisionIds: [RevisionId], assetIds: [] }),
  async run(work) {
    const revision = openRevision(work);
    const { region, account, ids } = work.exchange;
    const accessPoint = ids.nextUuid();
    addAssets(work, revision, 'S3_DATA_ACCESS', [
      {
        name: 's3-data-access',
        nameOf: (assetId) => `s3-data-access-${assetId}`,
        details: {
          S3DataAccessAsset: {
            ...work.details.AssetSource,
            S3AccessPointAlias: `${accessPoint.replaceAll('-', '').slice(0, 24)}-s3alias`,
            S3AccessPointArn: `arn:aws:s3:${region}:${account}:accesspoint/${accessPoint}`,
          },
        },
      },
    ]);
  },
});
