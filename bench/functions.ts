import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, statSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { STOCK_MODULES } from '../compat/stock-modules';
import { SETTINGS, writeBundle } from '../tools/bundle';
import { listFiles } from '../tools/support/files';
import { inRoot } from '../tools/support/paths';
import { interruption, run } from '../tools/support/processes';

/** The three functions that are measured side by side, and the processes in which they run. */

export const NAMES = ['ours', 'bare', 'stock'] as const;
export type Name = (typeof NAMES)[number];

export interface Built {
  readonly files: Readonly<Record<Name, string>>;
  readonly empty: string;
  /** What each ships, in bytes. */
  readonly bytes: Readonly<Record<Name, number>>;
  readonly zipBytes: number;
  /** Inside compat/, where Node finds the stock runtime; to be removed. */
  readonly folder: string;
}

/** Builds all three: ours as it ships, the client as anyone would bundle it, and the scaffold over its node_modules. */
export async function buildFunctions(): Promise<Built> {
  mkdirSync(inRoot('compat', 'build'), { recursive: true });
  const folder = mkdtempSync(inRoot('compat', 'build', 'bench-'));
  const file = (name: string): string => path.join(folder, name, 'handlers.js');
  const [ours, bare, stock, empty] = ['ours', 'bare', 'stock', 'empty'].map(file) as [string, string, string, string];
  const { content, zipBytes } = await writeBundle(ours);
  await build({ ...SETTINGS, entryPoints: [inRoot('bench', 'bare.ts')], outfile: bare });
  await build({ ...SETTINGS, entryPoints: [inRoot('bench', 'stock.ts')], outfile: stock, external: STOCK_MODULES });
  await build({ ...SETTINGS, stdin: { contents: 'export {};' }, outfile: empty });
  const bytes = {
    ours: content.length,
    bare: statSync(bare).size,
    stock: statSync(stock).size + (await sizeOf(inRoot('compat', 'node_modules'))),
  };
  return { files: { ours, bare, stock }, empty, bytes, zipBytes, folder };
}

async function sizeOf(folder: string): Promise<number> {
  const files = await listFiles(folder);
  return files.reduce((sum, file) => sum + statSync(path.join(folder, file)).size, 0);
}

const HOST = inRoot('bench', 'function.cjs');

/** What one cold start took, in milliseconds from before the import, and the memory after the import in bytes. */
export interface ColdStart {
  readonly importMs: number;
  /** The processor time of the import, in microseconds. */
  readonly importCpu: number;
  readonly readMs: number;
  readonly rss: number;
}

export async function coldStart(node: string, file: string, event: object): Promise<ColdStart> {
  return JSON.parse((await run(node, [HOST, file, JSON.stringify(event)], { env: environment() })).stdout) as ColdStart;
}

export async function runText(command: string, ...given: string[]): Promise<string> {
  return (await run(command, given)).stdout;
}

export async function coldImport(node: string, file: string): Promise<number> {
  const script = `
    const began = performance.now();
    require(process.argv[1]);
    process.stdout.write(String(performance.now() - began), () => process.exit());`;
  return Number((await run(node, ['-e', script, file], { env: environment() })).stdout);
}

/** Only what Lambda would give it, and nothing that tools add for every Node that they start. */
function environment(): NodeJS.ProcessEnv {
  return {
    NODE_OPTIONS: '',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: '1',
    AWS_ENDPOINT_URL: process.env.AWS_ENDPOINT_URL,
  };
}

export interface Order {
  readonly event: object;
  readonly count?: number;
  readonly together?: number;
}

export interface Done {
  readonly ms: number;
  /** In bytes, as `free` and `kept`. */
  readonly rss: number;
  /** What V8 has set aside for objects and has none in. */
  readonly free: number;
  /** What is left after a garbage collection; with `collects` only. */
  readonly kept: number;
  readonly status: string;
  readonly nextToken?: string;
  readonly models: number;
}

/** A function in a process that stays. */
export class Running {
  private constructor(
    private readonly child: ChildProcess,
    /** After the import, in bytes. */
    readonly rss: number,
  ) {}

  /** @param collects whether garbage is collected after each order */
  static async start(node: string, file: string, collects = false): Promise<Running> {
    const child = fork(HOST, [file], {
      execPath: node,
      execArgv: collects ? ['--expose-gc'] : [],
      env: environment(),
      signal: interruption,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.on('error', () => undefined);
    const [{ rss }] = (await once(child, 'message')) as [{ rss: number }];
    return new Running(child, rss);
  }

  async do(order: Order): Promise<Done> {
    const done = once(this.child, 'message');
    this.child.send(order);
    const [answer] = (await done) as [Done & { readonly error?: string }];
    if (answer.error !== undefined) {
      throw new Error(answer.error);
    }
    return answer;
  }

  stop(): void {
    this.child.kill();
  }
}
