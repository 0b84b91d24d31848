import {
  DeleteStackCommand,
  DeregisterTypeCommand,
  DescribeStacksCommand,
  paginateDescribeStacks,
  paginateListTypes,
  paginateListTypeVersions,
} from '@aws-sdk/client-cloudformation';
import { DeleteLogGroupCommand, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import {
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  ListRolePoliciesCommand,
  paginateListRoles,
} from '@aws-sdk/client-iam';
import type { Kind, RemovalWorld } from '../kinds';
import type { Made } from '../probe';
import { organisationOf } from './made';
import { pause } from './pause';

/** What the probes of the registry make. */
export const REGISTRY_KINDS = {
  /** Of resources of a type, which it needs until it is gone. */
  stack: { remove: removeStack, find: stackFinder('stack'), first: true },
  /** The stack of register.yml: the type, its roles and its log. */
  registration: { remove: removeStack, find: stackFinder('registration') },
  'resource-type': { remove: removeType, find: findTypes },
  role: { remove: removeRole, find: findRoles },
  'log-group': { remove: removeLogGroup, find: findLogGroups },
} as const satisfies Record<string, Kind>;

/** Waits for the operation that goes on, and deletes the stack. */
async function removeStack({ name, id: StackName }: Required<Made>, world: RemovalWorld): Promise<void> {
  const client = world.clients.cloudFormation;
  async function settled(): Promise<string> {
    for (;;) {
      const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
      const status = Stacks[0]?.StackStatus ?? 'DELETE_COMPLETE';
      if (!status.endsWith('_IN_PROGRESS') || status === 'REVIEW_IN_PROGRESS') {
        return status;
      }
      await pause(world);
    }
  }
  try {
    if ((await settled()) === 'DELETE_COMPLETE') {
      return;
    }
    await client.send(new DeleteStackCommand({ StackName }));
    let status = await settled();
    if (status === 'DELETE_FAILED' && name.includes('-probe-')) {
      // Nothing that its handlers would have to delete exists outside of the run's bucket.
      await client.send(new DeleteStackCommand({ StackName, DeletionMode: 'FORCE_DELETE_STACK' }));
      status = await settled();
    }
    if (status !== 'DELETE_COMPLETE') {
      throw new Error(`it is ${status}`);
    }
  } catch (error) {
    if (!/does not exist/.test((error as Error).message)) {
      throw error;
    }
  }
}

/** Finds the stacks of one of the two kinds. */
function stackFinder(kind: 'stack' | 'registration'): Kind['find'] {
  return async (prefix, { clients }) => {
    const found: Required<Made>[] = [];
    for await (const { Stacks = [] } of paginateDescribeStacks({ client: clients.cloudFormation }, {})) {
      for (const { StackName: name = '', StackId: id = '' } of Stacks) {
        const isRegistration = name.endsWith('-registration');
        if (name.startsWith(prefix) && isRegistration === (kind === 'registration')) {
          found.push({ kind, name, id });
        }
      }
    }
    return found;
  };
}

/** Deregisters every version: the default one last, which the registry wants so. */
async function removeType({ id: TypeName }: Required<Made>, { clients }: RemovalWorld): Promise<void> {
  const client = clients.cloudFormation;
  const Type = 'RESOURCE';
  try {
    for await (const { TypeVersionSummaries = [] } of paginateListTypeVersions({ client }, { Type, TypeName })) {
      for (const { VersionId } of TypeVersionSummaries.filter(({ IsDefaultVersion }) => !IsDefaultVersion)) {
        await client.send(new DeregisterTypeCommand({ Type, TypeName, VersionId }));
      }
    }
    await client.send(new DeregisterTypeCommand({ Type, TypeName }));
  } catch (error) {
    ignore(error, 'TypeNotFoundException');
  }
}

/** @param prefix of the names of a run, or the name of a type */
async function findTypes(prefix: string, { clients }: RemovalWorld): Promise<Required<Made>[]> {
  const found: Required<Made>[] = [];
  const TypeNamePrefix = prefix.includes('::') ? prefix : `${organisationOf(prefix)}::`;
  const request = { Visibility: 'PRIVATE', Type: 'RESOURCE', Filters: { TypeNamePrefix } } as const;
  for await (const { TypeSummaries = [] } of paginateListTypes({ client: clients.cloudFormation }, request)) {
    found.push(...TypeSummaries.map(({ TypeName: name = '' }) => ({ kind: 'resource-type', name, id: name })));
  }
  return found;
}

async function removeRole({ id: RoleName }: Required<Made>, { clients: { iam } }: RemovalWorld): Promise<void> {
  try {
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    for (const PolicyName of PolicyNames) {
      await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
    }
    await iam.send(new DeleteRoleCommand({ RoleName }));
  } catch (error) {
    ignore(error, 'NoSuchEntityException', 'NoSuchEntity');
  }
}

async function findRoles(prefix: string, { clients }: RemovalWorld): Promise<Required<Made>[]> {
  const found: Required<Made>[] = [];
  for await (const { Roles = [] } of paginateListRoles({ client: clients.iam }, {})) {
    for (const { RoleName: name = '' } of Roles.filter(({ RoleName = '' }) => RoleName.startsWith(prefix))) {
      found.push({ kind: 'role', name, id: name });
    }
  }
  return found;
}

async function removeLogGroup({ id: logGroupName }: Required<Made>, { clients }: RemovalWorld): Promise<void> {
  try {
    await clients.logs.send(new DeleteLogGroupCommand({ logGroupName }));
  } catch (error) {
    ignore(error, 'ResourceNotFoundException');
  }
}

/** The group of register.yml, which handlers that end late may make again. */
async function findLogGroups(logGroupNamePrefix: string, { clients }: RemovalWorld): Promise<Required<Made>[]> {
  const found: Required<Made>[] = [];
  const pages = paginateDescribeLogGroups({ client: clients.logs }, { logGroupNamePrefix });
  for await (const { logGroups = [] } of pages) {
    found.push(...logGroups.map(({ logGroupName: name = '' }) => ({ kind: 'log-group', name, id: name })));
  }
  return found;
}

function ignore(error: unknown, ...names: readonly string[]): void {
  if (!names.includes((error as Error).name)) {
    throw error;
  }
}
