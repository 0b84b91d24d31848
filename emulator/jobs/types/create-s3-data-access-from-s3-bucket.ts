import { list, structure, text, textOf } from '../../validation/shapes';
import { addAssets, openRevision } from '../assets';
import { type ImportDetails, importDetails, importReferences, jobType } from '../job-type';

interface Details extends ImportDetails {
  readonly AssetSource: {
    readonly Bucket: string;
    readonly KeyPrefixes?: readonly string[];
    readonly Keys?: readonly string[];
    readonly KmsKeysToGrant?: readonly { readonly KmsKeyArn: string }[];
  };
}

/** Makes one asset that gives access to the bucket. No bytes move, and the bucket is not looked up. */
export const createS3DataAccessFromS3Bucket = jobType<Details>({
  name: 'CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET',
  member: 'CreateS3DataAccessFromS3Bucket',
  assetType: 'S3_DATA_ACCESS',
  direction: 'import',
  concurrent: 5,
  limitName: 'Concurrent in progress jobs to create Amazon S3 data access assets from S3 buckets',
  details: importDetails({
    AssetSource: structure(
      { Bucket: text },
      {
        KeyPrefixes: list(text),
        Keys: list(text),
        KmsKeysToGrant: list(structure({ KmsKeyArn: textOf({ min: 1, max: 2048 }) }), { min: 1, max: 10 }),
      },
    ),
  }),
  references: importReferences,
  async run(run) {
    const revision = openRevision(run);
    const { name: region, account, ids } = run.region;
    const accessPoint = ids.nextUuid();
    const details = {
      S3DataAccessAsset: {
        ...run.details.AssetSource,
        S3AccessPointAlias: `${accessPoint.replaceAll('-', '').slice(0, 24)}-s3alias`,
        S3AccessPointArn: `arn:aws:s3:${region}:${account}:accesspoint/${accessPoint}`,
      },
    };
    addAssets(run, revision, 'S3_DATA_ACCESS', [{ name: (id) => `s3-data-access-${id}`, details }]);
  },
});
