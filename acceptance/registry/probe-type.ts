import {
  DescribeTypeRegistrationCommand,
  ListTypeVersionsCommand,
  RegisterTypeCommand,
  SetTypeDefaultVersionCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateRoleCommand, PutRolePolicyCommand, UpdateRoleCommand } from '@aws-sdk/client-iam';
import { GetObjectCommand, PutObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import type { Context } from '../probe';
import { makeBucket, typeName } from './made';
import { probePackage } from './package';
import { pause } from './pause';
import { type End, Stacks } from './stacks';

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
    readonly requestData: {
      readonly resourceProperties?: Properties;
      readonly previousResourceProperties?: Properties | null;
    };
  };
}

export type Properties = Readonly<Record<string, unknown>>;

/** One answer of the handlers; probe-type/handlers.js has the meaning of its members. */
export interface Step {
  readonly sleep?: number;
  readonly until?: string;
  readonly exit?: boolean;
  readonly throw?: string;
  readonly raw?: unknown;
  readonly gone?: boolean;
  readonly event?: Readonly<Record<string, unknown>>;
  readonly contextBytes?: number;
  readonly set?: Properties;
  readonly model?: 'none' | 'anonymous';
}

/** How the handlers answer the first, second, … call of each operation. */
export type Script = Partial<Record<Call['operation'], readonly Step[]>>;

/** What registering the type has shown. */
export interface Registration {
  /** The status right after RegisterType had answered. */
  readonly firstStatus: string;
  readonly seconds: number;
  readonly isFirstVersionDefault: boolean;
  /** What the handlers were called for before anybody used the type. */
  readonly calls: readonly Call[];
}

/** How long sessions of a role may be that says nothing about it, in seconds, and of any role. */
export const USUAL_SESSION = 3_600;
const LONGEST_SESSION = 43_200;

const ROLE = 'probe-type';
/** How many pauses a change of a role may take to be known everywhere. */
const ROLE_PAUSES = 3;

/** The probe type of a run, registered, with the bucket that its handlers write to. */
export class ProbeType {
  readonly name: string;
  readonly stacks: Stacks;
  /** Whether an operation ran while the handlers' role allowed sessions of USUAL_SESSION only, and what was said else. */
  session: { readonly isUsual: boolean; readonly said: string } = { isUsual: true, said: '' };

  private constructor(
    readonly context: Context,
    private readonly bucket: string,
    readonly registration: Registration,
  ) {
    this.name = probeTypeName(context);
    this.stacks = new Stacks(context);
  }

  /** Makes bucket and role, and registers the type. @throws Error with the registry's words if it does not take it */
  static async register(context: Context): Promise<ProbeType> {
    const bucket = await makeBucket(context, 'probe-type');
    const Key = 'probe-type.zip';
    const Body = await probePackage(probeTypeName(context), bucket);
    await context.clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
    const role = await makeRole(context, bucket);
    const type = new ProbeType(context, bucket, await register(context, bucket, Key, role));
    await type.makeFirst();
    return type;
  }

  /** A resource of the type, for a template. */
  resource(name: string, script: Script, properties: Properties = {}, attributes: object = {}): object {
    return {
      Type: this.name,
      ...attributes,
      Properties: { Name: name, Script: JSON.stringify(script), ...properties },
    };
  }

  template(name: string, script: Script, properties: Properties = {}): object {
    return { Resources: { Probe: this.resource(name, script, properties) } };
  }

  /** Makes a stack with one resource of the type. */
  create(name: string, script: Script, properties: Properties = {}): Promise<End> {
    return this.stacks.create(stackOf(name), this.template(name, script, properties));
  }

  update(name: string, template: object): Promise<End> {
    return this.stacks.update(stackOf(name), template);
  }

  delete(name: string): Promise<End> {
    return this.stacks.delete(stackOf(name));
  }

  /** Takes a resource that exists into a stack of its own. */
  import(name: string, Id: string): Promise<End> {
    const template = { Resources: { Probe: this.resource(name, {}, {}, { DeletionPolicy: 'Delete' }) } };
    const resource = { ResourceType: this.name, LogicalResourceId: 'Probe', ResourceIdentifier: { Id } };
    return this.stacks.import(stackOf(name), template, [resource]);
  }

  /** What the handlers were called for about the resource of that name, in the order of time. */
  async calls(name: string, operation?: Call['operation']): Promise<Call[]> {
    const all = await callsIn(this.context, this.bucket, `events/${name}/`);
    return operation === undefined ? all : all.filter((call) => call.operation === operation);
  }

