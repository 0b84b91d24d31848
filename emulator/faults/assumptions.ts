import type { JobError } from '../store/records';

/**
 * What was decided where the service's papers are silent (design.md section 10). Every decision is one switch: its default is the decision, its
 * other values are what the service might do instead. A fault script sets them under `assumptions`; README.md lists them from here.
 */
export interface Assumptions {
  jobSeconds: number | Record<string, number>;
  retentionDays: number;
  signedUrlSeconds: number;
  createLag: { calls?: number; seconds?: number };
  startLag: { reads?: number; seconds?: number };
  concurrentJobs: Record<string, number>;
  limits: Record<string, number>;
  overQuota: '402' | '409' | '429' | '400' | 'job-error';
  createJobChecks: 'all' | 'details';
  startJobChecks: 'state' | 'all';
  finalizedRevisionImport: 'CreateJob' | 'StartJob' | 'job' | 'allowed';
  assetTypeMismatch: 'refused' | 'allowed';
  s3Import: 'atomic' | 'partial';
  duplicateSources: 'two-assets' | 'refused';
  jobErrorCodes: Partial<Record<JobErrorSituation, string>>;
  uploadAgain: 'allowed' | 'refused';
  uploadAfterStart: 'refused' | 'allowed';
  downloads: 'unlimited' | 'once';
  md5Check: 'pattern' | 'digest';
  finalizeEmptyRevision: 'refused' | 'allowed';
  changeFinalizedRevision: 'refused' | 'allowed';
  deleteFinalizedRevision: 'refused' | 'allowed';
  deleteRevokedRevision: 'allowed' | 'refused';
  revokeUnpublishedRevision: 'refused' | 'allowed';
  exportUnfinalizedRevision: 'allowed' | 'refused';
  emptyLists: 'refused' | 'allowed';
  revisionsPerExport: number;
  kmsWithoutKey: 'refused' | 'allowed';
  unknownKeyReferences: 'refused' | 'literal';
  createdAtInKeys: 'milliseconds' | 'seconds';
  keyCollision: 'job-error' | 'last-wins';
  lakeFormationNeither: 'refused' | 'allowed';
  pageSize: number;
  unknownDataSetInListJobs: 'refused' | 'empty';
  nestedRevisionsInListJobs: 'found' | 'ignored';
  badToken: 'refused' | 'first-page';
  malformedId: '400' | '404';
  unsignedRequests: 'refused' | 'accepted';
}

/** What can go wrong inside a job. */
export type JobErrorSituation =
  | 'missingObject'
  | 'missingBucket'
  | 'impossibleKey'
  | 'bucketDenied'
  | 'missingUpload'
  | 'wrongMd5'
  | 'missingResource'
  | 'finalizedRevision'
  | 'keyCollision'
  | 'notExportable'
  | 'overQuota';

export const JOB_ERROR_CODES = [
  'ACCESS_DENIED_EXCEPTION',
  'INTERNAL_SERVER_EXCEPTION',
  'MALWARE_DETECTED',
  'RESOURCE_NOT_FOUND_EXCEPTION',
  'SERVICE_QUOTA_EXCEEDED_EXCEPTION',
  'VALIDATION_EXCEPTION',
  'MALWARE_SCAN_ENCRYPTED_FILE',
];

/** The Code of a job's error in each situation, unless `jobErrorCodes` says another. */
export const CODE_OF_SITUATION: Record<JobErrorSituation, JobError['Code']> = {
  missingObject: 'RESOURCE_NOT_FOUND_EXCEPTION',
  missingBucket: 'RESOURCE_NOT_FOUND_EXCEPTION',
  impossibleKey: 'VALIDATION_EXCEPTION',
  bucketDenied: 'ACCESS_DENIED_EXCEPTION',
  missingUpload: 'VALIDATION_EXCEPTION',
  wrongMd5: 'VALIDATION_EXCEPTION',
  missingResource: 'RESOURCE_NOT_FOUND_EXCEPTION',
  finalizedRevision: 'VALIDATION_EXCEPTION',
  keyCollision: 'VALIDATION_EXCEPTION',
  notExportable: 'VALIDATION_EXCEPTION',
  overQuota: 'SERVICE_QUOTA_EXCEEDED_EXCEPTION',
};

