import {
  DeleteStackCommand,
  DeregisterTypeCommand,
  DescribeStacksCommand,
  ListTypesCommand,
  ListTypeVersionsCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { DeleteLogGroupCommand, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DeleteRoleCommand, DeleteRolePolicyCommand, ListRolePoliciesCommand } from '@aws-sdk/client-iam';
import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import { names, type World } from './world';

/** A name under which something of a run was found, and what became of it. */
export interface Leftover {
  readonly what: string;
  /** Why it could not be removed; undefined if it is gone. */
  readonly problem?: string;
}

/**
 * Removes what a run has made in CloudFormation, its registry, IAM, S3 and CloudWatch Logs, found by the run's prefix: at
 * the end, after an interruption, and for a run that was killed. What cannot be removed keeps nothing else from going.
 */
export async function removeLeftovers(world: World): Promise<Leftover[]> {
  return [
    // Resources first, then the types that they are of, then what the handlers of the types need.
    ...(await removeStacks(world, (name) => !name.endsWith('-registration'))),
    ...(await removeStacks(world, () => true)),
    ...(await removeTypes(world)),
    ...(await removeRoles(world)),
    ...(await removeBuckets(world)),
    ...(await removeLogGroups(world)),
  ];
}

async function attempt(what: string, remove: () => Promise<unknown>): Promise<Leftover> {
  try {
    await remove();
    return { what };
  } catch (error) {
    return { what, problem: `${(error as Error).name}: ${(error as Error).message}` };
  }
}

async function removeStacks(world: World, which: (name: string) => boolean): Promise<Leftover[]> {
  const found = (await stacks(world)).filter(({ StackName = '' }) => which(StackName));
  return Promise.all(found.map((stack) => attempt(`stack ${stack.StackName}`, () => removeStack(world, stack))));
}

async function stacks({ clients, runId }: World): Promise<Stack[]> {
  const found: Stack[] = [];
  let NextToken: string | undefined;
  do {
    const page = await clients.cloudFormation.send(new DescribeStacksCommand({ NextToken }));
    found.push(...(page.Stacks ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return found.filter(
    ({ StackName = '', StackStatus }) =>
      StackName.startsWith(`${names(runId).prefix}-`) && StackStatus !== 'DELETE_COMPLETE',
  );
}

/** A stack whose operation goes on is deleted after it; a stack that cannot be deleted goes without what stays. */
async function removeStack(world: World, { StackId, StackName }: Stack): Promise<void> {
  const { cloudFormation } = world.clients;
  const settled = async (): Promise<string> => {
    for (;;) {
      const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: StackId }));
      const status = Stacks[0]?.StackStatus ?? 'DELETE_COMPLETE';
      if (!status.endsWith('_IN_PROGRESS') || status === 'REVIEW_IN_PROGRESS') {
        return status;
      }
      await world.sleep(world.times.poll);
    }
  };
  await settled();
  await cloudFormation.send(new DeleteStackCommand({ StackName: StackId }));
  const status = await settled();
  if (status !== 'DELETE_COMPLETE') {
    throw new Error(`${StackName} is ${status}`);
  }
}

async function removeTypes({ clients, runId }: World): Promise<Leftover[]> {
  const { cloudFormation } = clients;
  const Filters = { TypeNamePrefix: `${names(runId).organisation}::` };
  const listed = await cloudFormation.send(new ListTypesCommand({ Visibility: 'PRIVATE', Type: 'RESOURCE', Filters }));
  const removed = (listed.TypeSummaries ?? []).map(({ TypeName }) =>
    attempt(`type ${TypeName}`, async () => {
      const { TypeVersionSummaries = [] } = await cloudFormation.send(
        new ListTypeVersionsCommand({ Type: 'RESOURCE', TypeName }),
      );
      for (const { VersionId, IsDefaultVersion } of TypeVersionSummaries) {
        if (!IsDefaultVersion) {
          await cloudFormation.send(new DeregisterTypeCommand({ Type: 'RESOURCE', TypeName, VersionId }));
        }
      }
      await cloudFormation.send(new DeregisterTypeCommand({ Type: 'RESOURCE', TypeName }));
    }),
  );
  return Promise.all(removed);
}

/** Of the roles that the kit itself makes the names are known; those of a stack go with it. */
async function removeRoles({ clients, runId }: World): Promise<Leftover[]> {
  const RoleName = names(runId).of('handlers');
  const done = await attempt(`role ${RoleName}`, async () => {
    const { PolicyNames = [] } = await clients.iam.send(new ListRolePoliciesCommand({ RoleName }));
    for (const PolicyName of PolicyNames) {
      await clients.iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
    }
    await clients.iam.send(new DeleteRoleCommand({ RoleName }));
  });
  return done.problem?.startsWith('NoSuchEntity') ? [] : [done];
}

async function removeBuckets({ clients, runId }: World): Promise<Leftover[]> {
  const { Buckets = [] } = await clients.s3.send(new ListBucketsCommand({}));
  const found = Buckets.filter(({ Name = '' }) => Name.startsWith(`${names(runId).prefix}-`));
  return Promise.all(
    found.map(({ Name: Bucket }) =>
      attempt(`bucket ${Bucket}`, async () => {
        for (;;) {
          const { Contents = [] } = await clients.s3.send(new ListObjectsV2Command({ Bucket }));
          if (Contents.length === 0) {
            break;
          }
          const Objects = Contents.map(({ Key }) => ({ Key }));
          await clients.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
        }
        await clients.s3.send(new DeleteBucketCommand({ Bucket }));
      }),
    ),
  );
}

async function removeLogGroups({ clients, runId }: World): Promise<Leftover[]> {
  const logGroupNamePrefix = `${names(runId).prefix}-`;
  const { logGroups = [] } = await clients.logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix }));
  return Promise.all(
    logGroups.map(({ logGroupName }) =>
      attempt(`log group ${logGroupName}`, () => clients.logs.send(new DeleteLogGroupCommand({ logGroupName }))),
    ),
  );
}
