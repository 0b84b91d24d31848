import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Buckets } from './buckets/buckets';
import { FolderBuckets } from './buckets/folder-buckets';
import { S3Buckets } from './buckets/s3-buckets';
import { ScaledClock } from './clock';
import { type Emulator, startEmulator } from './emulator';
import { checkFaultScript, FaultScriptError } from './faults/fault-schema';
import type { FaultScript } from './faults/fault-script';
import { PortInUse } from './server/http-server';

interface Flags {
  port: number;
  buckets?: string;
  s3Endpoint?: string;
  timeScale: number;
  jobSeconds?: number;
  faults?: string;
  seed?: number;
  stateFolder?: string;
}

/** Where buckets are looked for when nothing is said. Under a folder that Git ignores. */
const DEFAULT_BUCKETS = '.local/buckets';

/** How often to look at the clock by itself: whoever watches the bucket folder sees files come without asking the API. */
const LOOK_EVERY = 250;

/** What is wrong with the command line or what it names: one line, exit code 1. */
class Refused extends Error {}

function number(check: (value: number) => boolean, what: string) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !check(value)) throw new InvalidArgumentError(`It must be ${what}.`);
    return value;
  };
}

const program = new Command('emulator')
  .description(
    'The local Data Exchange: the REST API of AWS Data Exchange for data sets, revisions, assets, tags and jobs, on 127.0.0.1.',
  )
  .addOption(
    new Option('--port <n>', 'port to listen on; 0 picks a free one')
      .default(4570)
      .argParser(number((n) => Number.isInteger(n) && n >= 0 && n <= 65_535, 'a whole number from 0 to 65535')),
  )
  .addOption(
    new Option(
      '--buckets <folder>',
      `folder whose sub-folders are the buckets (default: "${DEFAULT_BUCKETS}", made if absent)`,
    ).conflicts('s3Endpoint'),
  )
  .option('--s3-endpoint <url>', 'use the buckets of an S3 endpoint instead; credentials from the environment')
  .addOption(
    new Option('--time-scale <x>', "how fast the service's clock runs: job lengths, URL lives, retention")
      .default(1)
      .argParser(number((n) => n > 0 && n <= 1e6, 'a number above 0, at most 1000000')),
  )
  .addOption(
    new Option('--job-seconds <s>', 'how long a job runs (default: 2)').argParser(
      number((n) => n >= 0 && n <= 1e9, 'a number of seconds, 0 or more'),
    ),
  )
  .option('--faults <file>', 'fault script (JSON); the README describes it')
  .addOption(
    new Option('--seed <n>', 'for ids, signatures and chance (default: random, printed)').argParser(
      number((n) => Number.isSafeInteger(n), 'a whole number'),
    ),
  )
  .option(
    '--state-folder <folder>',
    "where to keep the bytes of assets while it runs (default: the system's temporary folder)",
  )
  .allowExcessArguments(false)
  .showHelpAfterError('(--help lists the flags)');

async function main(): Promise<void> {
  const flags = program.parse().opts<Flags>();
  const emulator = await startEmulator({
    port: flags.port,
    buckets: bucketsFrom(flags),
    clock: new ScaledClock(flags.timeScale),
    lookEvery: LOOK_EVERY,
    ...(flags.jobSeconds === undefined ? {} : { jobSeconds: flags.jobSeconds }),
    ...(flags.seed === undefined ? {} : { seed: flags.seed }),
    ...(flags.stateFolder === undefined ? {} : { stateFolder: existingFolder('--state-folder', flags.stateFolder) }),
    ...(flags.faults === undefined ? {} : { faults: readFaults(flags.faults) }),
  });
  endOnSignals(emulator);
  process.stdout.write(`buckets are ${emulator.buckets.description}\n`);
  process.stdout.write(`seed ${emulator.seed}\n`);
  process.stdout.write(`listening on ${emulator.url}\n`);
}

function bucketsFrom({ buckets, s3Endpoint }: Flags): Buckets {
  if (s3Endpoint !== undefined) {
    if (!/^https?:$/.test(URL.canParse(s3Endpoint) ? new URL(s3Endpoint).protocol : '')) {
      throw new Refused(`--s3-endpoint is "${s3Endpoint}"; it must be a URL such as http://127.0.0.1:4566`);
    }
    return new S3Buckets({ endpoint: s3Endpoint });
  }
  if (buckets === undefined) mkdirSync(DEFAULT_BUCKETS, { recursive: true });
  // A folder that somebody names must be there: a typing error must not look like empty buckets.
  return new FolderBuckets(existingFolder('--buckets', buckets ?? DEFAULT_BUCKETS));
}

function existingFolder(flag: string, folder: string): string {
  if (!existsSync(folder)) throw new Refused(`${flag} is "${folder}", which does not exist; make the folder first`);
  if (!statSync(folder).isDirectory()) throw new Refused(`${flag} is "${folder}", which is not a folder`);
  return folder;
}

function readFaults(file: string): FaultScript {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Refused(`--faults: cannot read "${file}" (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    return checkFaultScript(JSON.parse(text));
  } catch (error) {
    if (error instanceof FaultScriptError) throw new Refused(`--faults: "${file}": ${error.message}`);
    throw new Refused(`--faults: "${file}" is not JSON: ${(error as Error).message}`);
  }
}

function endOnSignals(emulator: Emulator): void {
  let ending = false;
  const end = () => {
    // A second Ctrl-C must not wait for a stuck S3 endpoint.
    if (ending) process.exit(1);
    ending = true;
    emulator.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`stopping failed: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
}

main().catch((error: unknown) => {
  const known = error instanceof Refused || error instanceof PortInUse;
  process.stderr.write(known ? `${error.message}\n` : `${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
