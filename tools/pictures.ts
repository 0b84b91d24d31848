import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import {
  CreateDataSetCommand,
  CreateJobCommand,
  CreateRevisionCommand,
  DataExchangeClient,
  GetJobCommand,
  type RequestDetails,
  StartJobCommand,
  TagResourceCommand,
  type Type,
  UpdateRevisionCommand,
} from '@aws-sdk/client-dataexchange';
import { FolderBuckets } from '../emulator/buckets/folder-buckets';
import { ManualClock } from '../emulator/clock';
import { type Emulator, startEmulator } from '../emulator/emulator';
import { openBrowser, whyNoBrowser } from './browser/open-browser';
import { inTemporaryFolder } from './support/files';
import { inRoot, ROOT } from './support/paths';
import { runProgram } from './support/processes';

/**
 * `make pictures`: draws the pictures of the guide anew. Seed and clock are fixed, so that on one machine they come out
 * the same every time; another one has other fonts.
 */

const PAGE_PICTURE = inRoot('guide', 'pictures', 'local-data-exchange.png');
/** Pixels. */
const WINDOW = { width: 1280, height: 980 };

/** Seconds. */
const HOUR = 3600;

/** Buckets whose folder does not appear in a picture. */
class PictureBuckets extends FolderBuckets {
  override readonly description = 'folders in .local/buckets';
}

async function main(): Promise<void> {
  const reason = whyNoBrowser();
  if (reason !== undefined) {
    throw new Error(reason);
  }
  await inTemporaryFolder(drawPage);
}

async function drawPage(folder: string): Promise<void> {
  await writeObjects(folder, 'incoming', ['2026-01-14.csv', '2026-01-15.csv', 'stations.json']);
  await mkdir(join(folder, 'subscriber'));
  const clock = new ManualClock();
  const buckets = new PictureBuckets(folder);
  const emulator = await startEmulator({ buckets, clock, seed: 12, stateFolder: folder });
  const browser = await openBrowser();
  try {
    await publishWeather(emulator, (seconds) => clock.advance(seconds * 1000));
    const page = await browser.newPage();
    await page.setViewport(WINDOW);
    await page.goto(`${emulator.url}/_emulator/`);
    await page.waitForSelector('#jobs-view tbody tr');
    await save(PAGE_PICTURE, await page.screenshot({ optimizeForSpeed: false }));
  } finally {
    await browser.close();
    await emulator.stop();
  }
}

/** Two days of a data set: one revision is published and exported, the next is on its way, and one job has failed. */
async function publishWeather(emulator: Emulator, pass: (seconds: number) => void): Promise<void> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DataExchangeClient({ endpoint: emulator.url, region: 'us-east-1', credentials });
  const data = { AssetType: 'S3_SNAPSHOT', Name: 'Weather', Description: 'Readings of all stations' } as const;
  const { Id: DataSetId } = await client.send(new CreateDataSetCommand(data));

  /** A revision with a job that imports into it, marked as the resource type marks its own. */
  async function importInto(Comment: string, keys: readonly string[]): Promise<{ revisionId: string; jobId: string }> {
    const Tags = { team: 'weather', 'DataExchangeJob.RequestToken': 'a' };
    const { Id: RevisionId, Arn } = await client.send(new CreateRevisionCommand({ DataSetId, Comment, Tags }));
    const AssetSources = keys.map((Key) => ({ Bucket: 'incoming', Key }));
    const jobId = await startJob('IMPORT_ASSETS_FROM_S3', {
      ImportAssetsFromS3: { DataSetId, RevisionId, AssetSources },
    });
    await client.send(new TagResourceCommand({ ResourceArn: Arn, Tags: { 'DataExchangeJob.Id': jobId } }));
    return { revisionId: RevisionId!, jobId };
  }

  async function startJob(JobType: Type, Details: RequestDetails): Promise<string> {
    const { Id = '' } = await client.send(new CreateJobCommand({ Type: JobType, Details }));
    await client.send(new StartJobCommand({ JobId: Id }));
    return Id;
  }

  try {
    const first = await importInto('Wednesday', ['2026-01-14.csv', 'stations.json']);
    pass(2);
    await client.send(new GetJobCommand({ JobId: first.jobId }));
    await client.send(new UpdateRevisionCommand({ DataSetId, RevisionId: first.revisionId, Finalized: true }));
    emulator.publishRevision(first.revisionId);
    await startJob('EXPORT_REVISIONS_TO_S3', {
      ExportRevisionsToS3: {
        DataSetId,
        RevisionDestinations: [{ RevisionId: first.revisionId, Bucket: 'subscriber' }],
      },
    });
    pass(23 * HOUR);
    emulator.setFaults({
      faults: [
        { name: 'throttled once', on: 'StartJob', calls: 1, do: { error: 'ThrottlingException' } },
        { name: 'long imports', on: 'CreateJob', do: { job: { seconds: 30 } } },
      ],
    });
    const failing = await importInto('Thursday, corrected', ['2026-01-16.csv']);
    pass(30);
    await client.send(new GetJobCommand({ JobId: failing.jobId }));
    const running = await importInto('Thursday', ['2026-01-15.csv', 'stations.json']);
    pass(18);
    await client.send(new GetJobCommand({ JobId: running.jobId }));
  } finally {
    client.destroy();
  }
}

async function writeObjects(folder: string, bucket: string, keys: readonly string[]): Promise<void> {
  await mkdir(join(folder, bucket));
  for (const key of keys) {
    await writeFile(join(folder, bucket, key), `${key}\n`.repeat(2000));
  }
}

async function save(file: string, picture: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, picture);
  console.log(`${relative(ROOT, file)}: ${Math.ceil(picture.length / 1024)} KiB`);
}

void runProgram('pictures', main);
