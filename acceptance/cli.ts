import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { inRoot } from '../tools/support/paths';
import { interruption, runProgram } from '../tools/support/processes';
import { makeClients } from './clients';
import { STATE_FOLDER } from './ledger';
import { readOptions } from './options';
import { PROBES } from './probes';
import { markdownOf, type Report } from './report';
import { accept, clean, type Options, type Surroundings } from './runner';

/** `make acceptance`, `make acceptance-clean` and `make acceptance-apply`. */
async function main(): Promise<void> {
  const [command = '', ...words] = process.argv.slice(2);
  const options = readOptions(words);
  switch (command) {
    case 'run': {
      const { report, exitCode } = await accept(PROBES, options, SURROUNDINGS);
      process.exitCode = exitCode;
      if (report) {
        write(report, options);
      }
      return;
    }
    case 'clean':
      process.exitCode = await clean(options, SURROUNDINGS);
      return;
    default:
      throw new Error(`"${command}" is none of run, clean and apply`);
  }
}

const SURROUNDINGS: Surroundings = {
  makeClients,
  print: (line) => console.log(line),
  async ask(question) {
    if (!process.stdin.isTTY) {
      return undefined;
    }
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    // Ctrl-C reaches the terminal's owner as a key, not as a signal.
    terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    try {
      return (await terminal.question(question, { signal: interruption })).trim().toLowerCase() === 'yes';
    } finally {
      terminal.close();
    }
  },
  interruption,
  sleep: (seconds, signal) => sleep(seconds * 1000, undefined, { signal }),
  now: Date.now,
  newRunId: () => randomBytes(5).toString('hex'),
  stateFolder: STATE_FOLDER,
};

function write(report: Report, { OUT, ONLY }: Options): void {
  const words = ONLY ? `-${ONLY.replace(/\W+/g, '-')}` : '';
  const file = OUT ?? inRoot('acceptance', 'results', `${report.date}-${report.region}${words}.json`);
  const table = `${file.replace(/\.json$/, '')}.md`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(table, markdownOf(report));
  console.log(`\n${markdownOf(report)}\n${file}\n${table}`);
}

void runProgram('acceptance', main);
