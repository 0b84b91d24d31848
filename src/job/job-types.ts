import { own, valueAt, valuesAt } from './properties';

/** A property that a template gives, and its place in the job type's branch of the API's `Details`. */
export interface Input {
  readonly property: string;
  /** Path below the branch, dotted: `Encryption.Type`. */
  readonly member: string;
  readonly required?: true;
  /** The value that the service uses where the template leaves the property out. */
  readonly default?: string;
  /** In a list: the values that the service uses for members that an entry leaves out, and may show there. */
  readonly memberDefaults?: Readonly<Record<string, string>>;
}

/** A read-only property that only some job types have. */
export type Attribute =
  | { readonly property: string; readonly member: string }
  /** It is a member of the asset that the job has made (API_AssetEntry). */
  | { readonly property: string; readonly asset: string };

/** A rule between the properties of one job type. */
export type Rule =
  | { readonly rule: 'both-or-neither'; readonly properties: readonly [string, string] }
  | { readonly rule: 'at-least-one'; readonly properties: readonly string[] }
  /** `property` is given if and only if `selector` has the value `value`. */
  | { readonly rule: 'only-with'; readonly property: string; readonly selector: string; readonly value: string }
  | { readonly rule: 'only-without'; readonly property: string; readonly other: string }
  /** `property` may be true only where `other` is. */
  | { readonly rule: 'true-with'; readonly property: string; readonly other: string }
  /** No two entries of a list agree in all of these members. `why`: what is wrong if they do. */
  | { readonly rule: 'distinct'; readonly property: string; readonly members: readonly string[]; readonly why: string }
  /** `property` is allowed only where `other` is given and has the `value`, if there is one. */
  | { readonly rule: 'needs'; readonly property: string; readonly other: string; readonly value?: boolean };

/**
 * A file that a job type wants uploaded to a URL of its own between CreateJob and StartJob. The template may hold the
 * file's content; its hash is then computed.
 */
export interface Upload {
  /** The write-only property with the content. */
  readonly content: string;
  /** The property that says how the content is written: `utf-8` (the default) or `base64`. */
  readonly encoding?: string;
  /** The property with the Base64 MD5 digest of the content: required where the content is not given. */
  readonly hash: string;
  /** The attributes with the URL and its end (ISO 8601). */
  readonly url: string;
  readonly expiresAt: string;
  /** What the content has to be. */
  readonly format: 'text' | 'json';
}

/**
 * How the assets that a job has made are found among those of its revision: by something that its sources say of them.
 */
export interface MadeAssets {
  /** What the sources say, in their order. @param branch the type's branch of `Details` */
  readonly expected: (branch: unknown) => readonly unknown[];
  /** What an asset says (API_AssetEntry). */
  readonly found: (asset: unknown) => unknown;
}

/** What sets one job type apart from the others. Its rights are in rights.ts, which nothing at run time needs. */
export interface JobType {
  /** The member of RequestDetails and ResponseDetails that belongs to the type. */
  readonly details: string;
  /** What a message calls the work. */
  readonly noun: string;
  readonly inputs: readonly Input[];
  readonly attributes?: readonly Attribute[];
  readonly rules?: readonly Rule[];
  /** Set where a template may leave out RevisionId: create then makes a revision, which belongs to the job. */
  readonly ownRevision?: true;
  readonly upload?: Upload;
  readonly madeAssets?: MadeAssets;
  /**
   * How many jobs of the type may be IN_PROGRESS at once in an account and Region (AWS General Reference, quotas; not
   * adjustable).
   */
  readonly concurrentJobs: number;
}

const DATA_SET: Input = { property: 'DataSetId', member: 'DataSetId', required: true };
const REVISION: Input = { property: 'RevisionId', member: 'RevisionId', required: true };

/**
 * What the job types have in common that fill a revision: it may be one of their own, and finalised when they are done.
 */
const REVISION_OR_OWN: Input = { property: 'RevisionId', member: 'RevisionId' };
const OWN_REVISION_RULES: readonly Rule[] = [
  { rule: 'only-without', property: 'RevisionComment', other: 'RevisionId' },
  { rule: 'only-without', property: 'RevisionTags', other: 'RevisionId' },
  { rule: 'distinct', property: 'RevisionTags', members: ['Key'], why: 'has the same Key as' },
  { rule: 'only-without', property: 'RevokeOnDelete', other: 'RevisionId' },
  { rule: 'needs', property: 'RevocationComment', other: 'RevokeOnDelete', value: true },
  { rule: 'true-with', property: 'FinalizeRevision', other: 'StartOnCreation' },
];
const OWN_REVISION_PROPERTIES = [
  'RevisionComment',
  'RevisionTags',
  'FinalizeRevision',
  'RevokeOnDelete',
  'RevocationComment',
] as const;

/** The properties that go with every job type. */
export const COMMON_PROPERTIES: readonly string[] = ['Type', 'StartOnCreation', 'Triggers'];

