import type { Option } from './options';

/** One IAM action that a probe needs, and the resources that it needs it on. */
export interface Right {
  readonly action: string;
  /** ARNs with `*`; what a run makes is named `dx-acceptance-*`. */
  readonly on: readonly string[];
  /** Needed with this option only, so that `policy.json` leaves it out: it is on what the user names. */
  readonly onlyWith?: Option;
}

const ANYTHING = ['*'];
const OWN_BUCKETS = ['arn:aws:s3:::dx-acceptance-*'];
const OWN_OBJECTS = ['arn:aws:s3:::dx-acceptance-*/*'];
/** The service's own buckets, which jobs read and write with the caller's rights (User Guide, permissions). */
const BUCKETS_OF_THE_SERVICE = ['arn:aws:s3:::*aws-data-exchange*'];

/** Operations of Data Exchange by their names. Ids are the service's, so no resource can be named before. */
export function exchange(...operations: readonly string[]): Right[] {
  return operations.map((operation) => ({ action: `dataexchange:${operation}`, on: ANYTHING }));
}

/** Actions on anything: `rights('sts:GetCallerIdentity')`. */
export function anywhere(...actions: readonly string[]): Right[] {
  return actions.map((action) => ({ action, on: ANYTHING }));
}

/** What the service does with the caller's rights in jobs for which the user names something. */
export const RIGHTS_OF_OPTIONS: readonly Right[] = [
  ...rightsWith('REDSHIFT_DATA_SHARE_ARN', 'redshift:AuthorizeDataShare', 'redshift:DescribeDataShares'),
  ...rightsWith('REDSHIFT_DATA_SHARE_ARN', 'redshift:DescribeDataSharesForProducer'),
  ...rightsWith('API_ID', 'apigateway:GET'),
  ...rightsWith('LAKE_FORMATION_ROLE_ARN', 'iam:PassRole'),
];

/** The command's own: the account's identity, and the removal of what was made. */
export const RIGHTS_OF_THE_COMMAND: readonly Right[] = [
  ...anywhere('sts:GetCallerIdentity'),
  ...exchange(
    'CancelJob',
    'DeleteDataSet',
    'GetJob',
    'ListDataSetRevisions',
    'ListDataSets',
    'ListJobs',
    'RevokeRevision',
  ),
  ...ownBuckets('DeleteBucket', 'ListBucket', 'DeleteBucketPolicy'),
  ...anywhere('s3:ListAllMyBuckets'),
  ...ownObjects('DeleteObject'),
];

export function ownBuckets(...actions: readonly string[]): Right[] {
  return actions.map((action) => ({ action: `s3:${action}`, on: OWN_BUCKETS }));
}

export function ownObjects(...actions: readonly string[]): Right[] {
  return actions.map((action) => ({ action: `s3:${action}`, on: OWN_OBJECTS }));
}

export function bucketsOfTheService(...actions: readonly string[]): Right[] {
  return actions.map((action) => ({ action: `s3:${action}`, on: BUCKETS_OF_THE_SERVICE }));
}

function rightsWith(onlyWith: Option, ...actions: readonly string[]): Right[] {
  return actions.map((action) => ({ action, on: ANYTHING, onlyWith }));
}
