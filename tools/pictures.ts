import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
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
import { type Emulator, FolderBuckets, ManualClock, startEmulator } from 'local-data-exchange';
import { openBrowser, whyNoBrowser } from './browser/open-browser';
import { inTemporaryFolder } from './support/files';
import { inRoot, ROOT } from './support/paths';
import { run, runProgram } from './support/processes';
import { terminalPicture } from './support/terminal-picture';

/**
 * `make pictures`: draws the pictures of README and guide anew. That of the page has a fixed seed and clock, so that on
 * one machine it comes out the same every time; another one has other fonts. Those of the demonstration show a real run,
 * whose ids and times are others every time. `make pictures ONLY=page` or `ONLY=demo` draws some.
 */

const FOLDER = inRoot('guide', 'pictures');
const DRAWINGS: Readonly<Record<string, () => Promise<void>>> = {
  page: () => inTemporaryFolder(drawPage),
  demo: drawDemonstration,
};

/** Pixels. */
const WINDOW = { width: 1280, height: 980 };

/** Seconds. */
const HOUR = 3600;

/** Buckets whose folder does not appear in a picture. */
class PictureBuckets extends FolderBuckets {
  override readonly description = 'folders in .local/buckets';
}

async function main(): Promise<void> {
  const [only = ''] = process.argv.slice(2);
  if (only !== '' && !Object.hasOwn(DRAWINGS, only)) {
    throw new Error(`there is no picture of "${only}"; ONLY can be ${Object.keys(DRAWINGS).join(' or ')}`);
  }
  for (const draw of only === '' ? Object.values(DRAWINGS) : [DRAWINGS[only]!]) {
    await draw();
  }
}

/** One stack's life and the last screen of a real run of `make demo`. */
async function drawDemonstration(): Promise<void> {
  const { stdout } = await run(process.execPath, ['--import', 'tsx', 'demo/demo.ts'], { env: { FORCE_COLOR: '1' } });
  // No path of this machine, and no number of a process.
  const text = stdout.replaceAll(`${ROOT}/`, '').replaceAll(/demo-\d+/g, 'demo');
  const steps = text.split(/\n\n(?=\S*\d+\. )/);
  const published = steps.find((step) => step.includes('Publish them by one template'));
  const last = steps.at(-1);
  if (published === undefined || !last?.includes('checks held.')) {
    throw new Error('the demonstration has no longer the steps that the pictures show');
  }
  await save(
    'stack.svg',
    terminalPicture(published.trim().split('\n'), 'A stack publishes files and gets a copy of them'),
  );
  await save('demo.svg', terminalPicture(last.trim().split('\n'), 'The last screen of make demo'));
}

async function drawPage(folder: string): Promise<void> {
  const reason = whyNoBrowser();
  if (reason !== undefined) {
    throw new Error(reason);
  }
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
    await save('local-data-exchange.png', await page.screenshot());
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

async function save(name: string, picture: Uint8Array | string): Promise<void> {
  const file = join(FOLDER, name);
  await mkdir(FOLDER, { recursive: true });
  await writeFile(file, picture);
  console.log(`${relative(ROOT, file)}: ${Math.ceil(picture.length / 1024)} KiB`);
}

void runProgram('pictures', main);
