import { JOB_TYPE_NAMES, JOB_TYPES, type JobType, type JobTypeName } from './job-types';

/**
 * What the type's execution role may do. Nothing that runs in Lambda imports this module: `npm run build` writes the
 * schema's `handlers.*.permissions`, `resource-role.yaml` and the role in `tools/package/register.yml` from it.
 */

export const HANDLERS = ['create', 'read', 'update', 'delete', 'list'] as const;
export type Handler = (typeof HANDLERS)[number];

/** What an action is allowed on. `tools/generate/register-rights.ts` says how a policy names each. */
export type Place =
  | 'anything'
  | 'jobsOfTheTypes'
  | 'dataSetsOfTheAccount'
  | 'bucketsOfTheService'
  | 'sourceBuckets'
  | 'sourceObjects'
  | 'targetBuckets'
  | 'targetObjects'
  | 'keys'
  | 'datashares'
  | 'apis'
  | 'lakeFormationRole';

/** Actions on one place: a statement of the execution role. */
export interface Right {
  readonly on: Place;
  /** IAM action → the handlers that need it. */
  readonly actions: Readonly<Record<string, readonly Handler[]>>;
}

/** StartJob makes the service act with the caller's rights, and these handlers call it. */
const STARTING: readonly Handler[] = ['create', 'update'];

/**
 * Every right by its name, which is also its statement's Sid. Sources: User Guide, "AWS Data Exchange API permissions";
 * Service Authorization Reference; the managed policies for providers.
 */
export const RIGHTS = {
  RunJobs: {
    on: 'jobsOfTheTypes',
    actions: { 'dataexchange:CreateJob': ['create'], 'dataexchange:StartJob': STARTING },
  },
  // Of a job that is gone the service knows no type: a condition on the type would turn NotFound into AccessDenied.
  ManageJobs: {
    on: 'anything',
    actions: {
      'dataexchange:GetJob': ['create', 'read', 'update', 'delete'],
      'dataexchange:CancelJob': ['delete'],
      'dataexchange:ListJobs': ['create', 'list'],
    },
  },
  // The revision that a job fills, which may be the job's own, and its assets.
  ManageRevisions: {
    on: 'dataSetsOfTheAccount',
    actions: {
      'dataexchange:CreateRevision': ['create'],
      'dataexchange:GetRevision': HANDLERS,
      'dataexchange:UpdateRevision': ['create', 'update', 'delete'],
      // UpdateRevision asks for these two where the service publishes a revision as soon as it is finalised.
      'dataexchange:PublishDataSet': ['create', 'update'],
      'dataexchange:PublishToDataGrant': ['create', 'update'],
      'dataexchange:RevokeRevision': ['delete'],
      'dataexchange:DeleteRevision': ['create', 'delete'],
      'dataexchange:ListDataSetRevisions': ['create', 'delete'],
      // CreateRevision asks for it where the revision gets tags.
      'dataexchange:TagResource': ['create', 'update'],
      'dataexchange:UntagResource': ['update'],
      'dataexchange:ListRevisionAssets': ['create', 'read', 'update'],
    },
  },
  CreateAssets: { on: 'anything', actions: { 'dataexchange:CreateAsset': STARTING } },
  ReadAssets: { on: 'anything', actions: { 'dataexchange:GetAsset': STARTING } },
  ReadRevisions: {
    on: 'anything',
    actions: { 'dataexchange:GetRevision': STARTING, 'dataexchange:GetDataSet': STARTING },
  },
  // To say which assets an export that failed would have written to one key.
  ListExportedAssets: { on: 'anything', actions: { 'dataexchange:ListRevisionAssets': STARTING } },
  WriteBucketsOfTheService: {
    on: 'bucketsOfTheService',
    actions: { 's3:PutObject': STARTING, 's3:PutObjectAcl': STARTING },
  },
  ReadBucketsOfTheService: { on: 'bucketsOfTheService', actions: { 's3:GetObject': STARTING } },
  ListSourceBuckets: {
    on: 'sourceBuckets',
    actions: { 's3:GetBucketLocation': STARTING, 's3:ListBucket': STARTING },
  },
  ReadSourceObjects: { on: 'sourceObjects', actions: { 's3:GetObject': STARTING } },
  // S3 asks for it where the objects are encrypted with a KMS key.
  DecryptSourceObjects: { on: 'keys', actions: { 'kms:Decrypt': STARTING } },
  ListTargetBuckets: {
    on: 'targetBuckets',
    actions: { 's3:GetBucketLocation': STARTING, 's3:ListBucket': STARTING },
  },
  WriteTargetObjects: { on: 'targetObjects', actions: { 's3:PutObject': STARTING, 's3:PutObjectAcl': STARTING } },
  // Where the template asks for encryption with a KMS key.
  EncryptTargetObjects: {
    on: 'keys',
    actions: { 'kms:Encrypt': STARTING, 'kms:GenerateDataKey': STARTING, 'kms:DescribeKey': STARTING },
  },
  GrantKeysToSubscribers: { on: 'keys', actions: { 'kms:CreateGrant': STARTING } },
  AuthorizeDatashares: { on: 'datashares', actions: { 'redshift:AuthorizeDataShare': STARTING } },
  DescribeDatashares: {
    on: 'anything',
    actions: { 'redshift:DescribeDataShares': STARTING, 'redshift:DescribeDataSharesForProducer': STARTING },
  },
  ReadApis: { on: 'apis', actions: { 'apigateway:GET': STARTING } },
  // The role is passed with CreateJob.
  PassLakeFormationRole: { on: 'lakeFormationRole', actions: { 'iam:PassRole': ['create'] } },
} as const satisfies Readonly<Record<string, Right>>;

