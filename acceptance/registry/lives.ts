import { GetResourceCommand } from '@aws-sdk/client-cloudcontrol';
import {
  DescribeStackDriftDetectionStatusCommand,
  DescribeStackResourceDriftsCommand,
  DetectStackDriftCommand,
} from '@aws-sdk/client-cloudformation';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateDataSetCommand, paginateListDataSetRevisions } from '@aws-sdk/client-dataexchange';
import { GetObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import type { Finding } from '../probe';
import { type Experiment, experiment } from './experiment';
import { type JobType, OBJECTS } from './job-type';
import { pause } from './pause';
import type { End } from './stacks';

/** What a row about the type is expected to say. Otherwise it says `fails` or `lacks a right`. */
const WORKS = 'works';

const NOTE = 'written by a template';

/** The lives of jobs as resources. Each stands for itself: they can run in any order and side by side. */
export const LIVES: Readonly<Record<string, Experiment<JobType>>> = {
  exports: experiment(
    240,
    {
      'type.registration': [WORKS, 'register.yml registers the package'],
      'type.importFromS3': [WORKS, 'an import of two objects into a revision of its own'],
      'type.importFromSignedUrl': [WORKS, 'an import of a text of the template, which finalises the revision'],
      'type.exportRevisionsToS3': [WORKS, 'an export of the whole revision: what comes out is what went in'],
      'type.exportAssetsToS3': [WORKS, 'an export of one asset: what comes out is what went in'],
      'type.exportAssetToSignedUrl': [WORKS, 'a link to download one asset, which Cloud Control API reads'],
      'type.log': [WORKS, 'the handlers write to the log of LoggingConfig'],
    },
    exportAll,
  ),

  releases: experiment(
    300,
    {
      'type.triggers': [WORKS, 'another value in Triggers makes the revision and all its jobs anew'],
      'type.updatesInPlace': [WORKS, 'RevisionComment and RevisionTags change without a new job'],
      'type.drift': [WORKS, 'no resource drifts after deployments'],
      'type.deletion': [WORKS, 'a stack goes with its data set, revision and jobs'],
    },
    release,
  ),

  access: experiment(180, { 'type.s3DataAccess': [WORKS, 'access to a bucket in place'] }, async (type: JobType) => ({
    'type.s3DataAccess': ofResource(await type.stacks.create('job-access', accessTemplate(type)), 'Access'),
  })),

  waiting: experiment(
    180,
    { 'type.startLater': [WORKS, 'a job that waits is started by an update'] },
    async (type: JobType) => {
      const made = await type.stacks.create('job-waiting', waitingTemplate(type, false));
      const started = await updated(type, 'job-waiting', made, waitingTemplate(type, true));
      const states = [made, started].map(({ outputs }) => outputs.State);
      const expected = made.succeeded && states.join() === 'WAITING,COMPLETED';
      return { 'type.startLater': judged(started, expected, `its states: ${states.join(', ')}`) };
    },
  ),

  imported: experiment(
    240,
    { 'type.import': [WORKS, 'a stack takes over a job that exists, and nothing drifts'] },
    async (type: JobType) => {
      const what = 'job-imported';
      // An import may not change outputs.
      const Outputs = { JobId: { Value: { Ref: 'Job' } } };
      const made = await type.stacks.create(what, { ...importedTemplate(type, 'Retain'), Outputs });
      if (!made.succeeded) {
        return { 'type.import': judged(made, false, 'the job to import') };
      }
      const without = await type.stacks.update(what, { Resources: { DataSet: type.dataSet('imported') } });
      if (!without.succeeded) {
        return { 'type.import': judged(without, false, 'the stack without the job') };
      }
      const ResourceIdentifier = { Id: made.outputs.JobId as string };
      const resource = { ResourceType: type.name, LogicalResourceId: 'Job', ResourceIdentifier };
      const end = await type.stacks.import(what, importedTemplate(type, 'Delete'), [resource]);
      const drift = end.succeeded ? await driftOf(type, what) : 'not looked for';
      return { 'type.import': judged(end, drift === 'IN_SYNC', `drift after the import: ${drift}`) };
    },
  ),

  failing: experiment(
    120,
    { 'type.failedJob': [WORKS, 'a job that fails rolls the stack back, and the event names the object'] },
    async (type: JobType) => {
      const Key = 'readings/missing.csv';
      const end = await type.stacks.create('job-failing', {
        Resources: {
          DataSet: type.dataSet('failing'),
          Job: importOf(type, { S3AssetSources: [{ Bucket: type.source, Key }] }),
        },
      });
      const reason = end.failures.join('; ');
      const isExplained = end.status === 'ROLLBACK_COMPLETE' && reason.includes(Key);
      return {
        'type.failedJob': { seen: isExplained ? WORKS : failureOf(reason), evidence: `${end.status}: ${reason}` },
      };
    },
  ),

  revocation: experiment(
    180,
    { 'type.revocation': [WORKS, 'the deletion of a stack revokes the revision that it published'] },
    revoke,
    ['PUBLISHED_DATA_SET_ID'],
  ),

  redshift: experiment(
    180,
    { 'type.importFromRedshift': [WORKS, 'an import of a datashare'] },
    async (type: JobType) => {
      const sources = [{ DataShareArn: type.context.options.REDSHIFT_DATA_SHARE_ARN }];
      const job = type.job('IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES', {
        ...STARTED,
        RedshiftDataShareAssetSources: sources,
      });
      return { 'type.importFromRedshift': await lifeOf(type, 'redshift', 'REDSHIFT_DATA_SHARE', job) };
    },
    ['REDSHIFT_DATA_SHARE_ARN'],
  ),

  apiGateway: experiment(
    180,
    { 'type.importFromApiGateway': [WORKS, 'an import of an API with its specification'] },
    async (type: JobType) => {
      const info = { title: 'acceptance', version: '1' };
      const job = type.job('IMPORT_ASSET_FROM_API_GATEWAY_API', {
        ...STARTED,
        ApiGatewayApiId: type.context.options.API_ID,
        ApiGatewayApiName: 'acceptance',
        ApiGatewayStage: type.context.options.API_STAGE,
        ApiGatewayApiSpecification: JSON.stringify({ openapi: '3.0.1', info, paths: {} }),
      });
      return { 'type.importFromApiGateway': await lifeOf(type, 'api', 'API_GATEWAY_API', job) };
    },
    ['API_ID', 'API_STAGE'],
  ),

  lakeFormation: experiment(
    180,
    { 'type.importFromLakeFormation': [WORKS, 'an import of databases by an LF-tag acceptance=yes'] },
    async (type: JobType) => {
      const job = type.job('IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY', {
        ...STARTED,
        LakeFormationCatalogId: type.context.account,
        LakeFormationRoleArn: type.context.options.LAKE_FORMATION_ROLE_ARN,
        LakeFormationDatabaseExpression: [{ TagKey: 'acceptance', TagValues: ['yes'] }],
        LakeFormationDatabasePermissions: ['DESCRIBE'],
      });
      return { 'type.importFromLakeFormation': await lifeOf(type, 'lake', 'LAKE_FORMATION_DATA_PERMISSION', job) };
    },
    ['LAKE_FORMATION_ROLE_ARN'],
  ),
};

// --- exports and releases ---

async function exportAll(type: JobType) {
  const end = await type.stacks.create('job-exports', exportsTemplate(type));
  const objects = await contents(type);
  const exported = `exported: ${Object.keys(objects).join(', ') || 'nothing'}`;
  const isWhole = holds(objects, 'all/', { ...OBJECTS, 'note.txt': NOTE });
  const isOne = holds(objects, 'one/', { 'note.txt': NOTE });
  const isLink = end.succeeded && (await hasLink(type, end));
  const lines = await logLines(type);
  return {
    'type.registration': { seen: WORKS, evidence: `register.yml: ${type.registration.status}` },
    'type.importFromS3': ofResource(end, 'Import'),
    'type.importFromSignedUrl': ofResource(end, 'Note'),
    'type.exportRevisionsToS3': ofResource(end, 'CopyAll', isWhole, exported),
    'type.exportAssetsToS3': ofResource(end, 'CopyOne', isOne, exported),
    'type.exportAssetToSignedUrl': ofResource(end, 'Link', isLink, `${isLink ? 'a' : 'no'} link was read`),
    'type.log': { seen: lines > 0 ? WORKS : 'fails', evidence: `${lines} lines in the log of LoggingConfig` },
  };
}

async function release(type: JobType) {
  const what = 'job-releases';
  const made = await type.stacks.create(what, revisionTemplate(type, 'releases', '1', 'first'));
  const released = await updated(type, what, made, revisionTemplate(type, 'releases', '2', 'first'));
  const changed = await updated(type, what, released, revisionTemplate(type, 'releases', '2', 'second'));
  const isAnother = made.outputs.RevisionId !== released.outputs.RevisionId;
  const isSame = changed.outputs.JobId === released.outputs.JobId;
  const comments = changed.succeeded ? await commentsOf(type, changed.outputs.DataSetId as string) : [];
  const drift = changed.succeeded ? await driftOf(type, what) : 'not looked for';
  const gone = await type.stacks.delete(what);
  const revisions = `${isAnother ? 'another' : 'the same'} revision, ${comments.length} in the data set`;
  const kept = `${isSame ? 'the same' : 'another'} job; comments of the revisions: ${comments.join(', ')}`;
  return {
    'type.triggers': judged(released, isAnother && comments.length === 1, revisions),
    'type.updatesInPlace': judged(changed, isSame && comments.join() === 'second', kept),
    'type.drift': { seen: drift === 'IN_SYNC' ? WORKS : 'fails', evidence: `drift of the stack: ${drift}` },
    'type.deletion': judged(gone, made.succeeded, 'the stack was deleted'),
  };
}

/** Goes on with a stack, unless what was done before has failed: then that is what is to be told. */
async function updated(type: JobType, what: string, before: End, template: object): Promise<End> {
  return before.succeeded ? type.stacks.update(what, template) : before;
}

/** A revision of two files and a note, which the note's job finalises. */
function revisionTemplate(type: JobType, dataSet: string, release: string, edition: string) {
  const RevisionId = attribute('Import', 'TargetRevisionId');
  return {
    Resources: {
      DataSet: type.dataSet(dataSet),
      Import: importOf(type, {
        S3AssetSources: Object.keys(OBJECTS).map((Key) => ({ Bucket: type.source, Key })),
        RevisionComment: edition,
        RevisionTags: [{ Key: 'edition', Value: edition }],
        Triggers: [release],
      }),
      Note: type.job('IMPORT_ASSET_FROM_SIGNED_URL', {
        ...STARTED,
        RevisionId,
        UrlAssetName: 'note.txt',
        UrlAssetContent: NOTE,
        FinalizeRevision: true,
      }),
    },
    Outputs: {
      DataSetId: { Value: attribute('DataSet', 'Id') },
      RevisionId: { Value: RevisionId },
      JobId: { Value: { Ref: 'Import' } },
    },
  };
}

/** The same with an export of every type. */
function exportsTemplate(type: JobType): object {
  const { Resources } = revisionTemplate(type, 'exports', '1', 'first');
  const RevisionId = attribute('Import', 'TargetRevisionId');
  const AssetId = { 'Fn::Select': [0, attribute('Note', 'AssetIds')] };
  return {
    Resources: {
      ...Resources,
      CopyAll: type.job('EXPORT_REVISIONS_TO_S3', {
        ...STARTED,
        S3RevisionDestinations: [{ RevisionId, Bucket: type.target, KeyPattern: 'all/${Asset.Name}' }],
        Triggers: [{ Ref: 'Note' }],
      }),
      CopyOne: type.job('EXPORT_ASSETS_TO_S3', {
        ...STARTED,
        RevisionId,
        S3AssetDestinations: [{ AssetId, Bucket: type.target, Key: 'one/note.txt' }],
      }),
      Link: type.job('EXPORT_ASSET_TO_SIGNED_URL', { ...STARTED, RevisionId, AssetId }),
    },
    Outputs: { LinkId: { Value: { Ref: 'Link' } } },
  };
}

/** The objects in the bucket to export to. */
async function contents({ context, target: Bucket }: JobType): Promise<Record<string, string>> {
  const client = context.clients.s3;
  const found: Record<string, string> = {};
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket })) {
    for (const { Key = '' } of Contents) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      found[Key] = (await Body?.transformToString()) ?? '';
    }
  }
  return found;
}