interface Switch<T> {
  byDefault: T;
  /** JSON schema of the values a script may give. */
  schema: object;
  meaning: string;
}

const seconds = { type: 'number', minimum: 0 };
const count = { type: 'integer', minimum: 0 };
const numbersByName = { type: 'object', additionalProperties: count };
const oneOf = (...values: string[]) => ({ enum: values });

/** The table: default, values, meaning of each switch. */
export const ASSUMPTIONS: { [Name in keyof Assumptions]: Switch<Assumptions[Name]> } = {
  jobSeconds: {
    byDefault: 2,
    schema: { anyOf: [seconds, { type: 'object', additionalProperties: seconds }] },
    meaning: 'how long a job runs, or one number per job type (`--job-seconds` sets the default)',
  },
  retentionDays: { byDefault: 90, schema: seconds, meaning: 'after how many days a job is gone (90 is documented)' },
  signedUrlSeconds: {
    byDefault: 60,
    schema: { type: 'number', minimum: 1 },
    meaning: 'life of signed URLs (60 is documented; that of the API specification is not)',
  },
  createLag: {
    byDefault: {},
    schema: { type: 'object', additionalProperties: false, properties: { calls: count, seconds } },
    meaning: 'how long a new job answers 404: calls that name it, seconds, or both',
  },
  startLag: {
    byDefault: {},
    schema: { type: 'object', additionalProperties: false, properties: { reads: count, seconds } },
    meaning: 'how long a started job still shows WAITING: GetJob calls, seconds, or both',
  },
  concurrentJobs: {
    byDefault: {},
    schema: numbersByName,
    meaning: 'other quotas of running jobs, by job type',
  },
  limits: {
    byDefault: {},
    schema: numbersByName,
    meaning: 'other values of the remaining limits, by LimitName (`Assets per revision`, `Data sets per account`, …)',
  },
  overQuota: {
    byDefault: '402',
    schema: oneOf('402', '409', '429', '400', 'job-error'),
    meaning: 'what StartJob answers over quota; `job-error` accepts it and ends the job in ERROR at once',
  },
  createJobChecks: {
    byDefault: 'all',
    schema: oneOf('all', 'details'),
    meaning: 'whether CreateJob looks for the data set, revisions and assets (404), or leaves that to the running job',
  },
  startJobChecks: {
    byDefault: 'state',
    schema: oneOf('state', 'all'),
    meaning:
      'whether StartJob looks at the state only, or also for data set, revisions, assets (404) and the upload (400)',
  },
  finalizedRevisionImport: {
    byDefault: 'CreateJob',
    schema: oneOf('CreateJob', 'StartJob', 'job', 'allowed'),
    meaning: 'where an import into a finalized revision is refused (409), or ends in ERROR, or works',
  },
  assetTypeMismatch: {
    byDefault: 'refused',
    schema: oneOf('refused', 'allowed'),
    meaning: 'a job type that does not fit the asset type of the data set, at CreateJob (400)',
  },
  s3Import: {
    byDefault: 'atomic',
    schema: oneOf('atomic', 'partial'),
    meaning: 'whether the objects that were found stay when another is missing',
  },
  duplicateSources: {
    byDefault: 'two-assets',
    schema: oneOf('two-assets', 'refused'),
    meaning: 'the same bucket and key twice in one S3 import',
  },
  jobErrorCodes: {
    byDefault: {},
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(
        Object.keys(CODE_OF_SITUATION).map((situation) => [situation, { enum: JOB_ERROR_CODES }]),
      ),
    },
    meaning: `other codes of job errors, by situation: ${Object.keys(CODE_OF_SITUATION).join(', ')}`,
  },
  uploadAgain: { byDefault: 'allowed', schema: oneOf('allowed', 'refused'), meaning: 'a second PUT before StartJob' },
  uploadAfterStart: {
    byDefault: 'refused',
    schema: oneOf('refused', 'allowed'),
    meaning: 'a PUT after StartJob (403)',
  },
  downloads: {
    byDefault: 'unlimited',
    schema: oneOf('unlimited', 'once'),
    meaning: 'how often the URL of an export can be read',
  },
  md5Check: {
    byDefault: 'pattern',
    schema: oneOf('pattern', 'digest'),
    meaning: 'whether CreateJob checks the pattern of a hash only, or also that it is 16 bytes',
  },
  finalizeEmptyRevision: {
    byDefault: 'refused',
    schema: oneOf('refused', 'allowed'),
    meaning: 'finalizing a revision without assets (400)',
  },
  changeFinalizedRevision: {
    byDefault: 'refused',
    schema: oneOf('refused', 'allowed'),
    meaning: 'comment and assets of a finalized revision (409)',
  },
  deleteFinalizedRevision: {
    byDefault: 'refused',
    schema: oneOf('refused', 'allowed'),
    meaning: 'DeleteRevision of a finalized, unpublished revision (409; reopen it first)',
  },
  deleteRevokedRevision: {
    byDefault: 'allowed',
    schema: oneOf('allowed', 'refused'),
    meaning: 'DeleteRevision of a revoked revision',
  },
  revokeUnpublishedRevision: {
    byDefault: 'refused',
    schema: oneOf('refused', 'allowed'),
    meaning: 'RevokeRevision of a finalized revision that is not published (409)',
  },
  exportUnfinalizedRevision: {
    byDefault: 'allowed',
    schema: oneOf('allowed', 'refused'),
    meaning: 'whether an owner may export from a revision that is not finalized (409 at CreateJob)',
  },
  emptyLists: {
    byDefault: 'refused',
    schema: oneOf('refused', 'allowed'),
    meaning: 'sources or destinations that are an empty list (400)',
  },
  revisionsPerExport: {
    byDefault: 1,
    schema: { type: 'integer', minimum: 1 },
    meaning: 'destinations in one EXPORT_REVISIONS_TO_S3; more are 400',
  },
  kmsWithoutKey: {
    byDefault: 'refused',
    schema: oneOf('refused', 'allowed'),
    meaning: '`aws:kms` without KmsKeyArn (400)',
  },
  unknownKeyReferences: {
    byDefault: 'refused',
    schema: oneOf('refused', 'literal'),
    meaning: 'a `${…}` in a KeyPattern that is not one of the documented ones (400)',
  },
  createdAtInKeys: {
    byDefault: 'milliseconds',
    schema: oneOf('milliseconds', 'seconds'),
    meaning: 'how `${Revision.CreatedAt}` is written in ISO 8601',
  },
  keyCollision: {
    byDefault: 'job-error',
    schema: oneOf('job-error', 'last-wins'),
    meaning: 'two assets that resolve to one key (failure is documented for revisions, its code is not)',
  },
  lakeFormationNeither: {
    byDefault: 'refused',
    schema: oneOf('refused', 'allowed'),
    meaning: 'a tag policy with neither Database nor Table (400)',
  },
  pageSize: {
    byDefault: 25,
    schema: { type: 'integer', minimum: 1, maximum: 200 },
    meaning: 'page size of lists without maxResults',
  },
  unknownDataSetInListJobs: {
    byDefault: 'refused',
    schema: oneOf('refused', 'empty'),
    meaning: 'ListJobs of a data set that does not exist (404)',
  },
  nestedRevisionsInListJobs: {
    byDefault: 'found',
    schema: oneOf('found', 'ignored'),
    meaning: 'whether `revisionId` of ListJobs also finds the revisions of EXPORT_REVISIONS_TO_S3',
  },
  badToken: { byDefault: 'refused', schema: oneOf('refused', 'first-page'), meaning: 'a nextToken that is none (400)' },
  malformedId: { byDefault: '400', schema: oneOf('400', '404'), meaning: 'an id outside the pattern in the path' },
  unsignedRequests: {
    byDefault: 'refused',
    schema: oneOf('refused', 'accepted'),
    meaning: 'API requests without a signature (403)',
  },
};

/** The decisions as they stand, with what a script and the command line change. */
export function assumptionsWith(...changes: Partial<Assumptions>[]): Assumptions {
  const defaults = Object.fromEntries(Object.entries(ASSUMPTIONS).map(([name, { byDefault }]) => [name, byDefault]));
  return Object.assign({}, defaults, ...changes) as Assumptions;
}