export type RightName = keyof typeof RIGHTS;
export const RIGHT_NAMES = Object.keys(RIGHTS) as readonly RightName[];

/** What the handlers call themselves. */
const OF_EVERY_JOB: readonly RightName[] = ['RunJobs', 'ManageJobs'];
const OF_JOBS_THAT_FILL_REVISIONS: readonly RightName[] = ['ManageRevisions'];

/** What the service does with the caller's rights while a job runs. */
const OF_TYPE: Readonly<Record<JobTypeName, readonly RightName[]>> = {
  IMPORT_ASSETS_FROM_S3: [
    'CreateAssets',
    'WriteBucketsOfTheService',
    'ListSourceBuckets',
    'ReadSourceObjects',
    'DecryptSourceObjects',
  ],
  IMPORT_ASSET_FROM_SIGNED_URL: ['CreateAssets', 'WriteBucketsOfTheService'],
  IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES: ['CreateAssets', 'AuthorizeDatashares', 'DescribeDatashares'],
  IMPORT_ASSET_FROM_API_GATEWAY_API: ['CreateAssets', 'WriteBucketsOfTheService', 'ReadApis'],
  IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY: ['CreateAssets', 'PassLakeFormationRole'],
  CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET: ['CreateAssets', 'ListSourceBuckets', 'GrantKeysToSubscribers'],
  EXPORT_ASSETS_TO_S3: [
    'ReadAssets',
    'ListExportedAssets',
    'ReadBucketsOfTheService',
    'ListTargetBuckets',
    'WriteTargetObjects',
    'EncryptTargetObjects',
  ],
  EXPORT_ASSET_TO_SIGNED_URL: ['ReadAssets', 'ReadBucketsOfTheService'],
  EXPORT_REVISIONS_TO_S3: [
    'ReadRevisions',
    'ListExportedAssets',
    'ReadBucketsOfTheService',
    'ListTargetBuckets',
    'WriteTargetObjects',
    'EncryptTargetObjects',
  ],
};

/** The job types whose jobs need a right, in the order of the table of job types. */
export function typesThatNeed(right: RightName): readonly JobTypeName[] {
  return JOB_TYPE_NAMES.filter((name) => {
    const type: JobType = JOB_TYPES[name];
    const ofRevision = type.ownRevision === true ? OF_JOBS_THAT_FILL_REVISIONS : [];
    return [...OF_EVERY_JOB, ...ofRevision, ...OF_TYPE[name]].includes(right);
  });
}

/** The IAM actions that a handler needs for any of the job types, sorted. */
export function permissionsOf(handler: Handler): readonly string[] {
  const rights: readonly Right[] = Object.values(RIGHTS);
  const needed = rights.flatMap(({ actions }) =>
    Object.keys(actions).filter((action) => actions[action]?.includes(handler)),
  );
  return [...new Set(needed)].sort();
}
