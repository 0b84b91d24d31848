import { spawnSync } from 'node:child_process';
import { JOB_TYPE_NAMES, JOB_TYPES, type JobTypeName, OWN_REVISION_PERMISSIONS } from '../../src/job/job-types';
import { inRoot, pythonTool } from '../support/paths';
import { type Result, verdict } from '../test-all/step';

interface Statement {
  readonly Sid: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

const JOB_ACTIONS = ['CreateJob', 'StartJob', 'GetJob', 'CancelJob', 'ListJobs'].map((name) => `dataexchange:${name}`);

const NAMED = {
  SourceBucketArns: 'arn:aws:s3:::source-a,arn:aws:s3:::source-b',
  TargetBucketArns: 'arn:aws:s3:::target-a',
  KmsKeyArns: 'arn:aws:kms:us-east-1:111122223333:key/a',
  LakeFormationRoleArn: 'arn:aws:iam::111122223333:role/a',
};
/** Where S3, KMS and IAM rights may point: at what was named, and at the service's own buckets. */
const ALLOWED = [
  /^arn:aws:s3:::\*aws-data-exchange\*$/,
  /^arn:aws:s3:::(source-a|source-b|target-a)(\/\*)?$/,
  /^arn:aws:kms:us-east-1:111122223333:key\/a$/,
  /^arn:aws:iam::111122223333:role\/a$/,
];

/** register.yml's role has, for the job types chosen, the rights of the table of job types, on nothing but what is named. */
export async function registerRights(): Promise<Result> {
  const choices: readonly (readonly JobTypeName[])[] = [...JOB_TYPE_NAMES.map((name) => [name]), JOB_TYPE_NAMES];
  const parameters = choices.flatMap((types) => [{ JobTypes: types.join(), ...NAMED }, { JobTypes: types.join() }]);
  const roles = rolesOf(parameters);
  const wrong = choices.flatMap((types, index) => {
    const [named = [], unnamed = []] = [roles[2 * index], roles[2 * index + 1]];
    return [...rights(types, named), ...places(named), ...places(unnamed)].map((line) => `${types.join()}: ${line}`);
  });
  return verdict(wrong.length === 0, wrong.join('\n'), `${choices.length} choices of job types`);
}

function rolesOf(parameters: readonly object[]): readonly (readonly Statement[])[] {
  const line = [inRoot('tools', 'checks', 'role_of.py'), inRoot('tools', 'package', 'register.yml')];
  const input = JSON.stringify(parameters);
  const { status, stdout, stderr } = spawnSync(pythonTool('lint', 'python'), line, { input, encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(stderr);
  }
  return JSON.parse(stdout);
}

function rights(types: readonly JobTypeName[], role: readonly Statement[]): string[] {
  const given = new Set(role.flatMap(({ Action }) => Action));
  const needed = new Set([...JOB_ACTIONS, ...types.flatMap(rightsOf)]);
  return [
    ...[...needed].filter((action) => !given.has(action)).map((action) => `${action} is missing`),
    ...[...given].filter((action) => !needed.has(action)).map((action) => `${action} is not in the table`),
  ];
}

function rightsOf(name: JobTypeName): readonly string[] {
  const type = JOB_TYPES[name];
  return 'ownRevision' in type ? [...type.permissions, ...OWN_REVISION_PERMISSIONS] : type.permissions;
}

function places(role: readonly Statement[]): string[] {
  return role.flatMap(({ Sid, Action, Resource }) => {
    const guarded = [Action].flat().some((action) => /^(s3|kms|iam):/.test(action));
    const astray = [Resource].flat().filter((resource) => !ALLOWED.some((pattern) => pattern.test(resource)));
    return guarded && astray.length > 0
      ? [`${Sid} reaches ${astray.map((resource) => `"${resource}"`).join(', ')}`]
      : [];
  });
}
