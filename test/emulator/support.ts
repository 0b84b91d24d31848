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
import fc from 'fast-check';
import { type Emulator, type EmulatorOptions, ManualClock, startEmulator } from 'local-data-exchange';

/** A local Data Exchange for tests: a clock that only the test moves, two buckets, and a client of the official SDK. */
export interface Local {
  emulator: Emulator;
  clock: ManualClock;
  client: DataExchangeClient;
  /** The folder of the buckets `source` and `target`. */
  folder: string;
  /** Lines that the emulator logged: one for each 500. */
  log: string[];
  /** Moves service time. */
  pass(seconds: number): void;
  putObject(bucket: string, key: string, content: string | Buffer): void;
  readObject(bucket: string, key: string): Buffer;
  hasObject(bucket: string, key: string): boolean;
  /** Any request, with a signature of the right form. */
  raw(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  newDataSet(assetType?: AssetType): Promise<string>;
  newRevision(dataSetId: string): Promise<string>;
  createJob(type: Type, details: RequestDetails): Promise<CreateJobCommandOutput & { Id: string }>;
  start(jobId: string): Promise<void>;
  job(jobId: string): Promise<GetJobCommandOutput>;
  /** Creates a job, starts it, and moves the clock to its end. */
  runJob(type: Type, details: RequestDetails): Promise<GetJobCommandOutput & { Id: string }>;
  /** A revision with assets of these names, each holding `content of <name>`. */
  revisionWith(names: string[]): Promise<{ dataSetId: string; revisionId: string; assetIds: string[] }>;
  close(): Promise<void>;
}

/** An id of the right form that nothing has. */
export const UNKNOWN_ID = '0'.repeat(32);

export const AUTHORIZATION = [
  'AWS4-HMAC-SHA256 Credential=AKID/20260115/us-east-1/dataexchange/aws4_request',
  'SignedHeaders=host;x-amz-date',
  'Signature=00',
].join(', ');

/** The seed of the randomised tests. `FC_SEED=123 npx jest test/emulator` runs them again as they ran then. */
export const SEED = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);

/** `FC_RUNS=10` runs each randomised test ten times as often. */
const RUNS = Number(process.env.FC_RUNS ?? 1);

/** Checks a property with this run's seed. A failure says how to repeat it. */
export async function checkProperty<Values>(property: fc.IAsyncProperty<Values>, numRuns: number): Promise<void> {
  try {
    await fc.assert(property, { seed: SEED, numRuns: Math.ceil(numRuns * RUNS) });
  } catch (error) {
    throw new Error(`repeat it with FC_SEED=${SEED}`, { cause: error });
  }
}

/** @param connect makes the client; over a socket by default */
export async function openLocal(
  { clock = new ManualClock(), ...options }: Omit<EmulatorOptions, 'clock'> & { readonly clock?: ManualClock } = {},
  connect: (emulator: Emulator) => DataExchangeClient = ({ url }) => clientFor(url),
): Promise<Local> {
  const folder = mkdtempSync(join(tmpdir(), 'emulator-test-'));
  mkdirSync(join(folder, 'source'));
  mkdirSync(join(folder, 'target'));
  const log: string[] = [];
  const emulator = await startEmulator({ buckets: folder, clock, seed: 1, log: (line) => log.push(line), ...options });
  const client = connect(emulator);
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
      for (const name of names) {
        local.putObject('source', name, `content of ${name}`);
      }
      if (names.length) {
        await local.runJob('IMPORT_ASSETS_FROM_S3', s3Import(dataSetId, revisionId, names));
      }
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

/** The error that a call of the SDK ends in, its HTTP status included. */
export async function errorOf(
  promise: Promise<unknown>,
): Promise<{ name: string; status: number; message: string; [member: string]: unknown }> {
  try {
    await promise;
  } catch (error) {
    const { name, message, $metadata, ...members } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { ...members, name, message, status: $metadata?.httpStatusCode ?? 0 };
  }
  throw new Error('The call did not fail.');
}