function holds(objects: Readonly<Record<string, string>>, folder: string, expected: Readonly<Record<string, string>>) {
  return Object.entries(expected).every(([name, text]) => objects[`${folder}${name}`] === text);
}

/** Whether READ gives the link. The link itself goes nowhere: whoever has it can use it. */
async function hasLink(type: JobType, { outputs }: End): Promise<boolean> {
  const request = new GetResourceCommand({ TypeName: type.name, Identifier: outputs.LinkId });
  const { ResourceDescription } = await type.context.clients.cloudControl.send(request);
  return JSON.parse(ResourceDescription?.Properties ?? '{}').SignedUrl?.startsWith('http') === true;
}

async function commentsOf({ context }: JobType, DataSetId: string): Promise<string[]> {
  const found: string[] = [];
  const paginator = { client: context.clients.dataExchange };
  for await (const { Revisions = [] } of paginateListDataSetRevisions(paginator, { DataSetId })) {
    found.push(...Revisions.map(({ Comment = '' }) => Comment));
  }
  return found;
}

async function logLines({ context, registration }: JobType): Promise<number> {
  const request = new FilterLogEventsCommand({ logGroupName: registration.outputs.LogGroupName });
  const { events = [] } = await context.clients.logs.send(request);
  return events.length;
}

// --- other lives ---

