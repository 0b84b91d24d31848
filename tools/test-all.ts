import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SubprocessError } from 'nano-spawn';
import { npmTool } from './support/paths';
import { endProcesses, run, runProgram } from './support/processes';

/**
 * `make test`: all tests, or with `make test ONLY=word` those in files whose path contains the word. `make cdk`: those of
 * another configuration of Jest. The temporary files of every tool go to one folder, which is removed unless a test
 * fails.
 */
async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'make-test-'));
  let keep = false;
  try {
    const report = join(folder, 'report.json');
    const { values, positionals } = parseArgs({ options: { config: { type: 'string' } }, allowPositionals: true });
    const config = values.config ?? 'test/official/jest.config.cjs';
    const options = ['--config', config, '--json', `--outputFile=${report}`];
    const succeeded = await runJest(folder, [...options, ...positionals]);
    const counts = existsSync(report) ? JSON.parse(await readFile(report, 'utf8')) : {};
    const { numPassedTests: passed = 0, numFailedTests = 0, numRuntimeErrorTestSuites = 0 } = counts;
    keep = !succeeded;
    console.log(keep ? `\nthe temporary files: ${folder}` : '');
    // A file that cannot be loaded counts as one failed test, and so does a Jest that fails without one.
    const failed = numFailedTests + numRuntimeErrorTestSuites || Number(!succeeded);
    console.log(`${passed} passed, ${failed} failed`);
    process.exitCode = succeeded ? 0 : 1;
  } finally {
    await endProcesses();
    if (!keep) {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** @returns whether every test passed, and there was one */
async function runJest(temporaryFolder: string, given: readonly string[]): Promise<boolean> {
  const options = { stdout: 'inherit', stderr: 'inherit', env: { TMPDIR: temporaryFolder } } as const;
  try {
    await run(npmTool('jest'), given, options);
    return true;
  } catch (error) {
    if (error instanceof SubprocessError) {
      return false;
    }
    throw error;
  }
}

void runProgram('test', main);