  /**
   * Makes the first resource. A role that was made a moment ago may be unknown yet: then once more. If CloudFormation
   * still cannot, it may want longer sessions than the role allows: it is changed.
   */
  private async makeFirst(): Promise<void> {
    const said: string[] = [];
    for (const attempt of ['first', 'second', 'third']) {
      if (attempt === 'third') {
        const RoleName = this.context.nameOf(ROLE);
        const change = new UpdateRoleCommand({ RoleName, MaxSessionDuration: LONGEST_SESSION });
        await this.context.clients.iam.send(change);
      }
      if (attempt !== 'first') {
        for (let count = 0; count < ROLE_PAUSES; count += 1) {
          await pause(this.context);
        }
      }
      const { succeeded, failures } = await this.create(attempt, {});
      if (succeeded) {
        this.session = { isUsual: attempt !== 'third', said: said.join('; ') };
        return;
      }
      said.push(...failures);
    }
    throw new Error(`no resource of the probe type can be made: ${said.join('; ')}`);
  }
}

function stackOf(name: string): string {
  return `probe-${name}`;
}

function probeTypeName(context: Context): string {
  return typeName(context, 'Registry', 'Probe');
}

async function callsIn({ clients: { s3 } }: Context, Bucket: string, Prefix: string): Promise<Call[]> {
  const found: Promise<Call>[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket, Prefix })) {
    for (const { Key } of Contents) {
      const got = s3.send(new GetObjectCommand({ Bucket, Key }));
      found.push(got.then(async ({ Body }) => JSON.parse((await Body?.transformToString()) ?? '')));
    }
  }
  return (await Promise.all(found)).sort((one, other) => one.at - other.at);
}

/** Makes the role of the handlers, which may use two folders of one bucket. @returns its ARN */
async function makeRole(context: Context, bucket: string): Promise<string> {
  const { account, region, clients, tag } = context;
  const RoleName = context.nameOf(ROLE);
  const type = probeTypeName(context).replaceAll('::', '-');
  const AssumeRolePolicyDocument = policy({
    Principal: { Service: 'resources.cloudformation.amazonaws.com' },
    Action: 'sts:AssumeRole',
    Condition: {
      StringEquals: { 'aws:SourceAccount': account },
      StringLike: { 'aws:SourceArn': `arn:*:cloudformation:${region}:${account}:type/resource/${type}/*` },
    },
  });
  let arn = '';
  await context.make('role', RoleName, async () => {
    const Tags = [tag];
    const { Role } = await clients.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, Tags }));
    arn = Role?.Arn as string;
    return RoleName;
  });
  const bucketArn = `arn:${arn.split(':')[1]}:s3:::${bucket}`;
  const PolicyDocument = policy(
    {
      Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      Resource: FOLDERS.map((each) => `${bucketArn}/${each}/*`),
    },
    { Action: 's3:ListBucket', Resource: bucketArn },
  );
  await clients.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'bucket', PolicyDocument }));
  return arn;
}

const FOLDERS = ['events', 'models', 'ended'];

function policy(...statements: object[]): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((each) => ({ Effect: 'Allow', ...each })),
  });
}

async function register(
  context: Context,
  bucket: string,
  key: string,
  ExecutionRoleArn: string,
): Promise<Registration> {
  const { cloudFormation } = context.clients;
  const TypeName = probeTypeName(context);
  const began = Date.now();
  let RegistrationToken: string | undefined;
  await context.make('resource-type', TypeName, async () => {
    const SchemaHandlerPackage = `s3://${bucket}/${key}`;
    const request = new RegisterTypeCommand({ Type: 'RESOURCE', TypeName, SchemaHandlerPackage, ExecutionRoleArn });
    ({ RegistrationToken } = await cloudFormation.send(request));
    return TypeName;
  });
  function look() {
    return cloudFormation.send(new DescribeTypeRegistrationCommand({ RegistrationToken }));
  }
  let state = await look();
  const firstStatus = state.ProgressStatus as string;
  while (state.ProgressStatus === 'IN_PROGRESS') {
    await pause(context);
    state = await look();
  }
  const seconds = (Date.now() - began) / 1_000;
  if (state.ProgressStatus !== 'COMPLETE') {
    throw new Error(`the registry does not take the probe type: ${state.Description}`);
  }
  const calls = await callsIn(context, bucket, 'events/');
  const versions = await cloudFormation.send(new ListTypeVersionsCommand({ Type: 'RESOURCE', TypeName }));
  const isFirstVersionDefault = versions.TypeVersionSummaries?.[0]?.IsDefaultVersion === true;
  if (!isFirstVersionDefault) {
    await cloudFormation.send(new SetTypeDefaultVersionCommand({ Arn: state.TypeVersionArn }));
  }
  return { firstStatus, seconds, isFirstVersionDefault, calls };
}
