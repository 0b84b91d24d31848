import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SubprocessError } from 'nano-spawn';
import { MUTANTS } from './mutants/all';
import { type Mutant, mutated } from './mutants/mutant';
import { inTemporaryFolder } from './support/files';
import { inRoot, ROOT } from './support/paths';
import { run, runProgram } from './support/processes';

/**
 * What make mutants runs: puts one deliberate fault after another into a copy of the tree and runs the tests that
 * should notice it. A fault that none of them notices survives, and shows what they do not test.
 */

/**
 * The folders of tests that should notice a fault in a folder of the source: those near to it first, then whole
 * operations.
 */
const TESTS: Readonly<Record<string, readonly string[]>> = {
  'src/job/': ['test/job', 'test/wire', 'test/world'],
  'src/operations/': ['test/operations', 'test/wire', 'test/world'],
  'src/service/': ['test/service', 'test/world'],
};

/** A fault may make a test run for ever; that counts as noticed. */
const LIMIT_MS = 10 * 60_000;

/** Long enough that a busy machine fails no test: that would count as noticed. */
const TEST_TIMEOUT_MS = 60_000;

/** The same chance for all, so that two runs catch the same; `FC_SEED=…` sets another. */
const SEED = process.env.FC_SEED ?? '1';

/** The argument is a part of the file's name or of the sentence of the mutants that are meant; all by default. */
async function main(): Promise<void> {
  const only = process.argv[2] ?? '';
  const mutants = MUTANTS.filter(({ file, breaks }) => `${file} ${breaks}`.toLowerCase().includes(only.toLowerCase()));
  const problems = mutants.flatMap(problemOf);
  if (problems.length > 0 || mutants.length === 0) {
    throw new Error(problems.join('\n') || `No mutant has the words ${JSON.stringify(only)}.`);
  }
  await inTemporaryFolder(async (tree) => {
    copyTree(tree);
    process.exitCode = (await tryAll(mutants, tree)) === 0 ? 0 : 1;
  });
}

/** @returns how many mutants survive @throws Error if the tests fail without any */
async function tryAll(mutants: readonly Mutant[], tree: string): Promise<number> {
  for (const folder of new Set(mutants.flatMap(({ file }) => TESTS[folderOf(file)] ?? []))) {
    const { passed, output } = await test(tree, folder);
    if (!passed) {
      throw new Error(`${folder} fails without any fault, so it cannot show one:\n${output}`);
    }
  }
  console.log(`${mutants.length} mutants`);
  let survived = 0;
  for (const mutant of mutants) {
    const caughtBy = await tryOut(mutant, tree);
    survived += caughtBy === undefined ? 1 : 0;
    const mark = caughtBy === undefined ? '✘ SURVIVED' : `✔ ${caughtBy}`;
    console.log(`  ${mark.padEnd(18)} ${mutant.file}: ${mutant.breaks}`);
  }
  console.log(`\n${mutants.length - survived} caught, ${survived} survived`);
  return survived;
}

/** Why a mutant cannot be tried. */
function problemOf(mutant: Mutant): string[] {
  const { file } = mutant;
  if (!existsSync(inRoot(file))) {
    return [`${file} does not exist, and a mutant in tools/mutants/ names it.`];
  }
  if (TESTS[folderOf(file)] === undefined) {
    return [`${file} is in none of the folders that tools/mutants.ts knows: ${Object.keys(TESTS).join(', ')}.`];
  }
  try {
    mutated(readFileSync(inRoot(file), 'utf8'), mutant);
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

/** `src/job/` of `src/job/states.ts`. */
function folderOf(file: string): string {
  return `${file.split('/').slice(0, 2).join('/')}/`;
}

/** Copies what Git knows or would take, with a link to the modules. */
function copyTree(tree: string): void {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT });
  for (const name of listed.stdout.toString('utf8').split('\0')) {
    // A file that was deleted and is not yet committed is still listed.
    if (name !== '' && existsSync(inRoot(name))) {
      cpSync(inRoot(name), join(tree, name), { recursive: true });
    }
  }
  symlinkSync(inRoot('node_modules'), join(tree, 'node_modules'));
}

/** @returns the folder whose tests notice the mutant; undefined if none do */
async function tryOut(mutant: Mutant, tree: string): Promise<string | undefined> {
  const file = join(tree, mutant.file);
  const source = readFileSync(file, 'utf8');
  writeFileSync(file, mutated(source, mutant));
  try {
    for (const folder of TESTS[folderOf(mutant.file)] ?? []) {
      if (!(await test(tree, folder)).passed) {
        return folder;
      }
    }
    return undefined;
  } finally {
    writeFileSync(file, source);
  }
}

async function test(tree: string, folder: string): Promise<{ readonly passed: boolean; readonly output: string }> {
  const jest = join(tree, 'node_modules', '.bin', 'jest');
  const given = ['--ci', '--silent', '--bail', `--testTimeout=${TEST_TIMEOUT_MS}`, folder];
  try {
    const { output } = await run(jest, given, { cwd: tree, env: { FC_SEED: SEED }, timeout: LIMIT_MS });
    return { passed: true, output };
  } catch (error) {
    if (error instanceof SubprocessError) {
      return { passed: false, output: error.output };
    }
    throw error;
  }
}

void runProgram('mutants', main);
