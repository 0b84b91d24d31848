import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { bundle, SETTINGS } from '../tools/bundle';
import { inRoot } from '../tools/support/paths';
import { judge } from './compare';
import { type Answers, CASES, play } from './play';

/**
 * `make compat`: the same wire events through the library's own runtime and through ours, over the same Data Exchange. The answers
 * have to be equal, but for what differences.json lists.
 */

/** What the stock function takes from compat/node_modules when it runs; the rest of it is bundled from src/. */
const STOCK = [
  '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib',
  'aws-sdk',
  'class-transformer',
  'reflect-metadata',
];

/** The stock runtime waits a second in each call; meanwhile others can run. */
const SIDE_BY_SIDE = 12;

async function stockFunction(outfile: string): Promise<string> {
  await build({ ...SETTINGS, entryPoints: [path.join(__dirname, 'stock.ts')], outfile, external: STOCK });
  return outfile;
}

const versions = (dependencies: Record<string, string>): string =>
  ['cloudformation-cli-typescript-lib', 'aws-sdk']
    .map((name) => `${name} ${Object.entries(dependencies).find(([full]) => full.endsWith(name))?.[1]}`)
    .join(', ');

async function playAll(files: readonly string[]): Promise<Answers[]> {
  const answers = files.map((): Answers[] => CASES.map(() => new Map()));
  const runs = CASES.flatMap((one, n) => files.map((file, m) => ({ one, n, file, m })));
  const worker = async (): Promise<void> => {
    for (let run = runs.shift(); run !== undefined; run = runs.shift()) {
      const { one, n, file, m } = run;
      (answers[m] as Answers[])[n] = await play(one, file);
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  return answers.map((of) => new Map(of.flatMap((some) => [...some])));
}

async function main(): Promise<void> {
  // Inside compat/, so that Node finds the stock runtime there.
  mkdirSync(path.join(__dirname, 'build'), { recursive: true });
  const folder = mkdtempSync(path.join(__dirname, 'build', 'run-'));
  const cleanUp = (): void => rmSync(folder, { recursive: true, force: true });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      cleanUp();
      process.exit(130);
    });
  }
  const began = Date.now();
  try {
    const stockFile = await stockFunction(path.join(folder, 'stock.js'));
    const { file } = await bundle({ outfile: path.join(folder, 'dist/handlers.js') });
    const [stock, ours] = (await playAll([stockFile, file])) as [Answers, Answers];
    const { wrong, reasons, listed } = judge(stock, ours);
    const bad = [...wrong].filter(([, words]) => words.length > 0);
    for (const [event, words] of bad) console.log(`✘ ${event}\n    ${words.join('\n    ')}`);

    const { dependencies } = JSON.parse(readFileSync(inRoot('compat/package.json'), 'utf8'));
    const seconds = ((Date.now() - began) / 1000).toFixed(0);
    console.log(`${wrong.size} answers beside those of the stock runtime (${versions(dependencies)}) in ${seconds} s.`);
    console.log(`${listed} listed differences, of ${reasons.length} kinds:`);
    for (const reason of reasons) console.log(`  - ${reason}`);
    console.log(`compat: ${wrong.size - bad.length} passed, ${bad.length} failed`);
    process.exitCode = bad.length === 0 ? 0 : 1;
  } finally {
    cleanUp();
  }
}

main().catch((error: Error) => {
  console.error(`compat: ${error.stack}`);
  process.exitCode = 1;
});
