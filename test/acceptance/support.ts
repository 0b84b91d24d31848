import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import type { STSClient } from '@aws-sdk/client-sts';
import { actionOf, type CallWatch, type Clients, makeClients } from '../../acceptance/clients';
import { findEmulator } from '../../acceptance/emulator-control';
import { EXCHANGE_PROBES as PROBES } from '../../acceptance/exchange/probes';
import type { Report, Row } from '../../acceptance/report';
import { accept, clean, type Options, type Outcome, type Surroundings } from '../../acceptance/runner';
import { BucketError, type BucketProblem, type Buckets } from '../../emulator/buckets/buckets';
import { ManualClock } from '../../emulator/clock';
import { type Emulator, startEmulator } from '../../emulator/emulator';
import type { Assumptions } from '../../emulator/store/assumptions';

/** A rehearsal: the local Data Exchange with a clock that only moves when it is told to, and S3 and STS in memory. */

export const ACCOUNT = '123456789012';
export const REGION = 'us-east-1';

/** The buckets of the local Data Exchange, and the S3 API over the same objects, as far as the probes use it. */
export class MemoryS3 implements Buckets {
  readonly description = 'buckets in memory';
  readonly buckets = new Map<string, Map<string, Buffer>>();
  /** Buckets whose objects nobody may read. */
  readonly denied = new Set<string>();
  /** What every call meets: a test throws here. */
  before: (action: string) => void = () => {};

  async get(bucket: string, key: string) {
    const objects = this.objectsOf(bucket, key);
    const content = objects.get(key);
    if (!content) {
      throw new BucketError('no-such-key', `There is no object ${key}.`);
    }
    if (this.denied.has(bucket)) {
      throw new BucketError('access-denied', 'Access Denied');
    }
    return { size: content.length, body: Readable.from([content]) };
  }

  async check(bucket: string, key: string): Promise<void> {
    this.objectsOf(bucket, key);
  }

  async put(bucket: string, key: string, content: { open(): Readable }): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of content.open()) {
      parts.push(Buffer.from(part));
    }
    this.objectsOf(bucket, key).set(key, Buffer.concat(parts));
  }

  async close(): Promise<void> {}

  /** The client of the S3 API. */
  client(watch: CallWatch): S3Client {
    const send = async (command: { constructor: { name: string }; input: S3Input }) => {
      const action = actionOf('s3', command.constructor.name);
      watch.before?.(action);
      try {
        this.before(action);
        return this.serve(command.constructor.name.replace(/Command$/, ''), command.input);
      } catch (error) {
        watch.failed?.(action, error);
        throw error;
      }
    };
    // Paginators ask whether it is one.
    return Object.assign(Object.create(S3Client.prototype), { send, destroy() {}, config: {} });
  }

  private serve(name: string, { Bucket, Key, Body, Prefix = '', Delete }: S3Input): object {
    const objects = this.buckets.get(Bucket) ?? new Map<string, Buffer>();
    if (name !== 'CreateBucket' && name !== 'ListBuckets' && !this.buckets.has(Bucket)) {
      throw Object.assign(new Error('The specified bucket does not exist'), { name: 'NoSuchBucket' });
    }
    switch (name) {
      case 'CreateBucket':
        this.buckets.set(Bucket, objects);
        return {};
      case 'DeleteBucket':
        this.buckets.delete(Bucket);
        return {};
      case 'ListBuckets':
        return { Buckets: [...this.buckets.keys()].map((known) => ({ Name: known })) };
      case 'PutObject':
        objects.set(Key, Buffer.from(Body));
        return {};
      case 'HeadObject':
        return { ContentLength: objects.get(Key)?.length };
      case 'ListObjectsV2': {
        const keys = [...objects.keys()].filter((key) => key.startsWith(Prefix));
        return { Contents: keys.map((key) => ({ Key: key })) };
      }
      case 'DeleteObjects':
        for (const { Key: key } of Delete.Objects) {
          objects.delete(key);
        }
        return {};
      case 'PutBucketPolicy':
        this.denied.add(Bucket);
        return {};
      case 'DeleteBucketPolicy':
        this.denied.delete(Bucket);
        return {};
      default:
        return {};
    }
  }

  private objectsOf(bucket: string, key: string): Map<string, Buffer> {
    const objects = this.buckets.get(bucket);
    const problem: BucketProblem = objects ? 'bad-key' : 'no-such-bucket';
    if (!objects || Buffer.byteLength(key) > 1024) {
      throw new BucketError(problem, objects ? 'The key is too long.' : `There is no bucket ${bucket}.`);
    }
    return objects;
  }
}

interface S3Input {
  readonly Bucket: string;
  readonly Key: string;
  readonly Body: string;
  readonly Prefix?: string;
  readonly Delete: { readonly Objects: readonly { readonly Key: string }[] };
}

