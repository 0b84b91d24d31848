import './one-realm';
import {
  type AssetType,
  CancelJobCommand,
  type DataExchangeClient,
  type GetJobCommandOutput,
  ListDataSetRevisionsCommand,
  ListJobsCommand,
  ListRevisionAssetsCommand,
} from '@aws-sdk/client-dataexchange';
import type { Emulator, FaultScript } from 'local-data-exchange';
import { schema } from '../../src/job/schema';
import { Resource, type Surroundings } from '../../src/resource';
import { makeEntrypoints } from '../../src/runtime/entrypoint';
import { type Local, openLocal, s3Import } from '../emulator/support';
import { SECRET } from '../job/examples';
import { randomFrom } from '../job/seed';
import { type Clock, CloudFormation, type Habits, type Handlers } from './cloudformation';
import { type CallOfHandler, callsWithoutPermission } from './rights';
import { type Entrypoint, overTheWire, SECRETS_OF_THE_EVENT } from './wire';

/**
 * What surrounds the handlers in a test: the local Data Exchange with its buckets, one clock for both, a script of
 * faults, and a second user of the service who prepares and inspects what is in it. `useWorld()` gives it to a test
 * file and checks after each test what every test has to leave: no call beyond the handlers' permissions, no secret in
 * the log.
 */

export interface Place {
  readonly DataSetId: string;
  readonly RevisionId: string;
}

/** A revision with files in it. */
export interface FilledRevision extends Place {
  readonly assets: readonly { readonly id: string; readonly name: string; readonly bytes: Buffer }[];
}

const SECRETS = [...SECRETS_OF_THE_EVENT, SECRET, 'X-Amz-Signature='];

export class World {
  readonly clock: Clock = {
    now: () => this.local.clock.now(),
    advance: (milliseconds) => this.local.clock.advance(milliseconds),
  };
  /** Lines that the handlers have logged in this test. */
  readonly log: string[] = [];
  private readonly calls: CallOfHandler[] = [];
  private opened?: Local;

  /** The source's function on this world's clock. */
  readonly entrypoint: Entrypoint;

  /**
   * @param seed of everything that is left to chance: ids, and the jitter of delays
   * @param open the local Data Exchange and how to reach it
   */
  constructor(
    private readonly seed: number,
    private readonly open: () => Promise<Local> = () => openLocal({ seed }),
  ) {
    this.entrypoint = this.entrypointWith({});
  }

  /** The source's function with what a test puts in place of this world's clock, chance or budget of an invocation. */
  entrypointWith(replaced: Partial<Surroundings>): Entrypoint {
    const now = () => this.clock.now();
    return makeEntrypoints(new Resource({ now, random: randomFrom(this.seed), ...replaced }), {
      now,
      secretPaths: schema.writeOnlyProperties,
      print: (line) => this.log.push(line),
    }).entrypoint;
  }

  async start(): Promise<void> {
    this.opened = await this.open();
    process.env.AWS_ENDPOINT_URL_DATAEXCHANGE = this.emulator.url;
  }

  async stop(): Promise<void> {
    delete process.env.AWS_ENDPOINT_URL_DATAEXCHANGE;
    await this.opened?.close();
  }

  /** Undoes what a test set. @throws Error if the test made a call without permission, or logged a secret */
  finishTest(): void {
    const lines = this.log.splice(0);
    const problems = [...callsWithoutPermission(this.calls.splice(0)), ...lines.flatMap(problemsOfLine)];
    this.faults();
    this.emulator.clearRequests();
    if (problems.length > 0) {
      throw new Error(problems.join('\n'));
    }
  }

  get emulator(): Emulator {
    return this.local.emulator;
  }

  /** The client of the second user. */
  get client(): DataExchangeClient {
    return this.local.client;
  }

  /** CloudFormation with these habits, driving this world's function or another one. */
  cloudFormation(options: Habits & { readonly entrypoint?: Entrypoint; readonly compressed?: boolean } = {}) {
    const { entrypoint = this.entrypoint, compressed, ...habits } = options;
    return new CloudFormation(this.watched(overTheWire(entrypoint, compressed)), this.clock, habits);
  }

  /** Handlers whose calls are held to their permissions in `finishTest`. The second user must do nothing meanwhile. */
  watched(handlers: Handlers): Handlers {
    return async (invocation) => {
      const before = this.emulator.requests().at(-1)?.number ?? 0;
      const event = await handlers(invocation);
      const made = this.emulator.requests().filter(({ number }) => number > before);
      this.calls.push(...made.map(({ operation }) => ({ action: invocation.action, operation })));
      return event;
    };
  }

  /** Replaces the script of faults; without one nothing goes wrong. */
  faults(script: FaultScript = {}): void {
    this.emulator.setFaults(script);
  }

  /** How often a rule of the script has fired. A test whose fault never comes up proves nothing. */
  firedFaults(): number {
    return this.emulator.faults().fired.reduce((sum, { times }) => sum + times, 0);
  }

