import { CommanderError } from 'commander';
import { Refused, readCommandLine } from './command-line';
import { type Emulator, startEmulator } from './emulator';
import { PortRefused } from './server/http-server';

/** How often to look at the clock by itself: whoever watches the bucket folder sees files come without asking the API. */
const LOOK_EVERY = 250;

async function main(): Promise<void> {
  const options = await readCommandLine(process.argv.slice(2), (text) => process.stderr.write(text));
  const emulator = await startEmulator({ ...options, lookEvery: LOOK_EVERY });
  endOnSignals(emulator);
  process.stdout.write(`buckets are ${emulator.buckets.description}\n`);
  process.stdout.write(`seed ${emulator.seed}\n`);
  process.stdout.write(`listening on ${emulator.url}\n`);
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
  // Commander has already said what is wrong; its code is 0 for --help.
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode;
    return;
  }
  const known = error instanceof Refused || error instanceof PortRefused;
  process.stderr.write(known ? `${error.message}\n` : `${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
