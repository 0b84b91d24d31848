import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { SETTINGS, writeBundle } from '../tools/bundle';
import { inRoot } from '../tools/support/paths';
import { runProgram } from '../tools/support/processes';
import { judge } from './compare';
import { type AnswersByEvent, CASES, play } from './play';
import { STOCK_MODULES } from './stock-modules';

/**
 * `make compat`: the same wire events through the library's own runtime and through ours, over the same Data Exchange.
 * The answers have to be equal, but for the differences that differences.json lists.
 */

/** How many cases run at the same time. The stock runtime waits a second in each invocation. */
const SIDE_BY_SIDE = 12;

async function main(): Promise<void> {
  const startedAt = Date.now();
  // Inside compat/, where Node finds the stock runtime.
  mkdirSync(inRoot('compat', 'build'), { recursive: true });
  const folder = mkdtempSync(inRoot('compat', 'build', 'run-'));
  try {
    const stockFile = path.join(folder, 'stock.js');
    const entryPoints = [inRoot('compat', 'stock.ts')];
    await build({ ...SETTINGS, entryPoints, outfile: stockFile, external: STOCK_MODULES });
    const ourFile = path.join(folder, 'dist', 'handlers.js');
    await writeBundle(ourFile);
    const [stock, ours] = (await playAll([stockFile, ourFile])) as [AnswersByEvent, AnswersByEvent];
    report(stock, ours, startedAt);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Plays every case with every function. @returns the answers of each function */
async function playAll(files: readonly string[]): Promise<AnswersByEvent[]> {
  const answers = files.map((): AnswersByEvent[] => []);
  const waiting = CASES.flatMap((played, caseIndex) =>
    files.map((file, fileIndex) => ({ played, caseIndex, file, fileIndex })),
  );
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { played, caseIndex, file, fileIndex } = next;
      (answers[fileIndex] as AnswersByEvent[])[caseIndex] = await play(played, file);
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  return answers.map((ofCases) => new Map(ofCases.flatMap((some) => [...some])));
}

function report(stock: AnswersByEvent, ours: AnswersByEvent, startedAt: number): void {
  const { wrong, reasons, listed } = judge(stock, ours);
  const failed = [...wrong].filter(([, problems]) => problems.length > 0);
  for (const [event, problems] of failed) {
    console.log(`✘ ${event}\n    ${problems.join('\n    ')}`);
  }
  const { dependencies } = JSON.parse(readFileSync(inRoot('compat', 'package.json'), 'utf8'));
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(0);
  console.log(`${wrong.size} answers beside those of the stock runtime (${versions(dependencies)}) in ${seconds} s.`);
  console.log(`${listed} listed differences, of ${reasons.length} kinds:`);
  for (const reason of reasons) {
    console.log(`  - ${reason}`);
  }
  console.log(`compat: ${wrong.size - failed.length} passed, ${failed.length} failed`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

function versions(dependencies: Readonly<Record<string, string>>): string {
  return ['cloudformation-cli-typescript-lib', 'aws-sdk']
    .map((name) => `${name} ${Object.entries(dependencies).find(([full]) => full.endsWith(name))?.[1]}`)
    .join(', ');
}

void runProgram('compat', main);
