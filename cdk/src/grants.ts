import { Aws, Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable, type IRole, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { JobType } from './cfn-job.generated';
import type { Job } from './job';
import { type Place, RIGHTS, type Right } from './rights.generated';

/** ARNs of what jobs may use. */
export interface Places {
  /** Buckets to import from or to give access to. */
  readonly sources?: readonly string[];
  /** Buckets to export to. */
  readonly targets?: readonly string[];
  /** KMS keys of either. */
  readonly keys?: readonly string[];
  /** The role that Lake Formation imports pass on. */
  readonly lakeFormationRole?: string;
}

interface Target {
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The service calls S3 with the rights of whoever started the job (User Guide, "Identity and access management"). */
const CALLED_VIA = { 'ForAnyValue:StringEquals': { 'aws:CalledVia': 'dataexchange.amazonaws.com' } };

/** How a policy names each place of a right. No resources: there is no such place, and so no statement. */
function target(place: Place, types: readonly JobType[], places: Places): Target {
  const { sources = [], targets = [], keys = [], lakeFormationRole } = places;
  const objectsIn = (buckets: readonly string[]): string[] => buckets.map((arn) => `${arn}/*`);
  switch (place) {
    case 'anything':
      return { resources: ['*'] };
    case 'jobsOfTheTypes':
      return { resources: ['*'], conditions: { StringEquals: { 'dataexchange:JobType': types } } };
    case 'dataSetsOfTheAccount':
      return { resources: [`arn:${Aws.PARTITION}:dataexchange:*:${Aws.ACCOUNT_ID}:data-sets/*`] };
    case 'bucketsOfTheService':
      return { resources: [`arn:${Aws.PARTITION}:s3:::*aws-data-exchange*`], conditions: CALLED_VIA };
    case 'sourceBuckets':
      return { resources: sources, conditions: CALLED_VIA };
    case 'sourceObjects':
      return { resources: objectsIn(sources), conditions: CALLED_VIA };
    case 'targetBuckets':
      return { resources: targets, conditions: CALLED_VIA };
    case 'targetObjects':
      return { resources: objectsIn(targets), conditions: CALLED_VIA };
    case 'keys':
      return { resources: keys };
    case 'datashares':
      return {
        resources: ['*'],
        conditions: { StringEqualsIgnoreCase: { 'redshift:ConsumerIdentifier': 'ADX' } },
      };
    case 'apis':
      return { resources: [`arn:${Aws.PARTITION}:apigateway:*::/restapis*`] };
    case 'lakeFormationRole':
      return {
        resources: lakeFormationRole === undefined ? [] : [lakeFormationRole],
        conditions: { StringEquals: { 'iam:PassedToService': 'dataexchange.amazonaws.com' } },
      };
  }
}

/** The statements of an execution role that runs jobs of some types. */
export function executionStatements(types: readonly JobType[], places: Places): PolicyStatement[] {
  return RIGHTS.filter(
    (right) => right.types === undefined || types.some((type) => right.types?.includes(type)),
  ).flatMap((right) => {
    const { resources, conditions } = target(right.on, types, places);
    return resources.length === 0
      ? []
      : [new PolicyStatement({ sid: right.name, actions: [...right.actions], resources: [...resources], conditions })];
  });
}

const OF_A_JOB: readonly Place[] = ['sourceBuckets', 'sourceObjects', 'targetBuckets', 'targetObjects', 'keys'];

/** Grants what jobs of a type need on buckets and keys, before they are made. */
export function grantRights(jobs: readonly Job[], grantee: IGrantable, type: JobType, places: Places): Grant {
  const [scope] = jobs as [Job];
  const needed = (right: Right): boolean => OF_A_JOB.includes(right.on) && right.types?.includes(type) === true;
  const granted = RIGHTS.filter(needed).flatMap((right) => {
    const { resources, conditions } = target(right.on, [type], places);
    const statement = { actions: [...right.actions], resourceArns: [...resources], conditions };
    return resources.length === 0 ? [] : [Grant.addToPrincipal({ ...statement, grantee: inStackOf(scope, grantee) })];
  });
  const grant = granted.reduce((one, other) => one.combine(other));
  grant.applyBefore(...jobs);
  return grant;
}

/**
 * The grantee as something whose policy is made in the stack of the jobs. The policy of a role is made in the role's own
 * stack by default; that one comes first, and so could not name a bucket of this one.
 */
function inStackOf(scope: Construct, grantee: IGrantable): IGrantable {
  const stack = Stack.of(scope);
  const role = grantee.grantPrincipal;
  if (!(role instanceof Role) || role.stack === stack) {
    return grantee;
  }
  const id = role.node.path.replaceAll('/', ' ');
  return (stack.node.tryFindChild(id) as IRole | undefined) ?? Role.fromRoleName(stack, id, role.roleName);
}

/** @param bucketNames names of which some may be the same */
export function bucketArns(scope: Construct, bucketNames: readonly string[]): string[] {
  return [...new Set(bucketNames)].map((resource) =>
    Stack.of(scope).formatArn({ service: 's3', region: '', account: '', resource }),
  );
}
