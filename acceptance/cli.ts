import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { inRoot, npmTool } from '../tools/support/paths';
import { interruption, run, runProgram } from '../tools/support/processes';
import { applyResult } from './apply';
import { makeClients } from './clients';
import { findEmulator } from './emulator-control';
import { STATE_FOLDER } from './ledger';
import { readOptions } from './options';
import { POLICY_FILE, policyOf } from './policy';
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
    case 'apply':
      await apply(options);
      return;
    case 'policy':
      writeFileSync(POLICY_FILE, policyOf(PROBES));
      return;
    default:
      throw new Error(`"${command}" is none of run, clean, apply and policy`);
  }
}

const SURROUNDINGS: Surroundings = {
  makeClients,
  findEmulator,
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

/** Writes the verdicts of a result into the emulator's evidence. */
async function apply({ RESULT }: Options): Promise<void> {
  if (!RESULT) {
    throw new Error('name the result: make acceptance-apply RESULT=acceptance/results/2026-11-25-us-east-1.json');
  }
  const [source, readme] = [inRoot('emulator', 'store', 'assumptions.ts'), inRoot('emulator', 'README.md')];
  const applied = applyResult(readResult(RESULT), readFileSync(source, 'utf8'), readFileSync(readme, 'utf8'));
  writeFileSync(source, applied.source);
  writeFileSync(readme, applied.readme);
  await run(npmTool('biome'), ['format', '--write', source]);
  console.log('the evidence is in emulator/store/assumptions.ts and emulator/README.md; behaviour is as it was');
  console.log(applied.lines.length > 0 ? applied.lines.join('\n') : 'no default has to change');
}

function readResult(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} cannot be read as JSON: ${(error as Error).message}`);
  }
}

void runProgram('acceptance', main);