  /** The operations that the service was asked for in this test, in order, by the handlers and by the second user. */
  operations(): string[] {
    return this.emulator.requests().map(({ operation }) => operation);
  }

  write(bucket: string, key: string, bytes: Buffer): void {
    this.local.putObject(bucket, key, bytes);
  }

  bytesIn(bucket: string, key: string): Buffer {
    return this.local.readObject(bucket, key);
  }

  dataSet(assetType?: AssetType): Promise<string> {
    return this.local.newDataSet(assetType);
  }

  async emptyRevision(assetType?: AssetType): Promise<Place> {
    const DataSetId = await this.dataSet(assetType);
    return { DataSetId, RevisionId: await this.local.newRevision(DataSetId) };
  }

  /** A new revision with these files in it. */
  async filledRevision(files: Readonly<Record<string, Buffer>>): Promise<FilledRevision> {
    const place = await this.emptyRevision();
    for (const [name, bytes] of Object.entries(files)) {
      this.write('source', name, bytes);
    }
    const { DataSetId, RevisionId } = place;
    await this.local.runJob('IMPORT_ASSETS_FROM_S3', s3Import(DataSetId, RevisionId, Object.keys(files)));
    const assets = (await this.assets(place)).map(({ Id: id, Name: name }) => ({
      id: id as string,
      name: name as string,
      bytes: files[name as string] as Buffer,
    }));
    return { ...place, assets };
  }

  async assets({ DataSetId, RevisionId }: Place) {
    return (await this.client.send(new ListRevisionAssetsCommand({ DataSetId, RevisionId }))).Assets ?? [];
  }

  /** The bytes of an asset, by an export to a signed URL. */
  async bytesOfAsset({ DataSetId, RevisionId }: Place, AssetId: string): Promise<Buffer> {
    const details = { ExportAssetToSignedUrl: { DataSetId, RevisionId, AssetId } };
    const { Details } = await this.local.runJob('EXPORT_ASSET_TO_SIGNED_URL', details);
    return download(Details?.ExportAssetToSignedUrl?.SignedUrl as string);
  }

  job(JobId: string): Promise<GetJobCommandOutput> {
    return this.local.job(JobId);
  }

  startJob(JobId: string): Promise<void> {
    return this.local.start(JobId);
  }

  async cancelJob(JobId: string): Promise<void> {
    await this.client.send(new CancelJobCommand({ JobId }));
  }

  /** Every job of a data set, by id, with its state. */
  async states(DataSetId: string): Promise<Map<string, string>> {
    const states = new Map<string, string>();
    let NextToken: string | undefined;
    do {
      const page = await this.client.send(new ListJobsCommand({ DataSetId, NextToken, MaxResults: 200 }));
      for (const { Id, State } of page.Jobs ?? []) {
        states.set(Id as string, State as string);
      }
      NextToken = page.NextToken;
    } while (NextToken);
    return states;
  }

  /** What a data set holds: the ids of its revisions, and of its jobs that were not cancelled. */
  async holdings(DataSetId: string): Promise<{ revisions: unknown[]; jobs: string[] }> {
    const { Revisions = [] } = await this.client.send(new ListDataSetRevisionsCommand({ DataSetId }));
    const jobs = [...(await this.states(DataSetId))].filter(([, state]) => state !== 'CANCELLED');
    return { revisions: Revisions.map(({ Id }) => Id), jobs: jobs.map(([id]) => id) };
  }

  /** PUTs to a signed URL. @returns the HTTP status */
  upload(url: string, bytes: Buffer): Promise<number> {
    return upload(url, bytes);
  }

  private get local(): Local {
    if (this.opened === undefined) {
      throw new Error('the world is not started: use it inside a test');
    }
    return this.opened;
  }
}

/** One world for all tests of a file. @param seed by default the same one in every run */
export function useWorld(seed = 1): World {
  // No test waits, but the machine may be busy.
  jest.setTimeout(60_000);
  const world = new World(seed);
  beforeAll(() => world.start());
  afterEach(() => world.finishTest());
  afterAll(() => world.stop());
  return world;
}

/** @throws Error if the URL gives nothing */
export async function download(url: string): Promise<Buffer> {
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(`GET of a signed URL: ${response.status}`);
  }
  return Buffer.from(await response.arrayBuffer());
}

/** PUTs to a signed URL. @returns the HTTP status */
export async function upload(url: string, bytes: Uint8Array): Promise<number> {
  const response = await fetch(url, { method: 'PUT', body: new Uint8Array(bytes) });
  await response.arrayBuffer();
  return response.status;
}

function problemsOfLine(line: string): string[] {
  try {
    JSON.parse(line);
  } catch {
    return [`a line of the log is not JSON: ${line}`];
  }
  return SECRETS.filter((secret) => line.includes(secret)).map((secret) => `the log has ${secret}: ${line}`);
}
