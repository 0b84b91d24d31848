import type { JobType } from './job-type';
import { createS3DataAccessFromS3Bucket } from './types/create-s3-data-access-from-s3-bucket';
import { exportAssetToSignedUrl } from './types/export-asset-to-signed-url';
import { exportAssetsToS3 } from './types/export-assets-to-s3';
import { exportRevisionsToS3 } from './types/export-revisions-to-s3';
import { importAssetFromApiGatewayApi } from './types/import-asset-from-api-gateway-api';
import { importAssetFromSignedUrl } from './types/import-asset-from-signed-url';
import { importAssetsFromLakeFormationTagPolicy } from './types/import-assets-from-lake-formation-tag-policy';
import { importAssetsFromRedshiftDataShares } from './types/import-assets-from-redshift-data-shares';
import { importAssetsFromS3 } from './types/import-assets-from-s3';

/** The nine job types, by the value of the API's Type, in the model's order. A Map, so that no name is found that was not put in. */
export const JOB_TYPES: ReadonlyMap<string, JobType> = new Map(
  (
    [
      importAssetsFromS3,
      importAssetFromSignedUrl,
      exportAssetsToS3,
      exportAssetToSignedUrl,
      exportRevisionsToS3,
      importAssetsFromRedshiftDataShares,
      importAssetFromApiGatewayApi,
      createS3DataAccessFromS3Bucket,
      importAssetsFromLakeFormationTagPolicy,
    ] as JobType[]
  ).map((type) => [type.name, type]),
);

/** The type of a job that exists. */
export function typeOf(job: { type: string }): JobType {
  const type = JOB_TYPES.get(job.type);
  if (!type) throw new Error(`No job type ${job.type}`);
  return type;
}
