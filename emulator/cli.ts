#!/usr/bin/env node
import { CommanderError } from 'commander';
import { readCommandLine, UsageError } from './command-line';
import { DEFAULT_HOST, type Emulator, startEmulator } from './emulator';
import { CannotListen } from './server/http-server';

/** Milliseconds. A person who watches the buckets sees the objects of an export without sending a request. */
const SETTLE_EVERY = 250;

async function main(): Promise<void> {
  const options = await readCommandLine(process.argv.slice(2), (text) => process.stderr.write(text));
  const emulator = await startEmulator({ ...options, settleEvery: SETTLE_EVERY });
  stopOnSignals(emulator);
  if (emulator.host !== DEFAULT_HOST) {
    process.stderr.write(`warning: anyone who reaches ${emulator.host} can use this service and its buckets\n`);
  }
  process.stdout.write(`buckets are ${emulator.buckets.description}\n`);
  process.stdout.write(`seed ${emulator.seed}\n`);
  process.stdout.write(`page ${emulator.url}/_emulator/\n`);
  process.stdout.write(`listening on ${emulator.url}\n`);
}

function stopOnSignals(emulator: Emulator): void {
  let isStopping = false;
  const stop = () => {
    // A second Ctrl-C must not wait for a stuck S3 endpoint.
    if (isStopping) {
      process.exit(1);
    }
    isStopping = true;
    emulator.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`stopping failed: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

main().catch((error: unknown) => {
  // Commander has already written what is wrong; its code is 0 for --help.
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode;
    return;
  }
  const isExpected = error instanceof UsageError || error instanceof CannotListen;
  const stack = error instanceof Error ? error.stack : String(error);
  process.stderr.write(`${isExpected ? error.message : stack}\n`);
  process.exitCode = 1;
});
