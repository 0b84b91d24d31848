import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type AssetType,
  CreateDataSetCommand,
  CreateJobCommand,
  type CreateJobCommandOutput,
  CreateRevisionCommand,
  DataExchangeClient,
  GetJobCommand,
  type GetJobCommandOutput,
  ListRevisionAssetsCommand,
  type RequestDetails,
  StartJobCommand,
  type Type,
} from '@aws-sdk/client-dataexchange';
import { ManualClock } from '../../emulator/clock';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/emulator';

/** A local Data Exchange for one test file, with a clock that stands still, two buckets, and the real SDK's client. */
export interface Local {
  emulator: Emulator;
  clock: ManualClock;
  client: DataExchangeClient;
  /** The folder of the buckets. `source` and `target` exist in it. */
  folder: string;
  /** Lines that the emulator logged: a 500 leaves one. */
  log: string[];
  /** Moves service time. */
  pass(seconds: number): void;
  putObject(bucket: string, key: string, content: string | Buffer): void;
  readObject(bucket: string, key: string): Buffer;
  hasObject(bucket: string, key: string): boolean;
  /** Any request, signed just enough to be let in. */
  raw(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  newDataSet(assetType?: AssetType): Promise<string>;
  newRevision(dataSetId: string): Promise<string>;
  createJob(type: Type, details: RequestDetails): Promise<CreateJobCommandOutput & { Id: string }>;
  start(jobId: string): Promise<void>;
  job(jobId: string): Promise<GetJobCommandOutput>;
  /** Creates, starts and lets the time of one job pass. */
  runJob(type: Type, details: RequestDetails): Promise<GetJobCommandOutput & { Id: string }>;
  /** A revision with assets of these names, each holding `content of <name>`. */
  revisionWith(names: string[]): Promise<{ dataSetId: string; revisionId: string; assetIds: string[] }>;
  close(): Promise<void>;
}

export const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=AKID/20260115/us-east-1/dataexchange/aws4_request, SignedHeaders=host;x-amz-date, Signature=00';

export async function openLocal(options: EmulatorOptions = {}): Promise<Local> {
  const folder = mkdtempSync(join(tmpdir(), 'emulator-test-'));
  mkdirSync(join(folder, 'source'));
  mkdirSync(join(folder, 'target'));
  const clock = new ManualClock();
  const log: string[] = [];
  const emulator = await startEmulator({ buckets: folder, clock, seed: 1, log: (line) => log.push(line), ...options });
  const client = clientFor(emulator.url);
  const local: Local = {
    emulator,
    clock,
    client,
    folder,
    log,
    pass: (seconds) => clock.advance(seconds * 1000),
    putObject(bucket, key, content) {
      mkdirSync(dirname(join(folder, bucket, key)), { recursive: true });
      writeFileSync(join(folder, bucket, key), content);
    },
    readObject: (bucket, key) => readFileSync(join(folder, bucket, key)),
    hasObject: (bucket, key) => existsSync(join(folder, bucket, key)),
    raw: (method, path, body, headers = {}) =>
      fetch(`${emulator.url}${path}`, {
        method,
        headers: { authorization: AUTHORIZATION, ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    async newDataSet(assetType = 'S3_SNAPSHOT') {
      const made = await client.send(
        new CreateDataSetCommand({ AssetType: assetType, Name: 'Weather', Description: 'All of it' }),
      );
      return made.Id!;
    },
    newRevision: async (dataSetId) => (await client.send(new CreateRevisionCommand({ DataSetId: dataSetId }))).Id!,
    createJob: async (type, details) =>
      (await client.send(new CreateJobCommand({ Type: type, Details: details }))) as CreateJobCommandOutput & {
        Id: string;
      },
    start: async (jobId) => void (await client.send(new StartJobCommand({ JobId: jobId }))),
    job: (jobId) => client.send(new GetJobCommand({ JobId: jobId })),
    async runJob(type, details) {
      const { Id } = await local.createJob(type, details);
      await local.start(Id);
      local.pass(2);
      return { ...(await local.job(Id)), Id };
    },
    async revisionWith(names) {
      const dataSetId = await local.newDataSet();
      const revisionId = await local.newRevision(dataSetId);
      for (const name of names) local.putObject('source', name, `content of ${name}`);
      if (names.length) await local.runJob('IMPORT_ASSETS_FROM_S3', s3Import(dataSetId, revisionId, names));
      const { Assets = [] } = await client.send(
        new ListRevisionAssetsCommand({ DataSetId: dataSetId, RevisionId: revisionId, MaxResults: 200 }),
      );
      const assetIds = names.map((name) => Assets.find((asset) => asset.Name === name)?.Id ?? '');
      return { dataSetId, revisionId, assetIds };
    },
    async close() {
      client.destroy();
      await emulator.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return local;
}

export function clientFor(url: string, region = 'us-east-1'): DataExchangeClient {
  return new DataExchangeClient({
    endpoint: url,
    region,
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
}

export function s3Import(dataSetId: string, revisionId: string, keys: string[], bucket = 'source'): RequestDetails {
  return {
    ImportAssetsFromS3: {
      DataSetId: dataSetId,
      RevisionId: revisionId,
      AssetSources: keys.map((Key) => ({ Bucket: bucket, Key })),
    },
  };
}

export function md5(content: string | Buffer): string {
  return createHash('md5').update(content).digest('base64');
}

/** An error of the SDK as one thing to compare. */
export async function refusal(
  promise: Promise<unknown>,
): Promise<{ name: string; status: number; message: string; [member: string]: unknown }> {
  try {
    await promise;
  } catch (error) {
    const { name, message, $metadata, ...members } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { ...members, name, message, status: $metadata?.httpStatusCode ?? 0 };
  }
  throw new Error('It was not refused.');
}
