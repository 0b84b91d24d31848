import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Buckets } from './buckets/buckets';
import { FolderBuckets } from './buckets/folder-buckets';
import { ScaledClock } from './clock';
import type { EmulatorOptions } from './emulator';
import { checkFaultScript, FaultScriptError } from './faults/fault-schema';
import type { FaultScript } from './faults/fault-script';

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

/** What is wrong with the command line or what it names: one line, exit code 1. */
export class Refused extends Error {}

function number(check: (value: number) => boolean, what: string) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !check(value)) throw new InvalidArgumentError(`It must be ${what}.`);
    return value;
  };
}

function commandOf(): Command {
  return new Command('emulator')
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
}

/**
 * What the flags ask for.
 * @param words the flags, without the program's name
 * @param write takes the lines that commander says; a flag that is wrong, or `--help`, throws a CommanderError after that
 * @throws Refused, CommanderError
 */
export async function readCommandLine(words: string[], write: (text: string) => void): Promise<EmulatorOptions> {
  const flags = commandOf()
    .exitOverride()
    .configureOutput({ writeErr: write })
    .parse(words, { from: 'user' })
    .opts<Flags>();
  return {
    port: flags.port,
    buckets: await bucketsFrom(flags),
    clock: new ScaledClock(flags.timeScale),
    ...(flags.jobSeconds === undefined ? {} : { jobSeconds: flags.jobSeconds }),
    ...(flags.seed === undefined ? {} : { seed: flags.seed }),
    ...(flags.stateFolder === undefined ? {} : { stateFolder: existingFolder('--state-folder', flags.stateFolder) }),
    ...(flags.faults === undefined ? {} : { faults: readFaults(flags.faults) }),
  };
}

async function bucketsFrom({ buckets, s3Endpoint }: Flags): Promise<Buckets> {
  if (s3Endpoint !== undefined) {
    if (!/^https?:$/.test(URL.canParse(s3Endpoint) ? new URL(s3Endpoint).protocol : '')) {
      throw new Refused(`--s3-endpoint is "${s3Endpoint}"; it must be a URL such as http://127.0.0.1:4566`);
    }
    // Loaded only here: the S3 client is the larger part of what there is to load.
    const { S3Buckets } = await import('./buckets/s3-buckets');
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
