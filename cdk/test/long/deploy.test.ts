import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateJobCommand,
  DataExchangeClient,
  GetRevisionCommand,
  paginateListDataSetRevisions,
  paginateListRevisionAssets,
} from '@aws-sdk/client-dataexchange';
import { paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { type Environment, startLocalAws } from '../../../tools/support/local-aws';
import { inRoot } from '../../../tools/support/paths';
import { endProcesses, run } from '../../../tools/support/processes';
import { appCommand, cdk, installed } from './support';

/** The life of an app against local AWS, by the CDK CLI: each test goes on where the one before has ended. */

const STACK = 'Weather';
let folder: string;
let env: Environment;
let exchange: DataExchangeClient;
let s3: S3Client;

/** What was published, in the order of the deployments. */
const revisions: string[] = [];
let dataSetId: string;
let assetId: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cdk-deploy-'));
  await installed(folder);
  await copyFile(inRoot('cdk', 'test', 'long', 'app.ts'), join(folder, 'app.ts'));
  await writeFile(join(folder, 'cdk.json'), JSON.stringify({ app: appCommand('app.ts').join(' ') }));
  env = await startLocalAws(join(folder, 'state'), ['--dataexchange-option=--job-seconds=0.2']);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const region = env.AWS_REGION;
  exchange = new DataExchangeClient({ region, credentials, endpoint: env.AWS_ENDPOINT_URL_DATAEXCHANGE });
  s3 = new S3Client({ region, credentials, endpoint: env.AWS_ENDPOINT_URL, forcePathStyle: true });

  const readings = join(folder, 'readings');
  await mkdir(readings);
  await Promise.all(Array.from({ length: 250 }, (_, index) => writeFile(join(readings, `${index}.csv`), `${index}`)));
  await run('aws', ['s3', 'mb', 's3://weather-files'], { env });
  await run('aws', ['s3', 'cp', readings, 's3://weather-files/readings', '--recursive', '--quiet'], { env });
  // In another folder, where it finds no app.
  await cdk(readings, env, 'bootstrap', `aws://${env.AWS_ACCOUNT_ID}/${env.AWS_REGION}`);
});

