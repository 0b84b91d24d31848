import type { RequestDetails, Type } from '@aws-sdk/client-dataexchange';
import { JOB_TYPES } from '../../emulator/jobs/job-types';
import type { Option } from '../options';
import type { Context } from '../probe';
import { revisionExport, urlImport } from './creation';
import {
  type CreatedJob,
  createJob,
  makeDataSet,
  type RevisionKey,
  s3Import,
  sharedBucket,
  withAssets,
  withRevision,
} from './support';
import { HASH, put } from './uploads';

/** One job of each type that this run can make. */

type JobTypeName = Type & string;

/** What only the user can give, by job type. */
const NEEDS: Readonly<Partial<Record<JobTypeName, readonly Option[]>>> = {
  IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES: ['REDSHIFT_DATA_SHARE_ARN'],
  IMPORT_ASSET_FROM_API_GATEWAY_API: ['API_ID', 'API_STAGE'],
  IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY: ['LAKE_FORMATION_ROLE_ARN'],
};

/** The job types whose jobs this run can make. */
export function possibleTypes({ options }: Context): JobTypeName[] {
  return [...JOB_TYPES.keys()].filter((type) =>
    (NEEDS[type as JobTypeName] ?? []).every((name) => options[name]),
  ) as JobTypeName[];
}

/**
 * Works with a way to make jobs of a type that will end in COMPLETED. What they need is made before, and removed
 * afterwards.
 */
export async function withJobsOf<Result>(
  context: Context,
  type: JobTypeName,
  work: (create: () => Promise<CreatedJob>) => Promise<Result>,
): Promise<Result> {
  const { direction, assetType } = JOB_TYPES.get(type)!;
  if (direction === 'export') {
    return withAssets(context, ['one.txt'], (revision, bucket, [assetId = '']) =>
      work(() => createJob(context, type, exportDetails(type, revision, bucket, assetId))),
    );
  }
  const bucket = await sharedBucket(context);
  const ownDataSet =
    assetType === 'S3_SNAPSHOT'
      ? undefined
      : await makeDataSet(context, assetType.toLowerCase().replaceAll('_', '-'), assetType);
  try {
    return await withRevision(
      context,
      (revision) =>
        work(async () => {
          const job = await createJob(context, type, importDetails(context, type, revision, bucket));
          if (JOB_TYPES.get(type)?.upload) {
            await put(job);
          }
          return job;
        }),
      ownDataSet?.id,
    );
  } finally {
    if (ownDataSet) {
      await context.remove(ownDataSet);
    }
  }
}

function exportDetails(type: JobTypeName, revision: RevisionKey, Bucket: string, AssetId: string): RequestDetails {
  switch (type) {
    case 'EXPORT_ASSETS_TO_S3': {
      const AssetDestinations = [{ AssetId, Bucket, Key: 'examples/asset.txt' }];
      return { ExportAssetsToS3: { ...revision, AssetDestinations } };
    }
    case 'EXPORT_ASSET_TO_SIGNED_URL':
      return { ExportAssetToSignedUrl: { ...revision, AssetId } };
    default:
      return revisionExport(revision, Bucket, 'examples/${Asset.Name}');
  }
}

function importDetails(
  { account, options }: Context,
  type: JobTypeName,
  revision: RevisionKey,
  bucket: string,
): RequestDetails {
  switch (type) {
    case 'IMPORT_ASSET_FROM_SIGNED_URL':
      return urlImport(revision, 'prices.csv', HASH);
    case 'CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET':
      return { CreateS3DataAccessFromS3Bucket: { ...revision, AssetSource: { Bucket: bucket, Keys: ['one.txt'] } } };
    case 'IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES': {
      const AssetSources = [{ DataShareArn: options.REDSHIFT_DATA_SHARE_ARN }];
      return { ImportAssetsFromRedshiftDataShares: { ...revision, AssetSources } };
    }
    case 'IMPORT_ASSET_FROM_API_GATEWAY_API': {
      const { API_ID: ApiId, API_STAGE: Stage } = options;
      const api = { ApiId, Stage, ApiName: 'Acceptance', ProtocolType: 'REST' as const };
      return { ImportAssetFromApiGatewayApi: { ...revision, ...api, ApiSpecificationMd5Hash: HASH } };
    }
    case 'IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY': {
      const Expression = [{ TagKey: 'acceptance', TagValues: ['yes'] }];
      const policy = { CatalogId: account, RoleArn: options.LAKE_FORMATION_ROLE_ARN };
      const Database = { Expression, Permissions: ['DESCRIBE' as const] };
      return { ImportAssetsFromLakeFormationTagPolicy: { ...revision, ...policy, Database } };
    }
    default:
      return s3Import(revision, bucket, ['one.txt']);
  }
}
