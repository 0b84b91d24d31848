import {
  DescribeTypeRegistrationCommand,
  ListTypeVersionsCommand,
  RegisterTypeCommand,
  SetTypeDefaultVersionCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateRoleCommand, PutRolePolicyCommand, UpdateRoleCommand } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketTaggingCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { probePackage } from './package';
import { type End, Stacks, type Template } from './stacks';
import { names, type World } from './world';

/** What a handler of the probe type has written down about one call. */
export interface Call {
  /** When the event came, in epoch milliseconds by the handler's clock. */
  readonly at: number;
  readonly operation: 'CREATE' | 'READ' | 'UPDATE' | 'ROLLBACK' | 'DELETE' | 'LIST';
  /** Whether the event was in `__COMPRESSED__`. */
  readonly compressed: boolean;
  /** The size of the event as it came. */
  readonly bytes: number;
  /** Without credentials; tokens are a part of their digest. */
  readonly event: {
    readonly bearerToken: string;
    readonly callbackContext?: Readonly<Record<string, unknown>> | null;
    readonly rollback?: boolean | null;
    readonly stackId?: string | null;
    readonly requestData: {
      readonly resourceProperties?: Readonly<Record<string, unknown>>;
      readonly previousResourceProperties?: Readonly<Record<string, unknown>> | null;
    };
  };
}

/** One answer of the handlers; probe-type/handlers.js has the meaning of its members. */
export interface Step {
  readonly sleep?: number;
  readonly throw?: string;
  readonly exit?: boolean;
  readonly raw?: unknown;
  readonly event?: Readonly<Record<string, unknown>>;
  readonly contextBytes?: number;
  readonly model?: 'none' | 'anonymous';
  readonly set?: Readonly<Record<string, unknown>>;
  readonly gone?: boolean;
}

export type Script = Partial<Record<Call['operation'], readonly Step[]>>;

/** What registering the type has shown. */
export interface Registration {
  /** The status right after RegisterType had answered. */
  readonly firstStatus: string;
  readonly seconds: number;
  readonly firstVersionIsDefault: boolean;
  /** What the handlers were called for before anybody used the type. */
  readonly calls: readonly Call[];
}

/** How long sessions may be of a role that says nothing about it, in seconds. */
export const USUAL_SESSION = 3_600;
const LONGEST_SESSION = 43_200;

/** The probe type of a run, registered. */
export class ProbeType {
  readonly name: string;
  readonly stacks: Stacks;
  /** Whether an operation ran while the handlers' role allowed sessions of USUAL_SESSION only; else what was said. */
  usualSession: { readonly enough: boolean; readonly said: string } = { enough: true, said: '' };

  private constructor(
    readonly world: World,
    readonly registration: Registration,
  ) {
    this.name = names(world.runId).probeType;
    this.stacks = new Stacks(world.clients.cloudFormation, world.tags, () => world.sleep(world.times.poll));
  }

  /** Makes bucket and role, and registers the type. @throws Error with the registry's words if it does not take it */
  static async register(world: World): Promise<ProbeType> {
    const bucket = bucketName(world);
    await makeBucket(world, bucket);
    const key = 'probe-type.zip';
    const Body = await probePackage(names(world.runId).probeType, bucket);
    await world.clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body }));
    const role = await makeRole(world, bucket);
    const type = new ProbeType(world, await register(world, `s3://${bucket}/${key}`, role));
    await type.use();
    return type;
  }

  /**
   * Makes the first resource. A role that was made a moment ago may be unknown yet: then once more. If CloudFormation
   * wants longer sessions than the role allows, it is changed.
   */
  private async use(): Promise<void> {
    const said: string[] = [];
    for (const attempt of ['first', 'second', 'third']) {
      if (attempt === 'third') {
        const RoleName = names(this.world.runId).of('handlers');
        await this.world.clients.iam.send(new UpdateRoleCommand({ RoleName, MaxSessionDuration: LONGEST_SESSION }));
      }
      const { name, id, succeeded, failures } = await this.create(attempt, {});
      await this.stacks.remove(name, id);
      if (succeeded) {
        this.usualSession = { enough: attempt !== 'third', said: said.join('; ') };
        return;
      }
      said.push(failures.join('; '));
      await this.world.sleep(ROLE_LOOKS * this.world.times.poll);
    }
    throw new Error(`no resource of the probe type can be made: ${said.join('; ')}`);
  }

  /** A resource of the type, for a template. */
  resource(name: string, script: Script, properties: object = {}, attributes: object = {}): object {
    return {
      Type: this.name,
      ...attributes,
      Properties: { Name: name, Script: JSON.stringify(script), ...properties },
    };
  }

  /** Makes a stack with one resource of the type. Resource and stack have the same name. */
  create(name: string, script: Script, properties: object = {}): Promise<End> {
    return this.stacks.create(this.stackName(name), this.template(name, script, properties));
  }

  update(name: string, script: Script, properties: object = {}): Promise<End> {
    return this.stacks.update(this.stackName(name), this.template(name, script, properties));
  }

  template(name: string, script: Script, properties: object = {}): Template {
    return { Resources: { Probe: this.resource(name, script, properties) } };
  }

  stackName(name: string): string {
    return names(this.world.runId).of(`probe-${name}`);
  }

  /** What the handlers were called for about the resource of that name, in the order of time. */
  async calls(name: string, operation?: Call['operation']): Promise<Call[]> {
    const all = await calls(this.world, `events/${name}/`);
    return operation === undefined ? all : all.filter((call) => call.operation === operation);
  }
}