const STARTED = { DataSetId: attribute('DataSet', 'Id'), StartOnCreation: true };

function importOf(type: JobType, properties: object, attributes: object = {}): object {
  return type.job('IMPORT_ASSETS_FROM_S3', { ...STARTED, ...properties }, attributes);
}

function oneSource({ source: Bucket }: JobType): object {
  return { S3AssetSources: [{ Bucket, Key: Object.keys(OBJECTS)[0] }] };
}

/** Lets the accounts in which Data Exchange has its access points read (examples/s3-data-access.yml). */
function accessTemplate(type: JobType): object {
  const arn = { 'Fn::Sub': `arn:\${AWS::Partition}:s3:::${type.source}` };
  const objects = { 'Fn::Sub': `arn:\${AWS::Partition}:s3:::${type.source}/*` };
  return {
    Resources: {
      DataSet: type.dataSet('access', 'S3_DATA_ACCESS'),
      Policy: {
        Type: 'AWS::S3::BucketPolicy',
        Properties: {
          Bucket: type.source,
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Principal: '*',
                Action: ['s3:GetObject', 's3:ListBucket'],
                Resource: [arn, objects],
                Condition: { StringEquals: { 's3:DataAccessPointAccount': ACCESS_POINT_ACCOUNTS } },
              },
            ],
          },
        },
      },
      Access: type.job(
        'CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET',
        { ...STARTED, S3DataAccessAssetSource: { Bucket: type.source, KeyPrefixes: ['readings/'] } },
        { DependsOn: 'Policy' },
      ),
    },
  };
}

