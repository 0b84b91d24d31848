import { LONGEST_URL_LIFE } from '../signed-urls';
import type { JobError } from './job-plan';

/** A decision about what the service does where its documents are silent, or where a test wants another figure. */
export interface Assumption<Value> {
  readonly default: Value;
  /** The default and what else to try: every allowed value of a choice, examples of a number or a map. */
  readonly values: readonly Value[];
  /** JSON schema of the allowed values. */
  readonly schema: object;
  /** What it decides, for people. */
  readonly sentence: string;
  /** What is known of the live service: the default is confirmed, refuted or open, and why. */
  readonly evidence: string;
}

/** What can go wrong inside a job. */
export type JobErrorSituation = keyof typeof CODE_OF_SITUATION;

export const JOB_ERROR_CODES = [
  'ACCESS_DENIED_EXCEPTION',
  'INTERNAL_SERVER_EXCEPTION',
  'MALWARE_DETECTED',
  'RESOURCE_NOT_FOUND_EXCEPTION',
  'SERVICE_QUOTA_EXCEEDED_EXCEPTION',
  'VALIDATION_EXCEPTION',
  'MALWARE_SCAN_ENCRYPTED_FILE',
];

/** The Code of a job's error in each situation, unless `jobErrorCodes` names another. */
export const CODE_OF_SITUATION = {
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
} as const satisfies Record<string, JobError['Code']>;

const seconds = { type: 'number', minimum: 0 };
const count = { type: 'integer', minimum: 0 };
const numbersByName = { type: 'object', additionalProperties: count };

