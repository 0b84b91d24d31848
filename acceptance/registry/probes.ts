import type { Probe } from '../probe';
import { anywhere, ownBuckets, ownObjects, type Right } from '../rights';
import { probesOf } from './experiment';
import { EXPERIMENTS } from './experiments';
import { JobType } from './job-type';
import { LIVES } from './lives';
import { ProbeType } from './probe-type';

const ROLES = 'arn:aws:iam::*:role/dx-acceptance-*';

const RIGHTS: readonly Right[] = [
  ...anywhere(
    ...['CancelResourceRequest', 'CreateResource', 'DeleteResource', 'GetResource', 'GetResourceRequestStatus'],
    ...['CreateChangeSet', 'DescribeChangeSet', 'ExecuteChangeSet'],
    ...['CreateStack', 'DeleteStack', 'DescribeStackEvents', 'DescribeStacks', 'UpdateStack'],
    ...['DeregisterType', 'DescribeTypeRegistration', 'ListTypes', 'ListTypeVersions', 'RegisterType'],
    ...['DescribeType', 'SetTypeDefaultVersion'],
  ).map(({ action, on }) => ({ action: `cloudformation:${action}`, on })),
  ...['CreateRole', 'DeleteRole', 'DeleteRolePolicy', 'GetRole', 'ListRolePolicies', 'PassRole', 'PutRolePolicy']
    .concat('TagRole', 'UpdateRole')
    .map((action) => ({ action: `iam:${action}`, on: [ROLES] })),
  ...anywhere('iam:ListRoles', 'logs:DescribeLogGroups'),
  ...ownBuckets('CreateBucket', 'ListBucket', 'PutBucketTagging'),
  ...ownObjects('GetObject', 'PutObject'),
];

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
    rights: RIGHTS,
    background: true,
    // The jobs live in the time of the local Data Exchange.
    alone: true,
  }),
];