export interface Rehearsal {
  readonly emulator: Emulator;
  readonly s3: MemoryS3;
  readonly stateFolder: string;
  /** Everything that was printed. */
  readonly printed: string[];
  /** The actions of all calls, in order. */
  readonly actions: string[];
  /** Aborted: Ctrl-C. */
  interruption: AbortController;
  /** What the test does at a call, before it is sent. */
  onCall: (action: string) => void;
  /** What GetCallerIdentity answers. */
  identity: () => { Account: string };
  /** What the person answers; undefined where there is no terminal. */
  answer: boolean | undefined;
  /** Whether the command takes the service for AWS: then it waits, and the clock moves meanwhile. */
  asAws: boolean;
  set(assumptions: Partial<Assumptions>): void;
  run(options?: Options): Promise<Outcome>;
  clean(options: Options): Promise<number>;
  close(): Promise<void>;
}

process.env.AWS_ACCESS_KEY_ID = 'AKIDEXAMPLEREHEARSAL';
process.env.AWS_SECRET_ACCESS_KEY = 'secret-of-the-rehearsal';
process.env.AWS_SESSION_TOKEN = 'session-of-the-rehearsal';

export async function openRehearsal(): Promise<Rehearsal> {
  const s3 = new MemoryS3();
  const emulator = await startEmulator({ buckets: s3, clock: new ManualClock(), seed: 1 });
  const stateFolder = mkdtempSync(join(tmpdir(), 'acceptance-'));
  const rehearsal: Rehearsal = {
    emulator,
    s3,
    stateFolder,
    printed: [],
    actions: [],
    interruption: new AbortController(),
    onCall: () => {},
    identity: () => ({ Account: ACCOUNT }),
    answer: undefined,
    asAws: false,
    set: (assumptions) => emulator.setFaults({ assumptions }),
    run: (options = {}) => accept(PROBES, { ACCOUNT, REGION, YES: '1', ...options }, surroundings()),
    clean: (options) => clean(options, surroundings()),
    async close() {
      await emulator.stop();
      rmSync(stateFolder, { recursive: true, force: true });
    },
  };
  function surroundings(): Surroundings {
    return {
      makeClients: (region, watch) => clientsFor(rehearsal, region, watch),
      findEmulator: async (url) => (rehearsal.asAws ? undefined : findEmulator(url)),
      print: (line) => rehearsal.printed.push(line),
      ask: async () => rehearsal.answer,
      interruption: rehearsal.interruption.signal,
      sleep: async (seconds) => emulator.clock.advance(seconds * 1000),
      now: () => Date.UTC(2026, 10, 25),
      newRunId: () => randomBytes(5).toString('hex'),
      stateFolder,
    };
  }
  return rehearsal;
}

function clientsFor(rehearsal: Rehearsal, region: string, given: CallWatch): Clients {
  process.env.AWS_ENDPOINT_URL_DATAEXCHANGE = rehearsal.emulator.url;
  const watch: CallWatch = {
    before(action) {
      rehearsal.actions.push(action);
      given.before?.(action);
      rehearsal.onCall(action);
    },
    failed: given.failed,
  };
  const clients = makeClients(region, watch);
  async function identify(): Promise<{ Account: string }> {
    try {
      return rehearsal.identity();
    } catch (error) {
      given.failed?.('sts:GetCallerIdentity', error);
      throw error;
    }
  }
  const sts = { ...clients.sts, config: clients.sts.config, send: identify, destroy() {} } as unknown as STSClient;
  const empty = {
    cloudFormation: emptyClient(CloudFormationClient),
    iam: emptyClient(IAMClient),
    logs: emptyClient(CloudWatchLogsClient),
  };
  return { ...clients, ...empty, s3: rehearsal.s3.client(watch), sts };
}

/** A client of a service in which there is nothing: the probes of Data Exchange make nothing there. */
function emptyClient<Client>(of: new (config: never) => Client): Client {
  // Paginators ask whether it is one.
  return Object.assign(Object.create(of.prototype), { send: async () => ({}), destroy() {}, config: {} });
}

/** The row of one probe, which ran alone. */
export async function rowOf(rehearsal: Rehearsal, name: string, options: Options = {}): Promise<Row> {
  const { report } = await rehearsal.run({ ONLY: name, ...options });
  return rowIn(report, name);
}

export function rowIn(report: Report | undefined, name: string): Row {
  const row = report?.assumptions.find((other) => other.name === name);
  if (!row) {
    throw new Error(`there is no row ${name}`);
  }
  return row;
}

/** Whatever the probes made that is still there: nothing, after a run. */
export async function leftovers({ emulator, s3 }: Rehearsal): Promise<string[]> {
  const headers = {
    authorization:
      'AWS4-HMAC-SHA256 Credential=AKID/20260115/us-east-1/dataexchange/aws4_request, SignedHeaders=host, Signature=00',
  };
  const lists = await Promise.all(
    ['data-sets', 'data-sets?origin=ENTITLED', 'event-actions'].map(async (path) => {
      const answer = await fetch(`${emulator.url}/v1/${path}`, { headers });
      return Object.values((await answer.json()) as object).flat() as { Name?: string; Id: string }[];
    }),
  );
  return [...lists.flat().map(({ Name, Id }) => Name ?? Id), ...s3.buckets.keys()];
}