/** The table of all assumptions. A fault script sets them under `assumptions`; README.md lists them. */
export const ASSUMPTIONS = {
  jobSeconds: open<number | 'live' | Readonly<Record<string, number>>>(
    2,
    [0, 30, 'live', { IMPORT_ASSETS_FROM_S3: 30 }],
    { anyOf: [seconds, { enum: ['live'] }, { type: 'object', additionalProperties: seconds }] },
    'how long a job runs: one number, one per job type, or `"live"` for 15 to 45 s (`--job-seconds` sets the default)',
    'refuted, and kept for tests: small jobs take tens of seconds (alchemy, Terraform, examples of the User Guide)',
  ),
  retentionDays: open(90, [1], seconds, 'after how many days a job is gone', 'confirmed: User Guide, jobs'),
  signedUrlSeconds: open(
    60,
    [5, 3600],
    { type: 'number', minimum: 1, maximum: LONGEST_URL_LIFE },
    'life of signed URLs',
    'confirmed: User Guide, one minute; open for the URL of an API specification',
  ),
  createLag: open<{ readonly calls?: number; readonly seconds?: number }>(
    {},
    [{ calls: 2 }, { seconds: 5 }],
    { type: 'object', additionalProperties: false, properties: { calls: count, seconds } },
    'how long a new job answers 404: calls that name it, seconds, or both',
    'confirmed: alchemy and Terraform start a job at once, without retries; a lag of one call is refuted',
  ),
  startLag: open<{ readonly reads?: number; readonly seconds?: number }>(
    {},
    [{ reads: 2 }, { seconds: 5 }],
    { type: 'object', additionalProperties: false, properties: { reads: count, seconds } },
    'how long a started job still shows WAITING: GetJob calls, seconds, or both',
    'open: 10 s after StartJob nobody has seen WAITING (AWS publisher coordinator, Terraform)',
  ),
  concurrentJobs: open<Readonly<Record<string, number>>>(
    {},
    [{ IMPORT_ASSETS_FROM_S3: 1 }],
    numbersByName,
    'other quotas of running jobs, by job type',
    'confirmed: 10, and 5 for exports of revisions (Service Quotas); 5 for S3 data access and Lake Formation (General Reference)',
  ),
  limits: open<Readonly<Record<string, number>>>(
    {},
    [{ 'Assets per revision': 1 }],
    numbersByName,
    'other values of the remaining limits, by LimitName (`Assets per revision`, `Data sets per account`, …)',
    'confirmed: Service Quotas; open which error CreateRevision gives, whose model lists no 402',
  ),
  overQuota: choice(
    ['402', '409', '429', '400', 'job-error'],
    'what StartJob answers over quota; `job-error` accepts it and ends the job in ERROR at once',
    'open: only the 402 has a LimitName for these quotas, but StartJob lists no 402; no job error could name them',
  ),
  createJobChecks: choice(
    ['all', 'details'],
    'whether CreateJob looks for the data set, revisions and assets (404), or leaves that to the running job',
    'open: CreateJob lists 404 and 409',
  ),
  startJobChecks: choice(
    ['state', 'all'],
    'whether StartJob looks at the state only, or also for data set, revisions, assets (404) and the upload (400)',
    'open: StartJob lists 400, 403, 404 and 409',
  ),
  finalizedRevisionImport: choice(
    ['CreateJob', 'StartJob', 'job', 'allowed'],
    'where an import into a finalized revision is refused (409), or ends in ERROR, or works',
    'open: 409 is modelled at CreateJob and at StartJob',
  ),
  assetTypeMismatch: choice(
    ['refused', 'allowed'],
    'a job type that does not fit the asset type of the data set, at CreateJob (400)',
    'open: other calls answer 400 for the wrong kind of data set',
  ),
  s3Import: choice(['atomic', 'partial'], 'whether the objects that were found stay when another is missing', 'open'),
  duplicateSources: choice(['two-assets', 'refused'], 'the same bucket and key twice in one S3 import (400)', 'open'),
  jobErrorCodes: open<Readonly<Partial<Record<JobErrorSituation, string>>>>(
    {},
    [{ missingObject: 'ACCESS_DENIED_EXCEPTION' }],
    {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(
        Object.keys(CODE_OF_SITUATION).map((situation) => [situation, { enum: JOB_ERROR_CODES }]),
      ),
    },
    `other codes of job errors, by situation: ${Object.keys(CODE_OF_SITUATION).join(', ')}`,
    'open: only the codes themselves and the members of Details are in the model',
  ),
  uploadAgain: choice(['allowed', 'refused'], 'a second PUT before StartJob', 'open'),
  uploadAfterStart: choice(['refused', 'allowed'], 'a PUT after StartJob (403)', 'open'),
  downloads: choice(['unlimited', 'once'], 'how often the URL of an export can be read', 'open'),
  md5Check: choice(
    ['pattern', 'digest'],
    'whether CreateJob checks the pattern of a hash only, or also that it is 16 bytes',
    'confirmed: Terraform creates jobs with a hash of 18 bytes; `"digest"` is refuted',
  ),
  changeEntitled: choice(
    ['400', '403', '409'],
    'the error for what only the owner of a data set may do, if it is entitled: import, change, tag, delete',
    'open: CreateEventAction and SendDataSetNotification answer 400 for the wrong kind of data set (alchemy)',
  ),
  finalizeEmptyRevision: choice(
    ['refused', 'allowed'],
    'finalizing a revision without assets (400)',
    'confirmed: User Guide; the status by a comment in alchemy',
  ),
  publishOnFinalize: choice(
    [false, true],
    'whether finalizing publishes the revision, as in a data set of a product: from then on it can only be revoked',
    'open: PublishDataSet and PublishToDataGrant are actions of their own in IAM',
  ),
  changeFinalizedRevision: choice(
    ['refused', 'allowed'],
    'changing comment or assets of a finalized revision (409)',
    'confirmed that it is refused: Terraform reopens it first; open with which error',
  ),
  deleteFinalizedRevision: choice(
    ['refused', 'allowed'],
    'DeleteRevision of a finalized, unpublished revision (409; reopen it first)',
    'confirmed that it is refused: Terraform reopens it first; open with which error',
  ),
  deleteRevokedRevision: choice(
    ['allowed', 'refused'],
    'DeleteRevision of a revoked revision (409)',
    'open: an AWS sample deletes the assets of a revoked revision and leaves the revision',
  ),
  revokeUnpublishedRevision: choice(
    ['refused', 'allowed'],
    'RevokeRevision of a finalized revision that is not published (409)',
    'open',
  ),
  exportUnfinalizedRevision: choice(
    ['allowed', 'refused'],
    'whether an owner may export from a revision that is not finalized (409 at CreateJob)',
    'confirmed for CreateJob: Terraform; `"refused"` is refuted; open for the run',
  ),
  emptyLists: choice(
    ['refused', 'allowed'],
    'sources or destinations that are an empty list (400)',
    'open: the model has no minimum',
  ),
  revisionsPerExport: open(
    1,
    [2],
    { type: 'integer', minimum: 1 },
    'destinations in one EXPORT_REVISIONS_TO_S3; more are 400',
    'confirmed: User Guide, limits; open with which error',
  ),
  kmsWithoutKey: choice(
    ['refused', 'allowed'],
    '`aws:kms` without KmsKeyArn (400)',
    'confirmed that the key is required: API Reference; open with which error',
  ),
  echoedKeyPattern: choice(
    [false, true],
    'whether the details of EXPORT_REVISIONS_TO_S3 show the default KeyPattern `${Asset.Name}` if none was given',
    'open',
  ),
  echoedKey: choice(
    [false, true],
    "whether the details of EXPORT_ASSETS_TO_S3 show the default Key, the asset's name, if none was given",
    'open',
  ),
  unknownKeyReferences: choice(
    ['refused', 'literal'],
    'a `${…}` in a KeyPattern that is not one of the documented ones (400)',
    'open',
  ),
  createdAtInKeys: choice(['milliseconds', 'seconds'], 'how `${Revision.CreatedAt}` is written in ISO 8601', 'open'),
  keyCollision: choice(
    ['job-error', 'last-wins'],
    'two assets that resolve to one key',
    'confirmed for exports of revisions: User Guide; open with which code, and for exports of assets',
  ),
  lakeFormationNeither: choice(['refused', 'allowed'], 'a tag policy with neither Database nor Table (400)', 'open'),
  pageSize: open(
    25,
    [3],
    { type: 'integer', minimum: 1, maximum: 200 },
    'page size of lists without maxResults',
    'open',
  ),
  unknownDataSetInListJobs: choice(
    ['refused', 'empty'],
    'ListJobs of a data set that does not exist (404)',
    'open: ListJobs lists 404, and has no other use for it',
  ),
  nestedRevisionsInListJobs: choice(
    ['found', 'ignored'],
    'whether `revisionId` of ListJobs also finds the revisions of EXPORT_REVISIONS_TO_S3',
    'open',
  ),
  badToken: choice(['refused', 'first-page'], 'an invalid nextToken (400)', 'open'),
  malformedId: choice(
    ['400', '404'],
    'an id in the path that does not match the pattern of ids, whatever its length',
    'open; a well-formed unknown id is 404 (alchemy)',
  ),
  unsignedRequests: choice(
    ['refused', 'accepted'],
    'API requests without a signature (403)',
    'confirmed: recorded; open with which name where the operation is known',
  ),
} as const;

/** The assumptions in force, by name. */
export type Assumptions = {
  [Name in keyof typeof ASSUMPTIONS]: (typeof ASSUMPTIONS)[Name] extends Assumption<infer Value> ? Value : never;
};

/** The defaults, with what each argument changes. */
export function assumptionsWith(...changes: readonly Partial<Assumptions>[]): Assumptions {
  const defaults = Object.entries(ASSUMPTIONS).map(([name, assumption]) => [name, assumption.default]);
  return Object.assign(Object.fromEntries(defaults), ...changes) as Assumptions;
}

/** An assumption that has one of these values, the default first. */
function choice<const Value extends string | boolean>(
  values: readonly [Value, ...Value[]],
  sentence: string,
  evidence: string,
): Assumption<Value> {
  return { default: values[0], values, schema: { enum: values }, sentence, evidence };
}

/** An assumption whose values are too many to list. @param examples what to try besides the default */
function open<Value>(
  byDefault: Value,
  examples: readonly Value[],
  schema: object,
  sentence: string,
  evidence: string,
): Assumption<Value> {
  return { default: byDefault, values: [byDefault, ...examples], schema, sentence, evidence };
}
