import { readFileSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ManagedPolicy, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { parse } from 'yaml';
import { inRoot, REGISTER_FILE } from '../../tools/support/paths';
import { CfnJob, ExportEncryption, JobType, Publication, Registration, type RegistrationProps } from '../src';
import { DATA_SET_ID, type Resource, resourcesOf, TYPE_NAME } from './support';

const packageFile = inRoot('LICENSE');
const KEY_ARN = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const ROLE_ARN = 'arn:aws:iam::111122223333:role/Grants';

interface Statement {
  readonly Sid: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const app = () => new App({ context: { 'cdk-dataexchange-job:typeName': TYPE_NAME } });

/** The resources of a stack with a registration, by the end of their logical ids. */
function registered(props: (stack: Stack) => RegistrationProps): (id: string) => Resource {
  const stack = new Stack(app(), 'Registry');
  new Registration(stack, 'Registration', { packageFile, ...props(stack) });
  const resources = Object.entries(resourcesOf(stack));
  return (id) => resources.find(([name]) => name.startsWith(`Registration${id}`))?.[1] as Resource;
}

/** A policy's statements by Sid, with lists throughout. */
function statementsOf(statements: readonly Statement[]) {
  const list = (value: unknown): unknown[] => [value].flat();
  return Object.fromEntries(
    statements.map(({ Sid, Action, Resource: on, Condition }) => [
      Sid,
      { Action: list(Action).sort(), Resource: list(on), Condition },
    ]),
  );
}

/** The functions of CloudFormation that register.yml uses in its statements, with the values that `PARAMETERS` has. */
const PARAMETERS: Readonly<Record<string, unknown>> = {
  JobTypes: Object.values(JobType),
  SourceBucketArns: ['arn:aws:s3:::source'],
  TargetBucketArns: ['arn:aws:s3:::target'],
  KmsKeyArns: [KEY_ARN],
  LakeFormationRoleArn: ROLE_ARN,
};

function evaluated(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(evaluated);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const [[name, argument] = []] = Object.entries(value);
  switch (name) {
    case 'Ref':
      return PARAMETERS[argument] ?? `\${${argument}}`;
    case 'Fn::Join': {
      const [separator, parts] = argument as [string, unknown];
      return (evaluated(parts) as string[]).join(separator);
    }
    case 'Fn::Split': {
      const [separator, text] = argument as [string, unknown];
      return (evaluated(text) as string).split(separator);
    }
    case 'Fn::Sub': {
      const [text, names] = (Array.isArray(argument) ? argument : [argument, {}]) as [string, object];
      return Object.entries(names).reduce(
        (done, [key, part]) => done.replace(`\${${key}}`, evaluated(part) as string),
        text,
      );
    }
    case 'Fn::If':
      return evaluated((argument as unknown[])[1]);
    default:
      return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, evaluated(member)]));
  }
}

/** register.yml, its short forms of functions as long ones. */
function registerYml() {
  const functions = ['Ref', 'Sub', 'Join', 'Split', 'If', 'GetAtt', 'Equals', 'Not', 'And', 'Or'];
  const customTags = functions.flatMap((name) => {
    const long = name === 'Ref' ? name : `Fn::${name}`;
    const resolve = (node: unknown) => ({ [long]: (node as { toJSON?(): unknown }).toJSON?.() ?? node });
    return [
      { tag: `!${name}`, resolve },
      { tag: `!${name}`, collection: 'seq' as const, resolve },
    ];
  });
  return parse(readFileSync(inRoot(REGISTER_FILE), 'utf8'), { customTags });
}

test('the execution role may do what that of register.yml may, for all job types', () => {
  const [policy] = registered((stack) => ({
    jobTypes: Object.values(JobType),
    sourceBuckets: [Bucket.fromBucketName(stack, 'Source', 'source')],
    targetBuckets: [
      Bucket.fromBucketAttributes(stack, 'Target', {
        bucketName: 'target',
        encryptionKey: Key.fromKeyArn(stack, 'Key', KEY_ARN),
      }),
    ],
    lakeFormationRole: Role.fromRoleArn(stack, 'Role', ROLE_ARN),
  }))('ExecutionRole').Properties.Policies as [{ PolicyDocument: { Statement: Statement[] } }];
  const [expected] = registerYml().Resources.ExecutionRole.Properties.Policies;
  const partition = (text: string): string =>
    text
      .replaceAll('${AWS::Partition}:s3:::source', 'aws:s3:::source')
      .replaceAll('${AWS::Partition}:s3:::target', 'aws:s3:::target');
  const ours = JSON.parse(partition(JSON.stringify(evaluated(policy.PolicyDocument.Statement))));
  expect(statementsOf(ours)).toEqual(statementsOf(evaluated(expected.PolicyDocument.Statement) as Statement[]));
});

test('the roles trust the type alone, for 12 hours, and have the path and the boundary that they are given', () => {
  const find = registered((stack) => ({
    jobTypes: [JobType.EXPORT_ASSET_TO_SIGNED_URL],
    rolePath: '/types/',
    permissionsBoundary: ManagedPolicy.fromManagedPolicyArn(
      stack,
      'Boundary',
      'arn:aws:iam::111122223333:policy/Limit',
    ),
  }));
  for (const role of ['ExecutionRole', 'LoggingRole']) {
    const { Properties } = find(role);
    expect(Properties).toMatchObject({
      Path: '/types/',
      PermissionsBoundary: 'arn:aws:iam::111122223333:policy/Limit',
      MaxSessionDuration: 43_200,
    });
    expect(JSON.stringify(Properties.AssumeRolePolicyDocument)).toContain(':type/resource/Acme-DataExchange-Job/*');
  }
});