/** How many looks long a change of a role takes to reach everybody. */
const ROLE_LOOKS = 3;

function bucketName(world: World): string {
  return names(world.runId).of('probe-type');
}

async function calls({ clients, runId }: World, Prefix: string): Promise<Call[]> {
  const Bucket = names(runId).of('probe-type');
  const { Contents = [] } = await clients.s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
  const found = Contents.map(async ({ Key }) => {
    const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket, Key }));
    return JSON.parse((await Body?.transformToString()) ?? '') as Call;
  });
  return (await Promise.all(found)).sort((one, other) => one.at - other.at);
}

export async function makeBucket(world: World, Bucket: string): Promise<void> {
  // us-east-1 is the one Region that must not be named.
  const LocationConstraint = world.region === 'us-east-1' ? undefined : (world.region as 'eu-west-1');
  const CreateBucketConfiguration = LocationConstraint && { LocationConstraint };
  await world.clients.s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
  await world.clients.s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [...world.tags] as never } }));
}

async function makeRole(world: World, bucket: string): Promise<string> {
  const { runId, account, region, clients, tags } = world;
  const RoleName = names(runId).of('handlers');
  const type = names(runId).probeType.replaceAll('::', '-');
  const trust = statement({
    Principal: { Service: 'resources.cloudformation.amazonaws.com' },
    Action: 'sts:AssumeRole',
    Condition: {
      StringEquals: { 'aws:SourceAccount': account },
      StringLike: { 'aws:SourceArn': `arn:*:cloudformation:${region}:${account}:type/resource/${type}/*` },
    },
  });
  const { Role } = await clients.iam.send(
    new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust, Tags: [...tags] as never }),
  );
  const partition = Role?.Arn?.split(':')[1];
  const folders = ['events', 'models'].map((folder) => `arn:${partition}:s3:::${bucket}/${folder}/*`);
  const rights = statement(
    { Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], Resource: folders },
    { Action: 's3:ListBucket', Resource: `arn:${partition}:s3:::${bucket}` },
  );
  await clients.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'bucket', PolicyDocument: rights }));
  return Role?.Arn as string;
}

function statement(...statements: object[]): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((each) => ({ Effect: 'Allow', ...each })),
  });
}

async function register(world: World, SchemaHandlerPackage: string, ExecutionRoleArn: string): Promise<Registration> {
  const { cloudFormation } = world.clients;
  const TypeName = names(world.runId).probeType;
  const began = Date.now();
  const { RegistrationToken } = await cloudFormation.send(
    new RegisterTypeCommand({ Type: 'RESOURCE', TypeName, SchemaHandlerPackage, ExecutionRoleArn }),
  );
  const look = () => cloudFormation.send(new DescribeTypeRegistrationCommand({ RegistrationToken }));
  let state = await look();
  const firstStatus = state.ProgressStatus as string;
  while (state.ProgressStatus === 'IN_PROGRESS') {
    await world.sleep(world.times.poll);
    state = await look();
  }
  const seconds = (Date.now() - began) / 1_000;
  if (state.ProgressStatus !== 'COMPLETE') {
    throw new Error(`the registry does not take the probe type: ${state.Description}`);
  }
  const called = await calls(world, 'events/');
  const versions = await cloudFormation.send(new ListTypeVersionsCommand({ Type: 'RESOURCE', TypeName }));
  const firstVersionIsDefault = versions.TypeVersionSummaries?.[0]?.IsDefaultVersion === true;
  if (!firstVersionIsDefault) {
    await cloudFormation.send(new SetTypeDefaultVersionCommand({ Arn: state.TypeVersionArn }));
  }
  return { firstStatus, seconds, firstVersionIsDefault, calls: called };
}
