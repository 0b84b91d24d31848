import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { JOB_TYPE_NAMES } from '../../src/job/job-types';
import { withRights } from '../../tools/generate/register-rights';
import { inRoot, REGISTER_FILE } from '../../tools/support/paths';

const text = readFileSync(inRoot(REGISTER_FILE), 'utf8');
// Without its tags: `!Ref JobTypes` is read as JobTypes.
const template = parse(text, { logLevel: 'silent' });

interface Statement {
  readonly Sid: string;
}

describe('the execution role of register.yml', () => {
  const [{ PolicyDocument }] = template.Resources.ExecutionRole.Properties.Policies;
  const statements: readonly (Statement | { readonly 'Fn::If': readonly [string, Statement, string] })[] =
    PolicyDocument.Statement;
  const guards = Object.fromEntries(
    statements.map((each) => ('Fn::If' in each ? [each['Fn::If'][1].Sid, each['Fn::If'][0]] : [each.Sid, 'always'])),
  );

  test.each([
    ['every job', 'ManageJobs', 'always'],
    ['one job type', 'ReadApis', 'ImportAssetFromApiGatewayApi'],
    ['several job types', 'ReadAssets', 'ReadAssets'],
    ['one job type and a parameter', 'ReadSourceObjects', 'ReadSourceObjects'],
    ['several job types and a parameter', 'ListSourceBuckets', 'ListSourceBuckets'],
  ])('grants a right of %s under its condition', (_, right, condition) => {
    expect(guards[right]).toBe(condition);
  });

  test.each([
    ['ReadAssets', '!Or [{Condition: ExportAssetsToS3}, {Condition: ExportAssetToSignedUrl}]'],
    ['ReadSourceObjects', '!And [{Condition: ImportAssetsFromS3}, {Condition: SourceBucketArnsGiven}]'],
    [
      'ListSourceBuckets',
      '!And [!Or [{Condition: ImportAssetsFromS3}, {Condition: CreateS3DataAccessFromS3Bucket}], {Condition: SourceBucketArnsGiven}]',
    ],
    ['SourceBucketArnsGiven', '!Not [!Equals [!Join ["", !Ref SourceBucketArns], ""]]'],
    ['LakeFormationRoleArnGiven', '!Not [!Equals [!Ref LakeFormationRoleArn, ""]]'],
  ])('has the condition %s', (name, definition) => {
    expect(text.replace(/\s+/g, ' ').replace(/\[ /g, '[').replace(/ \]/g, ']')).toContain(`${name}: ${definition}`);
  });

  test('depends on nothing but the rights', () => {
    const changed = text
      .replace('dataexchange:GetAsset', 'dataexchange:*')
      .replace('Condition: ExportAssetsToS3', 'Condition: ImportAssetsFromS3')
      .replace('(IMPORT_ASSETS_FROM_S3|', '(');
    expect(withRights(changed)).toBe(text);
  });
});

test('the conditions tell job types apart: no name of a type is part of another', () => {
  const parts = JOB_TYPE_NAMES.filter((name) => JOB_TYPE_NAMES.some((other) => other !== name && other.includes(name)));
  expect(parts).toEqual([]);
});

test('JobTypes takes none, one or several of the nine names', () => {
  const pattern = new RegExp(`^${template.Parameters.JobTypes.AllowedPattern}$`);
  const judged = ['', ...JOB_TYPE_NAMES, JOB_TYPE_NAMES.join(), 'IMPORT_ASSETS_FROM_S', 'EXPORT_ASSETS_TO_S3,'];
  expect(judged.filter((value) => !pattern.test(value))).toEqual(['IMPORT_ASSETS_FROM_S', 'EXPORT_ASSETS_TO_S3,']);
});

test('every role that the stack makes has the path and the permissions boundary that it is given', () => {
  const resources: readonly { readonly Type: string; readonly Properties: object }[] = Object.values(
    template.Resources,
  );
  const roles = resources.filter(({ Type }) => Type === 'AWS::IAM::Role');
  const placed = {
    Path: 'RolePath',
    PermissionsBoundary: ['RolesAreBounded', 'PermissionsBoundaryArn', 'AWS::NoValue'],
  };
  expect(roles).toHaveLength(2);
  for (const { Properties } of roles) {
    expect(Properties).toMatchObject(placed);
  }
});

test('CloudFormation reads no aliases in YAML, so there are none', () => {
  expect(text).not.toMatch(/: [&*][A-Za-z]/);
});