/** The accounts of the service's access points (User Guide, publishing Amazon S3 data access). */
const ACCESS_POINT_ACCOUNTS = [
  '337040091392',
  '504002150500',
  '366362662752',
  '330489627928',
  '291973504423',
  '461002523379',
  '036905324694',
  '540564263739',
  '675969394711',
  '108584782536',
  '844053218156',
];

function waitingTemplate(type: JobType, StartOnCreation: boolean): object {
  const content = { UrlAssetName: 'later.txt', UrlAssetContent: NOTE };
  return {
    Resources: {
      DataSet: type.dataSet('waiting'),
      Job: type.job('IMPORT_ASSET_FROM_SIGNED_URL', { ...STARTED, ...content, StartOnCreation }),
    },
    Outputs: { State: { Value: attribute('Job', 'State') } },
  };
}

function importedTemplate(type: JobType, DeletionPolicy: 'Retain' | 'Delete'): object {
  return {
    Resources: { DataSet: type.dataSet('imported'), Job: importOf(type, oneSource(type), { DeletionPolicy }) },
  };
}

/** Makes the stack of one job, and deletes it. */
async function lifeOf(type: JobType, what: string, assetType: string, Job: object): Promise<Finding> {
  const stack = `job-${what}`;
  const made = await type.stacks.create(stack, { Resources: { DataSet: type.dataSet(what, assetType), Job } });
  if (!made.succeeded) {
    return ofResource(made, 'Job');
  }
  return judged(await type.stacks.delete(stack), true, 'the job was made, and deleted with its data set');
}