afterAll(async () => {
  exchange.destroy();
  s3.destroy();
  await endProcesses();
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

function context(count: number, note: string, ...more: string[]): string[] {
  return ['--context', `count=${count}`, '--context', `note=${note}`, ...more];
}

/** Deploys, and looks whether there is another revision, finalised, with everything in it, and a copy of all of it. */
async function publishes(count: number, note: string): Promise<void> {
  const outputs = join(folder, 'outputs.json');
  const options = ['--all', '--require-approval', 'never', '--outputs-file', outputs];
  await cdk(folder, env, 'deploy', ...options, ...context(count, note));
  const { RevisionId, DataSetId } = JSON.parse(await readFile(outputs, 'utf8'))[STACK];
  dataSetId = DataSetId;

  const assets = await assetsOf(RevisionId);
  const names = [...assets.keys()].map((name) => name.replace(/^[0-9a-f]{16}\//, '#/'));
  const ofFolder = ['map.png', 'readings/2026-09.csv', 'readings/2026-10.csv', 'readings/2026-11.csv', 'stations.csv'];
  expect(names.sort()).toEqual(
    [
      ...Array.from({ length: count }, (_, index) => `readings/${index}.csv`),
      ...ofFolder.map((path) => `#/${path}`),
      'NOTE.txt',
    ].sort(),
  );
  const revision = await exchange.send(new GetRevisionCommand({ DataSetId, RevisionId }));
  expect(revision).toMatchObject({ Finalized: true, Comment: 'Readings of October' });

  const keys = (await keysOf('weather-copies')).filter((key) => key.startsWith(RevisionId));
  expect(keys.sort()).toEqual([...assets.keys()].map((name) => `${RevisionId}/${name}`).sort());
  const copied = await run('aws', ['s3', 'cp', `s3://weather-copies/${RevisionId}/NOTE.txt`, '-'], { env });
  expect(copied.stdout).toBe(note);

  expect(revisions).not.toContain(RevisionId);
  revisions.push(RevisionId);
  assetId = assets.get('NOTE.txt') as string;
}

/** The ids of a revision's assets, by name. */
async function assetsOf(revisionId: string): Promise<Map<string, string>> {
  const assets = new Map<string, string>();
  const place = { DataSetId: dataSetId, RevisionId: revisionId };
  for await (const { Assets = [] } of paginateListRevisionAssets({ client: exchange }, place)) {
    for (const { Name, Id } of Assets) {
      assets.set(Name as string, Id as string);
    }
  }
  return assets;
}

async function keysOf(bucket: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: bucket })) {
    keys.push(...Contents.map(({ Key }) => Key as string));
  }
  return keys;
}

async function keptRevisions(): Promise<string[]> {
  const ids: string[] = [];
  for await (const { Revisions = [] } of paginateListDataSetRevisions({ client: exchange }, { DataSetId: dataSetId })) {
    ids.push(...Revisions.map(({ Id }) => Id as string));
  }
  return ids.sort();
}

test('cdk deploy registers the type, and publishes 250 objects, a folder and a note', async () => {
  await publishes(250, 'A note.');
});

test('cdk diff says that an object fewer replaces the imports, and cdk deploy makes the next revision of it', async () => {
  const difference = await cdk(folder, env, 'diff', STACK, ...context(249, 'A note.'));
  // It names no resource that is replaced only because another one is: the note and the export.
  expect(difference.match(/(?<=Acme::DataExchange::Job Publication\/)\S+(?=.* replace)/g)).toEqual([
    'Objects1',
    'Objects2',
    'Objects3',
  ]);
  await publishes(249, 'A note.');
});

test('another note alone makes the next revision, complete', async () => {
  await publishes(249, 'Another note.');
});

test('every revision that was published is kept', async () => {
  expect(await keptRevisions()).toEqual([...revisions].sort());
});

test('cdk diff finds no difference, and cdk drift no drift', async () => {
  const same = context(249, 'Another note.');
  expect(await cdk(folder, env, 'diff', ...same)).toContain('Number of stacks with differences: 0');
  const drift = await cdk(folder, env, 'drift', ...same);
  expect(drift).toContain('Number of resources with drift: 0');
  expect(drift.match(/No drift detected/g)).toHaveLength(2);
});

test('cdk import takes a job that exists into a stack', async () => {
  const place = { dataSetId, revisionId: revisions.at(-1) as string, assetId };
  const { Id } = await exchange.send(
    new CreateJobCommand({
      Type: 'EXPORT_ASSET_TO_SIGNED_URL',
      Details: {
        ExportAssetToSignedUrl: { DataSetId: dataSetId, RevisionId: place.revisionId, AssetId: assetId },
      },
    }),
  );
  const mapping = join(folder, 'mapping.json');
  const imported = context(249, 'Another note.', '--context', `imported=${JSON.stringify(place)}`);
  await cdk(folder, env, 'synth', '--quiet', ...imported);
  const template = JSON.parse(await readFile(join(folder, 'cdk.out', 'Imported.template.json'), 'utf8'));
  const [logicalId = ''] = Object.keys(template.Resources);
  await writeFile(mapping, JSON.stringify({ [logicalId]: { Id } }));
  await cdk(folder, env, 'import', 'Imported', '--resource-mapping', mapping, ...imported);
  const described = ['cloudformation', 'describe-stack-resource', '--stack-name', 'Imported', '--logical-resource-id'];
  const found = await run('aws', [...described, logicalId], { env });
  expect(JSON.parse(found.stdout).StackResourceDetail.PhysicalResourceId).toBe(Id);
  await cdk(folder, env, 'destroy', 'Imported', '--force', ...imported);
});

test('cdk destroy removes the stacks and the type, and keeps what was published', async () => {
  await cdk(folder, env, 'destroy', '--all', '--force', ...context(249, 'Another note.'));
  const left = await run('aws', ['cloudformation', 'list-types', '--visibility', 'PRIVATE'], { env });
  expect(JSON.parse(left.stdout).TypeSummaries).toEqual([]);
  expect(await keptRevisions()).toEqual([...revisions].sort());
});
