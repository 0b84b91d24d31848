import { readFileSync } from 'node:fs';
import { CfnCondition, CfnParameter, Fn, RemovalPolicy, SecretValue, Token } from 'aws-cdk-lib';
import { CfnDataSet } from 'aws-cdk-lib/aws-dataexchange';
import { Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { JOB_TYPE_NAMES } from '../../src/job/job-types';
import { validate } from '../../src/job/validate';
import { inRoot, SCHEMA_FILE } from '../../tools/support/paths';
import {
  ApiSpecification,
  AssetContent,
  CfnJob,
  CreateS3DataAccessFromS3Bucket,
  DatabasePermission,
  ExportAssetsToS3,
  ExportAssetToSignedUrl,
  ExportEncryption,
  ExportRevisionsToS3,
  ImportAssetFromApiGatewayApi,
  ImportAssetFromSignedUrl,
  ImportAssetsFromLakeFormationTagPolicy,
  ImportAssetsFromRedshiftDataShares,
  ImportAssetsFromS3,
  JobType,
  Revision,
  TablePermission,
} from '../src';
import { DATA_SET_ID, jobsOf, REVISION_ID, type Resource, resourcesOf, someStack } from './support';

const KEY_ARN = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const ROLE_ARN = 'arn:aws:iam::111122223333:role/Grants';
const ASSET_ID = '9b8a7c6d5e4f43210fedcba987654321';
const MD5 = 'XUFAKrxLKna5cZ2REBfFkg==';

const stack = someStack();
const key = Key.fromKeyArn(stack, 'Key', KEY_ARN);
const ofDataSet = { dataSetId: DATA_SET_ID };
const ofRevision = { ...ofDataSet, revisionId: REVISION_ID };
const allOfRevision = {
  ...ofDataSet,
  triggers: ['1'],
  finalizeRevision: true,
  revision: Revision.revocable({ comment: 'Comment', tags: { team: 'weather' }, revocationComment: 'It was wrong.' }),
};

new ImportAssetsFromS3(stack, 'Objects', { ...allOfRevision, objects: [{ bucketName: 'files', key: 'a.csv' }] });
new ImportAssetsFromS3(stack, 'More', {
  ...ofDataSet,
  revision: Revision.of(REVISION_ID),
  finalizeRevision: true,
  objects: [{ bucketName: 'files', key: 'b.csv' }],
});
new ImportAssetFromSignedUrl(stack, 'File', { ...allOfRevision, assetName: 'NOTE.txt', content: 'A note.' });
new ImportAssetFromSignedUrl(stack, 'Upload', { ...ofDataSet, assetName: 'a', content: AssetContent.fromUpload(MD5) });
new ImportAssetsFromRedshiftDataShares(stack, 'Datashare', {
  ...allOfRevision,
  dataShareArns: ['arn:aws:redshift:us-east-1:111122223333:datashare:86b5169f-01dc-4a6f-9fbb-e2e24359e9a8/sales'],
});
new ImportAssetFromApiGatewayApi(stack, 'Api', {
  ...allOfRevision,
  apiId: 'a1b2c3d4e5',
  apiName: 'prices',
  stageName: 'prod',
  specification: ApiSpecification.fromJson('{}'),
  apiDescription: 'Prices',
  apiKey: SecretValue.secretsManager('prices-api', { jsonField: 'key' }),
});
new ImportAssetsFromLakeFormationTagPolicy(stack, 'Tables', {
  ...allOfRevision,
  catalogId: '111122223333',
  role: Role.fromRoleArn(stack, 'Role', ROLE_ARN),
  databases: { tags: [{ key: 'department', values: ['sales'] }], permissions: [DatabasePermission.DESCRIBE] },
  tables: { tags: [{ key: 'department', values: ['sales'] }], permissions: [TablePermission.SELECT] },
});
new CreateS3DataAccessFromS3Bucket(stack, 'Access', {
  ...allOfRevision,
  bucketName: 'shared',
  keyPrefixes: ['2026/'],
  keys: ['README.txt'],
  kmsKeys: [key],
});
new ExportAssetsToS3(stack, 'Assets', {
  ...ofRevision,
  assets: [{ assetId: ASSET_ID, bucketName: 'copies', key: 'a.csv' }],
  encryption: ExportEncryption.kms(key),
});
new ExportAssetToSignedUrl(stack, 'Link', { ...ofRevision, assetId: ASSET_ID });
new ExportRevisionsToS3(stack, 'Copy', {
  ...ofRevision,
  bucketName: 'copies',
  keyPattern: 'copies/${Asset.Name}',
  encryption: ExportEncryption.s3Managed(),
});

describe('the classes of the job types', () => {
  test('are one for each type, and the handlers accept what they write', () => {
    const models = jobsOf(stack).map(({ Properties }) => Properties);
    expect([...new Set(models.map(({ Type }) => Type))].sort()).toEqual([...JOB_TYPE_NAMES].sort());
    expect(models.flatMap((model) => validate(model))).toEqual([]);
  });

  test('write the template that they wrote before', () => {
    expect(resourcesOf(stack)).toMatchSnapshot();
  });

  test('keep a revision that is finalised and not to be revoked, by both policies', () => {
    const policies = jobsOf(stack).map(({ Properties, DeletionPolicy, UpdateReplacePolicy }) => {
      const kept = Properties.FinalizeRevision === true && Properties.RevokeOnDelete !== true;
      return [kept ? 'Retain' : undefined, DeletionPolicy, UpdateReplacePolicy];
    });
    for (const [expected, onDelete, onReplace] of policies) {
      expect([onDelete, onReplace]).toEqual([expected, expected]);
    }
    expect(policies.map(([expected]) => expected)).toContain('Retain');
  });

  test('start a job unless it waits for a file that the user uploads', () => {
    const waiting = jobsOf(stack).filter(({ Properties }) => Properties.StartOnCreation === false);
    expect(waiting.map(({ Properties }) => Properties.UrlAssetMd5Hash)).toEqual([MD5]);
  });

  test('follow other jobs by as few entries of Triggers as their ids need', () => {
    const other = someStack();
    const jobs = Array.from(
      { length: 25 },
      (_, index) => new ImportAssetFromSignedUrl(other, `File${index}`, { ...ofDataSet, assetName: 'a', content: 'b' }),
    );
    new ExportAssetToSignedUrl(other, 'Link', { ...ofRevision, assetId: ASSET_ID, triggers: ['1'], follows: jobs });
    const [first, ...packed] = (jobsOf(other).at(-1) as Resource).Properties.Triggers as [
      string,
      ...{ 'Fn::Join': [string, object[]] }[],
    ];
    expect(first).toBe('1');
    expect(packed.map(({ 'Fn::Join': join }, index) => (index === 0 ? join[1].length : join))).toEqual([24, undefined]);
  });

  test('leave the other policy to whoever says so', () => {
    const other = someStack();
    new ImportAssetFromSignedUrl(other, 'File', {
      ...ofDataSet,
      assetName: 'a',
      content: 'b',
      finalizeRevision: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    expect(jobsOf(other)[0]).toMatchObject({ DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
  });
});

describe('what is refused, with the place in the app and the way out', () => {
  const objects = [{ bucketName: 'files', key: 'a' }];
  const unknownList = Fn.split(',', Fn.importValue('List'));

  function importInto(nameOf: (dataSet: CfnDataSet) => string): ImportAssetsFromS3 {
    const other = someStack();
    const dataSet = new CfnDataSet(other, 'Set', { name: 'a', description: 'b', assetType: 'S3_SNAPSHOT' });
    return new ImportAssetsFromS3(other, 'Import', { dataSetId: nameOf(dataSet), objects });
  }

  test.each([
    [
      'a job without objects',
      () => new ImportAssetsFromS3(someStack(), 'Import', { ...ofDataSet, objects: [] }),
      'Weather/Import: a job imports 1 to 100 objects, and not 0; a Publication takes any number.',
    ],
    [
      'more objects than a job takes',
      () => new ImportAssetsFromS3(someStack(), 'Import', { ...ofDataSet, objects: Array(101).fill(objects[0]) }),
      /1 to 100 objects, and not 101/,
    ],
    [
      'to finalise without a start',
      () =>
        new ImportAssetsFromS3(someStack(), 'Import', {
          ...ofDataSet,
          objects,
          startOnCreation: false,
          finalizeRevision: true,
        }),
      /finalizeRevision: true needs startOnCreation: true/,
    ],
    [
      'to finalise before the upload',
      () =>
        new ImportAssetFromSignedUrl(someStack(), 'Import', {
          ...ofDataSet,
          assetName: 'a',
          content: AssetContent.fromUpload(MD5),
          finalizeRevision: true,
        }),
      /needs startOnCreation: true/,
    ],
    [
      'a tag policy for nothing',
      () => {
        const other = someStack();
        return new ImportAssetsFromLakeFormationTagPolicy(other, 'Import', {
          ...ofDataSet,
          role: Role.fromRoleArn(other, 'Role', ROLE_ARN),
        });
      },
      /neither databases nor tables/,
    ],
    [
      'an empty list, which would not be the whole bucket',
      () => new CreateS3DataAccessFromS3Bucket(someStack(), 'Access', { ...ofDataSet, bucketName: 'shared', keys: [] }),
      /Weather\/Access: keys has no entries; give at least one, or leave it out/,
    ],
    [
      'a tag policy without permissions',
      () => {
        const other = someStack();
        return new ImportAssetsFromLakeFormationTagPolicy(other, 'Import', {
          ...ofDataSet,
          role: Role.fromRoleArn(other, 'Role', ROLE_ARN),
          tables: { tags: [{ key: 'department', values: ['sales'] }], permissions: [] },
        });
      },
      /tables.permissions has no entries/,
    ],
    ['the ARN of a data set', () => importInto((dataSet) => dataSet.ref), /is the ARN of a data set.*write attrId/],
    [
      'the ARN of a data set by its other name',
      () => importInto((dataSet) => dataSet.attrArn),
      /is the ARN of a data set.*write attrId/,
    ],
    [
      'an ARN as a text',
      () =>
        new ImportAssetsFromS3(someStack(), 'Import', { dataSetId: 'arn:aws:dataexchange:a:b:data-sets/c', objects }),
      /dataSetId must be the id of a data set.* and not "arn:aws/,
    ],
    [
      'no data set',
      () => new ImportAssetsFromS3(someStack(), 'Import', { dataSetId: '', objects }),
      /dataSetId must be the id of a data set.* and not ""/,
    ],
    [
      'no datashares',
      () => new ImportAssetsFromRedshiftDataShares(someStack(), 'Import', { ...ofDataSet, dataShareArns: [] }),
      /dataShareArns needs 1 to 10 entries, and has 0/,
    ],
    [
      'datashares of unknown number',
      () => new ImportAssetsFromRedshiftDataShares(someStack(), 'Import', { ...ofDataSet, dataShareArns: unknownList }),
      /dataShareArns must be a list whose length is known at synthesis/,
    ],
    [
      'more assets than a job exports',
      () => {
        const assets = Array(101).fill({ assetId: ASSET_ID, bucketName: 'copies' });
        return new ExportAssetsToS3(someStack(), 'Export', { ...ofRevision, assets });
      },
      /assets needs 1 to 100 entries, and has 101/,
    ],
    [
      'keys that do not tell assets apart',
      () =>
        new ExportRevisionsToS3(someStack(), 'Export', {
          ...ofRevision,
          bucketName: 'copies',
          keyPattern: 'latest.csv',
        }),
      /keyPattern must contain \$\{Asset.Name\} or \$\{Asset.Id\}, and is "latest.csv"/,
    ],
    [
      'triggers of unknown number beside jobs to follow',
      () => {
        const other = someStack();
        const first = new ImportAssetsFromS3(other, 'First', { ...ofDataSet, objects });
        return new ImportAssetsFromS3(other, 'Import', {
          ...ofDataSet,
          objects,
          triggers: unknownList,
          follows: [first],
        });
      },
      /triggers must be a list whose length is known at synthesis/,
    ],
    [
      'more triggers than the type takes',
      () => new ImportAssetsFromS3(someStack(), 'Import', { ...ofDataSet, objects, triggers: Array(21).fill('1') }),
      /21 triggers and 0 jobs to follow need 21 entries of Triggers; 20 are possible/,
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  // The compiler proves it: each of these lines must be an error.
  test('by the compiler, what belongs to another job type', () => {
    const wrong = [
      // @ts-expect-error: objects belong to imports
      () => new ExportRevisionsToS3(stack, '1', { ...ofRevision, bucketName: 'a', objects }),
      // @ts-expect-error: the revision is required
      () => new ExportRevisionsToS3(stack, '2', { ...ofDataSet, bucketName: 'a' }),
      // @ts-expect-error: exports finalise nothing
      () => new ExportAssetToSignedUrl(stack, '3', { ...ofRevision, assetId: 'a', finalizeRevision: true }),
      // @ts-expect-error: a comment goes with a revision of one's own
      () => Revision.of(REVISION_ID, { comment: 'a' }),
      // @ts-expect-error: a comment on the revocation goes with one that is revoked
      () => Revision.own({ revocationComment: 'It was wrong.' }),
      // @ts-expect-error: a key goes with aws:kms only
      () => ExportEncryption.s3Managed(key),
      // @ts-expect-error: tables are described together with what may be done with them
      (): SharedTables => ({ tags: [] }),
    ];
    expect(wrong).toHaveLength(7);
  });
});

type SharedTables = NonNullable<ConstructorParameters<typeof ImportAssetsFromLakeFormationTagPolicy>[2]['tables']>;

describe('CfnJob', () => {
  const schema = JSON.parse(readFileSync(inRoot(SCHEMA_FILE), 'utf8'));
  const readOnly: readonly string[] = schema.readOnlyProperties.map((path: string) => path.split('/').at(-1));

  test('has an attribute for everything that is read-only', () => {
    const other = someStack();
    const job = new CfnJob(other, 'Job', { type: JobType.EXPORT_ASSET_TO_SIGNED_URL, dataSetId: DATA_SET_ID });
    const attributes = Object.entries(job).filter(([name]) => name.startsWith('attr'));
    expect(Object.fromEntries(attributes.map(([name, value]) => [name.slice(4), other.resolve(value)]))).toEqual(
      Object.fromEntries(readOnly.map((name) => [name, { 'Fn::GetAtt': ['Job', name] }])),
    );
    expect(Array.isArray(job.attrAssetIds)).toBe(true);
  });

  test('takes tokens for texts, truth values, lists, objects and what is in them', () => {
    const other = someStack();
    const list = new CfnParameter(other, 'List', { type: 'CommaDelimitedList' }).valueAsList;
    const text = new CfnParameter(other, 'Text').valueAsString;
    new CfnCondition(other, 'Big', { expression: Fn.conditionEquals(text, 'big') });
    const anything = Token.asAny(Fn.conditionIf('Big', 1, 2));
    new CfnJob(other, 'Job', {
      type: Fn.select(0, list),
      dataSetId: text,
      startOnCreation: anything,
      triggers: list,
      s3AssetSources: [{ bucket: text, key: 'a' }, anything],
      s3DataAccessAssetSource: { bucket: 'b', keys: list, kmsKeysToGrant: anything },
      lakeFormationTableExpression: anything,
    });
    const one = { 'Fn::If': ['Big', 1, 2] };
    expect(jobsOf(other)[0]?.Properties).toEqual({
      Type: { 'Fn::Select': [0, { Ref: 'List' }] },
      DataSetId: { Ref: 'Text' },
      StartOnCreation: one,
      Triggers: { Ref: 'List' },
      S3AssetSources: [{ Bucket: { Ref: 'Text' }, Key: 'a' }, one],
      S3DataAccessAssetSource: { Bucket: 'b', Keys: { Ref: 'List' }, KmsKeysToGrant: one },
      LakeFormationTableExpression: one,
    });
  });

  test('can be changed until it is written', () => {
    const other = someStack();
    const job = new CfnJob(other, 'Job', { type: 'IMPORT_ASSETS_FROM_S3', dataSetId: 'a' });
    job.dataSetId = DATA_SET_ID;
    job.addPropertyOverride('StartOnCreation', true);
    expect(jobsOf(other)[0]?.Properties).toEqual({
      Type: 'IMPORT_ASSETS_FROM_S3',
      DataSetId: DATA_SET_ID,
      StartOnCreation: true,
    });
  });
});