/** Publishes a revision in a data set of a product, or one that a rehearsal publishes itself, and revokes it. */
async function revoke(type: JobType) {
  const { options, emulator, clients } = type.context;
  const DataSetId = options.PUBLISHED_DATA_SET_ID ?? (await makeDataSet(type, 'revocation'));
  const stack = 'job-revocation';
  const made = await type.stacks.create(stack, {
    Resources: {
      Job: importOf(type, {
        DataSetId,
        ...oneSource(type),
        FinalizeRevision: true,
        RevokeOnDelete: true,
        RevocationComment: 'Published by an acceptance run, and revoked by it.',
      }),
    },
    Outputs: { RevisionId: { Value: attribute('Job', 'TargetRevisionId') } },
  });
  if (!made.succeeded) {
    return { 'type.revocation': ofResource(made, 'Job') };
  }
  const { RevisionId = '' } = made.outputs;
  await emulator?.publish(RevisionId);
  const gone = await type.stacks.delete(stack);
  const inForce: string[] = [];
  for await (const { Revisions = [] } of paginateListDataSetRevisions(
    { client: clients.dataExchange },
    { DataSetId },
  )) {
    inForce.push(...Revisions.filter(({ Revoked }) => !Revoked).map(({ Id = '' }) => Id));
  }
  const isRevoked = !inForce.includes(RevisionId);
  return {
    'type.revocation': judged(gone, isRevoked, `the revision is ${isRevoked ? 'revoked or gone' : 'in force'}`),
  };
}

async function makeDataSet({ context }: JobType, what: string): Promise<string> {
  const Name = context.nameOf(what);
  const { id = '' } = await context.make('data-set', Name, async () => {
    const request = { Name, Description: 'Made by an acceptance run', AssetType: 'S3_SNAPSHOT' as const };
    return (await context.clients.dataExchange.send(new CreateDataSetCommand(request))).Id;
  });
  return id;
}

// --- judging ---

/** What became of one resource of a stack, and whether what it had to do was done. */
function ofResource(end: End, logicalId: string, isDone = true, done = ''): Finding {
  const events = end.events.filter(({ LogicalResourceId }) => LogicalResourceId === logicalId);
  const failed = events.find(({ ResourceStatus }) => ResourceStatus === 'CREATE_FAILED');
  const last = events.findLast(({ ResourceStatus = '' }) => /^(CREATE|UPDATE)_/.test(ResourceStatus));
  if (failed) {
    const reason = failed.ResourceStatusReason ?? '';
    // CloudFormation stops what goes on when another resource has failed.
    return /cancelled/.test(reason)
      ? { undecided: `another resource failed first: ${end.failures.join('; ')}` }
      : { seen: failureOf(reason), evidence: reason };
  }
  if (last?.ResourceStatus !== 'CREATE_COMPLETE') {
    return { undecided: `another resource failed first: ${end.failures.join('; ')}` };
  }
  return { seen: isDone ? WORKS : 'fails', evidence: [last.ResourceStatus, done].filter(Boolean).join('; ') };
}

/** Whether an operation on a stack did what it was to do. */
function judged(end: End, isDone: boolean, done: string): Finding {
  const evidence = [end.status, done, ...end.failures].join('; ');
  if (end.succeeded) {
    return { seen: isDone ? WORKS : 'fails', evidence };
  }
  return { seen: failureOf(end.failures.join('; ')), evidence };
}

function failureOf(reason: string): string {
  return /AccessDenied|not authorized/.test(reason) ? 'lacks a right' : 'fails';
}

/** The drift of a stack: IN_SYNC, or what has drifted. */
async function driftOf({ context, stacks }: JobType, what: string): Promise<string> {
  const client = context.clients.cloudFormation;
  const StackName = stacks.id(what);
  const { StackDriftDetectionId } = await client.send(new DetectStackDriftCommand({ StackName }));
  for (;;) {
    const found = await client.send(new DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId }));
    if (found.DetectionStatus === 'DETECTION_FAILED') {
      return `cannot be detected: ${found.DetectionStatusReason}`;
    }
    if (found.DetectionStatus === 'DETECTION_COMPLETE') {
      if (found.StackDriftStatus === 'IN_SYNC') {
        return 'IN_SYNC';
      }
      break;
    }
    await pause(context);
  }
  const StackResourceDriftStatusFilters = ['MODIFIED' as const, 'DELETED' as const];
  const request = new DescribeStackResourceDriftsCommand({ StackName, StackResourceDriftStatusFilters });
  const { StackResourceDrifts = [] } = await client.send(request);
  return StackResourceDrifts.map(
    ({ LogicalResourceId, StackResourceDriftStatus, PropertyDifferences = [] }) =>
      `${LogicalResourceId} ${StackResourceDriftStatus} ${PropertyDifferences.map(({ PropertyPath }) => PropertyPath).join(' ')}`,
  ).join(', ');
}

function attribute(logicalId: string, name: string): object {
  return { 'Fn::GetAtt': [logicalId, name] };
}
