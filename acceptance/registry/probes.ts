import type { Probe } from '../probe';
import { exchange, ownBuckets, ownObjects, type Right } from '../rights';
import { probesOf } from './experiment';
import { EXPERIMENTS } from './experiments';
import { JobType } from './job-type';
import { LIVES } from './lives';
import { ProbeType } from './probe-type';

const OWN_ROLES = ['arn:aws:iam::*:role/dx-acceptance-*'];
const OWN_STACKS = ['arn:aws:cloudformation:*:*:stack/dx-acceptance-*'];
const OWN_TYPES = ['arn:aws:cloudformation:*:*:type/resource/Acceptance*'];
const OWN_LOG_GROUPS = ['arn:aws:logs:*:*:log-group:dx-acceptance-*'];

/** To register a type, use it in stacks and by Cloud Control API, and remove all of that. */
const RIGHTS: readonly Right[] = [
  ...on(OWN_STACKS, 'cloudformation', [
    ...['CreateStack', 'DeleteStack', 'DescribeStackEvents', 'UpdateStack'],
    ...['CreateChangeSet', 'DescribeChangeSet', 'ExecuteChangeSet'],
  ]),
  // Reading all names finds what a run has left that was killed.
  ...on(['*'], 'cloudformation', ['DescribeStacks', 'ListTypes']),
  ...on(['*'], 'cloudformation', ['RegisterType', 'DescribeTypeRegistration']),
  ...on(OWN_TYPES, 'cloudformation', ['DeregisterType', 'DescribeType', 'ListTypeVersions', 'SetTypeDefaultVersion']),
  ...on(['*'], 'cloudformation', [
    ...['CancelResourceRequest', 'CreateResource', 'DeleteResource', 'GetResource', 'GetResourceRequestStatus'],
  ]),
  ...on(OWN_ROLES, 'iam', [
    ...['CreateRole', 'DeleteRole', 'DeleteRolePolicy', 'GetRole', 'GetRolePolicy', 'ListRolePolicies', 'PassRole'],
    ...['PutRolePolicy', 'TagRole', 'UntagRole', 'UpdateRole', 'ListAttachedRolePolicies'],
  ]),
  ...on(['*'], 'iam', ['ListRoles']),
  ...on(['*'], 'logs', ['DescribeLogGroups']),
  ...on(OWN_LOG_GROUPS, 'logs', ['DeleteLogGroup']),
  ...ownBuckets('CreateBucket', 'ListBucket', 'PutBucketTagging'),
  ...ownObjects('GetObject', 'PutObject'),
];

/** Beyond that: what CloudFormation does with the caller's rights for register.yml and for stacks with jobs. */
const RIGHTS_OF_LIVES: readonly Right[] = [
  ...RIGHTS,
  ...on(OWN_STACKS, 'cloudformation', ['DescribeStackResourceDrifts', 'DetectStackDrift']),
  ...on(['*'], 'cloudformation', ['DescribeStackDriftDetectionStatus']),
  ...on(OWN_LOG_GROUPS, 'logs', [
    'CreateLogGroup',
    'FilterLogEvents',
    'PutRetentionPolicy',
    'TagResource',
    'ListTagsForResource',
  ]),
  ...ownBuckets('GetBucketPolicy', 'PutBucketPolicy', 'DeleteBucketPolicy'),
  ...exchange(
    'CreateDataSet',
    'GetDataSet',
    'UpdateDataSet',
    'TagResource',
    'ListTagsForResource',
    'ListDataSetRevisions',
  ),
];

function on(resources: readonly string[], service: string, operations: readonly string[]): Right[] {
  return operations.map((operation) => ({ action: `${service}:${operation}`, on: resources }));
}

/** The probes of CloudFormation's registry, and those of this repository's resource type in it. */
export const REGISTRY_PROBES: readonly Probe[] = [
  ...probesOf(EXPERIMENTS, ProbeType.register, {
    makes: 'a bucket, a role, a resource type whose handlers show what they get, and stacks with it',
    dollars: 0,
    rights: RIGHTS,
    background: true,
  }),
  ...probesOf(LIVES, JobType.register, {
    makes:
      'three buckets, this type registered by register.yml with its roles and log, and stacks with data sets and jobs',
    dollars: 0.01,
    rights: RIGHTS_OF_LIVES,
    background: true,
    // The jobs live in the time of the local Data Exchange.
    alone: true,
  }),
];
