import { randomInt } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Buckets } from './buckets/buckets';
import { FolderBuckets } from './buckets/folder-buckets';
import { type Clock, ScaledClock } from './clock';
import { ContentStore } from './content/content-store';
import { FaultEngine } from './faults/fault-engine';
import { checkFaultScript } from './faults/fault-schema';
import type { FaultScript } from './faults/fault-script';
import { Ids, secretFrom } from './random';
import { listen, serve } from './server/http-server';
import { Journal, type JournalEntry } from './server/journal';
import { LocalDataExchange } from './service';
import { SignedUrls } from './signed-urls';

/** The address to listen on if none is given: only programs on this machine reach it. */
export const DEFAULT_HOST = '127.0.0.1';

/** Everything has a default: `startEmulator()` alone gives a working service whose buckets do not exist. */
export interface EmulatorOptions {
  /** The address to listen on, 127.0.0.1 by default. */
  readonly host?: string;
  /** 0, the default, picks a free one. */
  readonly port?: number;
  /** A folder whose sub-folders are the buckets, or another implementation of buckets. */
  readonly buckets?: string | Buckets;
  /** A clock that runs, by default. */
  readonly clock?: Clock;
  /** How long jobs run, seconds of service time; `live` for as long as small jobs take in AWS. */
  readonly jobSeconds?: number | 'live';
  /** For ids, signatures and chance. */
  readonly seed?: number;
  readonly faults?: FaultScript;
  readonly account?: string;
  /** Where to make the folder for the bytes of assets, which `stop` removes; the temporary folder by default. */
  readonly stateFolder?: string;
  /**
   * How often to do the work of jobs that have ended, milliseconds of real time, for people who watch the buckets and
   * send no request. Never, by default: requests see to it.
   */
  readonly settleEvery?: number;
  /** Takes lines for the person who runs the emulator. Standard error by default. */
  readonly log?: (line: string) => void;
}

/** A running local Data Exchange. */
export interface Emulator {
  /** `http://127.0.0.1:PORT`, or with the other address that it listens on. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly seed: number;
  readonly clock: Clock;
  readonly buckets: Buckets;
  /** Replaces the fault script; all counters begin at 0. @throws FaultScriptError */
  setFaults(script: FaultScript): void;
  /** The script, and how often each of its rules has fired. */
  faults(): ReturnType<FaultEngine['report']>;
  /** The requests that were received, in order. @param operation only of this name */
  requests(operation?: string): JournalEntry[];
  clearRequests(): void;
  /** Makes a revision part of a product, so that it can only be revoked. @throws ServiceError if there is none */
  publishRevision(revisionId: string): void;
  /**
   * Puts a data set into a product that this account subscribes to, with its finalized revisions.
   * @returns the id of the entitled data set that the subscriber sees
   * @throws ServiceError if there is none
   */
  entitle(dataSetId: string, productId?: string): string;
  /** Serves a request of a program in the same process, without a connection. Never rejects. */
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Does the work of all jobs that have ended by the clock. Every request does that first. */
  settle(): Promise<void>;
  /** Closes all connections and removes the bytes of assets. Buckets keep what they have. */
  stop(): Promise<void>;
}

const ACCOUNT = '123456789012';

/** Starts a local Data Exchange. @throws CannotListen, FaultScriptError */
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
  const service = new LocalDataExchange({
    account: options.account ?? ACCOUNT,
    clock,
    ids: new Ids(seed),
    content,
    buckets,
    urls: new SignedUrls(secretFrom(seed, 'signed URLs')),
    tokenSecret: secretFrom(seed, 'tokens'),
    assumptions: () => faults.assumptions,
    log: options.log ?? ((line) => process.stderr.write(`${line}\n`)),
  });
  const context = { service, faults, journal, seed, stopping: stopping.signal };
  const host = options.host ?? DEFAULT_HOST;
  const { server, port } = await listen(host, options.port ?? 0, context).catch(async (error) => {
    await content.close();
    throw error;
  });
  const settling =
    options.settleEvery === undefined ? undefined : setInterval(() => void service.settle(), options.settleEvery);
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    host,
    port,
    seed,
    clock,
    buckets,
    setFaults: (script) => faults.load(checkFaultScript(script)),
    faults: () => faults.report(),
    requests: (operation) => journal.list(operation),
    clearRequests: () => journal.clear(),
    publishRevision: (revisionId) => void service.publishRevision(revisionId),
    entitle: (dataSetId, productId) => service.entitle(dataSetId, productId).id,
    serve: (request, response) => serve(request, response, context),
    settle: () => service.settle(),
    async stop() {
      if (stopping.signal.aborted) {
        return;
      }
      clearInterval(settling);
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
