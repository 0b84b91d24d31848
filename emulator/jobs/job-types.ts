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

const TYPES = [
  importAssetsFromS3,
  importAssetFromSignedUrl,
  exportAssetsToS3,
  exportAssetToSignedUrl,
  exportRevisionsToS3,
  importAssetsFromRedshiftDataShares,
  importAssetFromApiGatewayApi,
  createS3DataAccessFromS3Bucket,
  importAssetsFromLakeFormationTagPolicy,
] as readonly JobType[];

/** The nine job types by the value of the API's Type, in the model's order. A Map: it has no inherited names. */
export const JOB_TYPES: ReadonlyMap<string, JobType> = new Map(TYPES.map((type) => [type.name, type]));

/** The type of a job that exists. */
export function typeOf(job: { readonly type: string }): JobType {
  return JOB_TYPES.get(job.type)!;
}
