import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Buckets } from './buckets/buckets';
import { FolderBuckets } from './buckets/folder-buckets';
import { ScaledClock } from './clock';
import { DEFAULT_HOST, type EmulatorOptions } from './emulator';
import { checkFaultScript, FaultScriptError } from './faults/fault-schema';
import type { FaultScript } from './faults/fault-script';

interface Flags {
  readonly host: string;
  readonly port: number;
  readonly buckets?: string;
  readonly s3Endpoint?: string;
  readonly timeScale: number;
  readonly jobSeconds?: number | 'live';
  readonly faults?: string;
  readonly seed?: number;
  readonly stateFolder?: string;
}

// By the package's own name, because the built file lies a folder deeper than the source.
const { version } = require('local-data-exchange/package.json') as { version: string };

/** The folder of the buckets if none is given. Git ignores it. */
const DEFAULT_BUCKETS = '.local/buckets';

/** The command line, or a file that it names, is wrong. The message says what would be right. */
export class UsageError extends Error {}

/**
 * Reads the flags.
 * @param words the flags, without the program's name
 * @param write takes what commander writes before it throws a CommanderError: for a wrong flag, or for `--help`
 * @throws UsageError, CommanderError
 */
export async function readCommandLine(words: string[], write: (text: string) => void): Promise<EmulatorOptions> {
  const flags = createCommand()
    .exitOverride()
    .configureOutput({ writeErr: write })
    .parse(words, { from: 'user' })
    .opts<Flags>();
  return {
    host: flags.host,
    port: flags.port,
    buckets: await bucketsFrom(flags),
    clock: new ScaledClock(flags.timeScale),
    ...(flags.jobSeconds === undefined ? {} : { jobSeconds: flags.jobSeconds }),
    ...(flags.seed === undefined ? {} : { seed: flags.seed }),
    ...(flags.stateFolder === undefined ? {} : { stateFolder: existingFolder('--state-folder', flags.stateFolder) }),
    ...(flags.faults === undefined ? {} : { faults: readFaults(flags.faults) }),
  };
}

function createCommand(): Command {
  return new Command('local-data-exchange')
    .description('The local Data Exchange: the REST API of AWS Data Exchange on this machine.')
    .version(version, '--version', 'print the version')
    .addOption(
      new Option(
        '--host <address>',
        'address to listen on; any other than the default can be reached by others',
      ).default(DEFAULT_HOST),
    )
    .addOption(
      new Option('--port <n>', 'port to listen on; 0 picks a free one')
        .default(4570)
        .argParser(
          numberFrom((port) => Number.isInteger(port) && port >= 0 && port <= 65_535, 'a whole number from 0 to 65535'),
        ),
    )
    .addOption(
      new Option(
        '--buckets <folder>',
        `folder whose sub-folders are the buckets (default: "${DEFAULT_BUCKETS}", created if absent)`,
      ).conflicts('s3Endpoint'),
    )
    .option('--s3-endpoint <url>', 'use the buckets of an S3 endpoint instead; credentials from the environment')
    .addOption(
      new Option('--time-scale <x>', "how fast the service's clock runs: job lengths, URL lives, retention")
        .default(1)
        .argParser(numberFrom((scale) => scale > 0 && scale <= 1e6, 'a number above 0, at most 1000000')),
    )
    .addOption(
      new Option('--job-seconds <s>', 'how long a job runs, or "live" for 15 to 45 s (default: 2)').argParser(
        readJobSeconds,
      ),
    )
    .option('--faults <file>', 'fault script (JSON); the README describes it')
    .addOption(
      new Option('--seed <n>', 'for ids, signatures and chance (default: random, printed)').argParser(
        numberFrom(Number.isSafeInteger, 'a whole number'),
      ),
    )
    .option(
      '--state-folder <folder>',
      "where to keep the bytes of assets while it runs (default: the system's temporary folder)",
    )
    .allowExcessArguments(false)
    .showHelpAfterError('(--help lists the flags)');
}

function readJobSeconds(text: string): number | 'live' {
  const read = numberFrom(
    (seconds) => seconds >= 0 && seconds <= 1e9,
    'a number of seconds, 0 or more, or the word live',
  );
  return text === 'live' ? text : read(text);
}

/** A reader of a flag's number. @param what the allowed values, for the message */
function numberFrom(isAllowed: (value: number) => boolean, what: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !isAllowed(value)) {
      throw new InvalidArgumentError(`It must be ${what}.`);
    }
    return value;
  };
}

async function bucketsFrom({ buckets, s3Endpoint }: Flags): Promise<Buckets> {
  if (s3Endpoint !== undefined) {
    if (!/^https?:$/.test(URL.canParse(s3Endpoint) ? new URL(s3Endpoint).protocol : '')) {
      throw new UsageError(`--s3-endpoint is "${s3Endpoint}"; it must be a URL such as http://127.0.0.1:4566`);
    }
    // Loaded only where it is used: the S3 client is the larger part of all code.
    const { S3Buckets } = await import('./buckets/s3-buckets');
    return new S3Buckets({ endpoint: s3Endpoint });
  }
  if (buckets === undefined) {
    mkdirSync(DEFAULT_BUCKETS, { recursive: true });
  }
  // A folder that is named must exist: a typing error must not look like empty buckets.
  return new FolderBuckets(existingFolder('--buckets', buckets ?? DEFAULT_BUCKETS));
}

function existingFolder(flag: string, folder: string): string {
  if (!existsSync(folder)) {
    throw new UsageError(`${flag} is "${folder}", which does not exist; make the folder first`);
  }
  if (!statSync(folder).isDirectory()) {
    throw new UsageError(`${flag} is "${folder}", which is not a folder`);
  }
  return folder;
}

function readFaults(file: string): FaultScript {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--faults: cannot read "${file}" (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    return checkFaultScript(JSON.parse(text));
  } catch (error) {
    if (error instanceof FaultScriptError) {
      throw new UsageError(`--faults: "${file}": ${error.message}`);
    }
    throw new UsageError(`--faults: "${file}" is not JSON: ${(error as Error).message}`);
  }
}