function encryption(prefix: string): { inputs: readonly Input[]; rule: Rule } {
  const selector = `${prefix}EncryptionType`;
  const key = `${prefix}EncryptionKmsKeyArn`;
  return {
    inputs: [
      { property: selector, member: 'Encryption.Type' },
      { property: key, member: 'Encryption.KmsKeyArn' },
    ],
    rule: { rule: 'only-with', property: key, selector, value: 'aws:kms' },
  };
}

const ASSET_ENCRYPTION = encryption('S3AssetDestination');
const REVISION_ENCRYPTION = encryption('S3RevisionDestination');

const LF_TAG_POLICY = 'AssetDetails.LakeFormationDataPermissionAsset.LakeFormationDataPermissionDetails.LFTagPolicy';

/**
 * A tag policy becomes one asset for its databases and one for its tables (API_LFTagPolicyDetails, member
 * ResourceType).
 */
function lakeFormationResources(branch: unknown): readonly string[] {
  return ['Database', 'Table']
    .filter((member) => valueAt(branch, member) !== undefined)
    .map((member) => member.toUpperCase());
}

/** The nine job types (API_CreateJob, member Type), by name. The only place that knows them. */
export const JOB_TYPES = {
  IMPORT_ASSETS_FROM_S3: {
    details: 'ImportAssetsFromS3',
    noun: 'import',
    inputs: [DATA_SET, REVISION_OR_OWN, { property: 'S3AssetSources', member: 'AssetSources', required: true }],
    rules: OWN_REVISION_RULES,
    ownRevision: true,
    madeAssets: {
      expected: (branch) => valuesAt(branch, 'AssetSources.Key'),
      found: (asset) => valueAt(asset, 'Name'),
    },
    concurrentJobs: 10,
  },
  IMPORT_ASSET_FROM_SIGNED_URL: {
    details: 'ImportAssetFromSignedUrl',
    noun: 'import',
    inputs: [
      DATA_SET,
      REVISION_OR_OWN,
      { property: 'UrlAssetName', member: 'AssetName', required: true },
      { property: 'UrlAssetMd5Hash', member: 'Md5Hash' },
    ],
    attributes: [
      { property: 'SignedUrl', member: 'SignedUrl' },
      { property: 'SignedUrlExpiresAt', member: 'SignedUrlExpiresAt' },
    ],
    rules: [...OWN_REVISION_RULES, { rule: 'needs', property: 'UrlAssetContentEncoding', other: 'UrlAssetContent' }],
    ownRevision: true,
    upload: {
      content: 'UrlAssetContent',
      encoding: 'UrlAssetContentEncoding',
      hash: 'UrlAssetMd5Hash',
      url: 'SignedUrl',
      expiresAt: 'SignedUrlExpiresAt',
      format: 'text',
    },
    madeAssets: { expected: (branch) => valuesAt(branch, 'AssetName'), found: (asset) => valueAt(asset, 'Name') },
    concurrentJobs: 10,
  },
  EXPORT_ASSETS_TO_S3: {
    details: 'ExportAssetsToS3',
    noun: 'export',
    inputs: [
      DATA_SET,
      REVISION,
      { property: 'S3AssetDestinations', member: 'AssetDestinations', required: true },
      ...ASSET_ENCRYPTION.inputs,
    ],
    rules: [
      ASSET_ENCRYPTION.rule,
      {
        rule: 'distinct',
        property: 'S3AssetDestinations',
        members: ['Bucket', 'Key'],
        why: 'would write the same object as',
      },
    ],
    concurrentJobs: 10,
  },
  EXPORT_ASSET_TO_SIGNED_URL: {
    details: 'ExportAssetToSignedUrl',
    noun: 'export',
    inputs: [DATA_SET, REVISION, { property: 'AssetId', member: 'AssetId', required: true }],
    attributes: [
      { property: 'SignedUrl', member: 'SignedUrl' },
      { property: 'SignedUrlExpiresAt', member: 'SignedUrlExpiresAt' },
    ],
    concurrentJobs: 10,
  },
  EXPORT_REVISIONS_TO_S3: {
    details: 'ExportRevisionsToS3',
    noun: 'export',
    inputs: [
      DATA_SET,
      {
        property: 'S3RevisionDestinations',
        member: 'RevisionDestinations',
        required: true,
        memberDefaults: { KeyPattern: '${Asset.Name}' },
      },
      ...REVISION_ENCRYPTION.inputs,
    ],
    rules: [REVISION_ENCRYPTION.rule],
    concurrentJobs: 5,
  },
  IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES: {
    details: 'ImportAssetsFromRedshiftDataShares',
    noun: 'import',
    inputs: [
      DATA_SET,
      REVISION_OR_OWN,
      { property: 'RedshiftDataShareAssetSources', member: 'AssetSources', required: true },
    ],
    rules: OWN_REVISION_RULES,
    ownRevision: true,
    madeAssets: {
      expected: (branch) => valuesAt(branch, 'AssetSources.DataShareArn'),
      found: (asset) => valueAt(asset, 'AssetDetails.RedshiftDataShareAsset.Arn'),
    },
    concurrentJobs: 10,
  },
  IMPORT_ASSET_FROM_API_GATEWAY_API: {
    details: 'ImportAssetFromApiGatewayApi',
    noun: 'import',
    inputs: [
      DATA_SET,
      REVISION_OR_OWN,
      { property: 'ApiGatewayApiId', member: 'ApiId', required: true },
      { property: 'ApiGatewayApiName', member: 'ApiName', required: true },
      { property: 'ApiGatewayStage', member: 'Stage', required: true },
      { property: 'ApiGatewayApiSpecificationMd5Hash', member: 'ApiSpecificationMd5Hash' },
      { property: 'ApiGatewayProtocolType', member: 'ProtocolType', default: 'REST' },
      { property: 'ApiGatewayApiDescription', member: 'ApiDescription' },
      { property: 'ApiGatewayApiKey', member: 'ApiKey' },
    ],
    attributes: [
      { property: 'ApiSpecificationUploadUrl', member: 'ApiSpecificationUploadUrl' },
      { property: 'ApiSpecificationUploadUrlExpiresAt', member: 'ApiSpecificationUploadUrlExpiresAt' },
    ],
    rules: OWN_REVISION_RULES,
    ownRevision: true,
    upload: {
      content: 'ApiGatewayApiSpecification',
      hash: 'ApiGatewayApiSpecificationMd5Hash',
      url: 'ApiSpecificationUploadUrl',
      expiresAt: 'ApiSpecificationUploadUrlExpiresAt',
      format: 'json',
    },
    madeAssets: { expected: (branch) => valuesAt(branch, 'ApiName'), found: (asset) => valueAt(asset, 'Name') },
    concurrentJobs: 10,
  },
  CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET: {
    details: 'CreateS3DataAccessFromS3Bucket',
    noun: 'creation of S3 data access',
    inputs: [DATA_SET, REVISION_OR_OWN, { property: 'S3DataAccessAssetSource', member: 'AssetSource', required: true }],
    attributes: [
      { property: 'S3AccessPointAlias', asset: 'AssetDetails.S3DataAccessAsset.S3AccessPointAlias' },
      { property: 'S3AccessPointArn', asset: 'AssetDetails.S3DataAccessAsset.S3AccessPointArn' },
    ],
    rules: OWN_REVISION_RULES,
    ownRevision: true,
    madeAssets: {
      expected: (branch) => valuesAt(branch, 'AssetSource.Bucket'),
      found: (asset) => valueAt(asset, 'AssetDetails.S3DataAccessAsset.Bucket'),
    },
    concurrentJobs: 5,
  },
  IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY: {
    details: 'ImportAssetsFromLakeFormationTagPolicy',
    noun: 'import',
    inputs: [
      DATA_SET,
      REVISION_OR_OWN,
      { property: 'LakeFormationCatalogId', member: 'CatalogId', required: true },
      { property: 'LakeFormationRoleArn', member: 'RoleArn', required: true },
      { property: 'LakeFormationDatabaseExpression', member: 'Database.Expression' },
      { property: 'LakeFormationDatabasePermissions', member: 'Database.Permissions' },
      { property: 'LakeFormationTableExpression', member: 'Table.Expression' },
      { property: 'LakeFormationTablePermissions', member: 'Table.Permissions' },
    ],
    rules: [
      ...OWN_REVISION_RULES,
      {
        rule: 'both-or-neither',
        properties: ['LakeFormationDatabaseExpression', 'LakeFormationDatabasePermissions'],
      },
      { rule: 'both-or-neither', properties: ['LakeFormationTableExpression', 'LakeFormationTablePermissions'] },
      { rule: 'at-least-one', properties: ['LakeFormationDatabaseExpression', 'LakeFormationTableExpression'] },
    ],
    ownRevision: true,
    madeAssets: { expected: lakeFormationResources, found: (asset) => valueAt(asset, `${LF_TAG_POLICY}.ResourceType`) },
    concurrentJobs: 5,
  },
} as const satisfies Record<string, JobType>;

export type JobTypeName = keyof typeof JOB_TYPES;
export const JOB_TYPE_NAMES = Object.keys(JOB_TYPES) as readonly JobTypeName[];

/** The table's entry for what somebody wrote as `Type`; undefined where that is none of the nine. */
export function jobType(name: unknown): JobType | undefined {
  return typeof name === 'string' ? (own(JOB_TYPES, name) as JobType | undefined) : undefined;
}

/** The properties that a template may give with a job type, beyond those of every job. */
export function ownProperties(type: JobType): readonly string[] {
  return [
    ...type.inputs.map((input) => input.property),
    ...(type.upload === undefined ? [] : [type.upload.content]),
    ...(type.upload?.encoding === undefined ? [] : [type.upload.encoding]),
    ...(type.ownRevision === true ? OWN_REVISION_PROPERTIES : []),
  ];
}

/** The job types to which a property belongs. */
export function typesWith(property: string): readonly JobTypeName[] {
  return JOB_TYPE_NAMES.filter((name) => ownProperties(JOB_TYPES[name]).includes(property));
}
