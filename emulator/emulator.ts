import { randomInt } from 'node:crypto';
import type { Buckets } from './buckets/buckets';
import { FolderBuckets } from './buckets/folder-buckets';
import { type Clock, ScaledClock } from './clock';
import { ContentStore } from './content/content-store';
import type { Services } from './exchange';
import { FaultEngine } from './faults/fault-engine';
import { checkFaultScript } from './faults/fault-schema';
import type { FaultScript } from './faults/fault-script';
import { Ids, secretFrom } from './random';
import { listen } from './server/http-server';
import { Journal, type JournalEntry } from './server/journal';
import { LocalDataExchange } from './service';
import { SignedUrls } from './signed-urls';

/** Everything has a default: `startEmulator()` alone gives a working service whose buckets do not exist. */
export interface EmulatorOptions {
  /** 0, the default, picks a free one. */
  port?: number;
  /** A folder whose sub-folders are the buckets, or any other implementation of them. */
  buckets?: string | Buckets;
  /** Runs by itself unless told otherwise. */
  clock?: Clock;
  /** How long jobs run, seconds of service time. */
  jobSeconds?: number;
  /** For ids, signatures and chance. */
  seed?: number;
  faults?: FaultScript;
  account?: string;
  /** Where to make the folder for the bytes of assets; the system's temporary folder by default. It is removed by `stop`. */
  stateFolder?: string;
  /** How often to look by itself, wall milliseconds, for whoever watches the bucket folder and asks nothing. Never, by default. */
  lookEvery?: number;
  /** Lines for whoever runs it. Standard error by default. */
  log?: (line: string) => void;
}

/** A running local Data Exchange. */
export interface Emulator {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  readonly seed: number;
  readonly clock: Clock;
  readonly buckets: Buckets;
  /** Replaces the fault script; counters begin anew. @throws FaultScriptError */
  setFaults(script: FaultScript): void;
  /** The script, and how often each of its rules has fired. */
  faults(): ReturnType<FaultEngine['report']>;
  /** What was received, in order. @param operation only of this name */
  requests(operation?: string): JournalEntry[];
  clearRequests(): void;
  /** Makes a revision part of a product, so that it can only be revoked. @throws ServiceError if there is none */
  publishRevision(revisionId: string): void;
  /** Does the work of all jobs that have ended by the clock. Requests do that by themselves. */
  settle(): Promise<void>;
  /** Closes all connections and removes the bytes of assets. Buckets keep what they have. */
  stop(): Promise<void>;
}

const ACCOUNT = '123456789012';

/** Starts a local Data Exchange on 127.0.0.1. @throws PortRefused, FaultScriptError */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const seed = options.seed ?? randomInt(2 ** 31);
  const clock = options.clock ?? new ScaledClock();
  const faults = new FaultEngine(seed, options.jobSeconds === undefined ? {} : { jobSeconds: options.jobSeconds });
  faults.load(checkFaultScript(options.faults ?? {}));
  const content = await ContentStore.open(options.stateFolder);
  const buckets =
    typeof options.buckets === 'object' ? options.buckets : new FolderBuckets(options.buckets ?? 'buckets');
  const journal = new Journal();
  const stopping = new AbortController();
  const services: Services = {
    account: options.account ?? ACCOUNT,
    clock,
    ids: new Ids(seed),
    content,
    buckets,
    tokenSecret: secretFrom(seed, 'tokens'),
    assumptions: () => faults.assumptions,
    sign: (method, region, path, issuedAt, life) => urls.issue(method, region, path, issuedAt, life),
    log: options.log ?? ((line) => process.stderr.write(`${line}\n`)),
  };
  const service = new LocalDataExchange(services);
  const { server, port } = await listen(options.port ?? 0, () => ({
    service,
    faults,
    journal,
    urls,
    seed,
    stopping: stopping.signal,
  })).catch(async (error) => {
    await content.close();
    throw error;
  });
  // The port is known only now, and URLs carry it.
  const url = `http://127.0.0.1:${port}`;
  const urls = new SignedUrls(url, secretFrom(seed, 'signed URLs'));
  const looking =
    options.lookEvery === undefined ? undefined : setInterval(() => void service.settle(), options.lookEvery);
  return {
    url,
    port,
    seed,
    clock,
    buckets,
    setFaults: (script) => faults.load(checkFaultScript(script)),
    faults: () => faults.report(),
    requests: (operation) => journal.list(operation),
    clearRequests: () => journal.clear(),
    publishRevision: (revisionId) => void service.publishRevision(revisionId),
    settle: () => service.settle(),
    async stop() {
      if (stopping.signal.aborted) return;
      clearInterval(looking);
      stopping.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await service.settle();
      await buckets.close();
      await content.close();
    },
  };
}