test('the version has the package as an asset, becomes the default one, and logs for 90 days', () => {
  const find = registered(() => ({ jobTypes: [JobType.EXPORT_ASSET_TO_SIGNED_URL] }));
  expect(find('TypeVersion').Properties).toEqual({
    TypeName: TYPE_NAME,
    SchemaHandlerPackage: { 'Fn::Sub': expect.stringMatching(/^s3:\/\/cdk-hnb659fds-assets-.*[0-9a-f]{64}$/) },
    ExecutionRoleArn: { 'Fn::GetAtt': [expect.stringMatching(/^RegistrationExecutionRole/), 'Arn'] },
    LoggingConfig: {
      LogGroupName: { Ref: expect.stringMatching(/^RegistrationLogGroup/) },
      LogRoleArn: { 'Fn::GetAtt': [expect.stringMatching(/^RegistrationLoggingRole/), 'Arn'] },
    },
  });
  expect(find('DefaultVersion').Properties.TypeVersionArn).toEqual({
    Ref: expect.stringMatching(/^RegistrationTypeVersion/),
  });
  expect(find('LogGroup')).toMatchObject({ Properties: { RetentionInDays: 90 }, DeletionPolicy: 'Delete' });
});

test('with roles of your own it makes none', () => {
  const find = registered((stack) => ({
    executionRole: Role.fromRoleArn(stack, 'Execution', ROLE_ARN),
    loggingRole: Role.fromRoleArn(stack, 'Logging', ROLE_ARN),
    logRetention: RetentionDays.ONE_DAY,
  }));
  expect(find('TypeVersion').Properties.ExecutionRoleArn).toBe(ROLE_ARN);
  expect(find('ExecutionRole')).toBeUndefined();
  expect(find('LoggingRole')).toBeUndefined();
});

test.each([
  ['without job types', { packageFile }, /jobTypes is missing: name what the type may run/],
  ['without the package', { jobTypes: [JobType.EXPORT_ASSET_TO_SIGNED_URL] }, /packageFile is missing: make package/],
])('%s it is refused', (_, props, message) => {
  expect(() => new Registration(new Stack(app(), 'Registry'), 'Registration', props)).toThrow(message);
});

test('beside a job of its type, or another registration of it, in one stack it is refused', () => {
  const stack = new Stack(app(), 'Registry');
  const props = { packageFile, jobTypes: [JobType.IMPORT_ASSETS_FROM_S3] };
  new Registration(stack, 'Registration', props);
  new Registration(stack, 'Other', { ...props, typeName: 'Emca::DataExchange::Job' });
  new Registration(stack, 'Again', props);
  new CfnJob(stack, 'Job', { type: JobType.IMPORT_ASSETS_FROM_S3, dataSetId: DATA_SET_ID });
  const found = stack.node.findAll().flatMap(({ node }) => node.validate());
  expect(found).toEqual([
    'Acme::DataExchange::Job must be registered before a stack with jobs is deployed: move Registry/Job or ' +
      'Registry/Registration to another stack',
    'Acme::DataExchange::Job is registered by Registry/Again too: leave one of the two out',
    'Acme::DataExchange::Job must be registered before a stack with jobs is deployed: move Registry/Job or ' +
      'Registry/Again to another stack',
    'Acme::DataExchange::Job is registered by Registry/Registration too: leave one of the two out',
  ]);
});

test('a grant is a policy in the stack of the jobs, on buckets of that stack too, and the jobs wait for it', () => {
  const two = app();
  const registration = new Registration(new Stack(two, 'Registry'), 'Registration', {
    packageFile,
    jobTypes: [JobType.IMPORT_ASSETS_FROM_S3, JobType.EXPORT_REVISIONS_TO_S3],
  });
  const stack = new Stack(two, 'Weather');
  const bucket = new Bucket(stack, 'Copies');
  const key = new Key(stack, 'Key');
  const publication = new Publication(stack, 'Publication', {
    dataSetId: DATA_SET_ID,
    objects: Array.from({ length: 101 }, (_, index) => ({ bucketName: 'files', key: `${index}` })),
  });
  publication.exportTo({ bucketName: bucket.bucketName, encryption: ExportEncryption.kms(key) });
  publication.grantRead(registration);
  publication.grantWrite(registration);

  expect(Template.fromStack(registration.logGroup.stack).findResources('AWS::IAM::Policy')).toEqual({});
  const policies = Object.entries(resourcesOf(stack)).filter(([, { Type }]) => Type === 'AWS::IAM::Policy');
  expect(policies).toHaveLength(1);
  const [[name, policy]] = policies as [[string, Resource]];
  const { Statement } = policy.Properties.PolicyDocument as { Statement: Statement[] };
  expect(Statement.flatMap(({ Action }) => Action)).toEqual([
    's3:GetBucketLocation',
    's3:ListBucket',
    's3:GetObject',
    's3:GetBucketLocation',
    's3:ListBucket',
    's3:PutObject',
    's3:PutObjectAcl',
    'kms:Encrypt',
    'kms:GenerateDataKey',
    'kms:DescribeKey',
  ]);
  const jobs = Object.values(resourcesOf(stack)).filter(({ Type }) => Type === TYPE_NAME);
  expect(jobs.map(({ DependsOn }) => DependsOn)).toEqual(Array(3).fill([name]));
});
