import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npmTool, pythonTool } from '../support/paths';
import { type RunOptions, run } from '../support/run';
import { type Result, verdict } from './step';

/** A command that is right if it exits with 0. */
export async function command(line: readonly string[], options?: RunOptions): Promise<Result> {
  const { code, output } = await run(line, options);
  return verdict(code === 0, `$ ${line.join(' ')}\n${output}`);
}

/** Two steps run at once, and Jest's own 5 s are short for a test whose machine is busy with another. */
const PATIENCE_MS = 30_000;

/** Jest, counted by its own report. */
export async function jest(): Promise<Result> {
  return inTemporaryFolder(async (folder) => {
    const file = join(folder, 'jest.json');
    const { code, output } = await run([
      npmTool('jest'),
      ...['--ci', '--silent', '--json', `--outputFile=${file}`, `--testTimeout=${PATIENCE_MS}`],
    ]);
    if (!existsSync(file)) {
      return verdict(false, output);
    }
    const report = JSON.parse(await readFile(file, 'utf8'));
    // A suite that does not even load has no tests to count.
    const failed: number = report.numFailedTests + report.numRuntimeErrorTestSuites;
    const unsaid = code !== 0 && failed === 0 ? 1 : 0;
    const words = report.testResults.map((suite: { message: string }) => suite.message).filter(Boolean);
    return {
      passed: report.numPassedTests,
      failed: failed + unsaid,
      output: words.join('\n') || withoutReport(output),
      note: skipped(report.numPendingTests + report.numTodoTests),
    };
  });
}

/** A pytest suite in the virtual environment `local`, counted by its own report. */
export async function pytest(path: string): Promise<Result> {
  return inTemporaryFolder(async (folder) => {
    const file = join(folder, 'pytest.xml');
    const line = [pythonTool('local', 'python'), '-m', 'pytest', path, '-q', `--junitxml=${file}`];
    const { code, output } = await run(line);
    if (!existsSync(file)) {
      return verdict(false, output);
    }
    const suite = /<testsuite [^>]*>/.exec(await readFile(file, 'utf8'))?.[0] ?? '';
    const count = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
    const failed = count('failures') + count('errors');
    const left = count('skipped');
    return {
      passed: count('tests') - failed - left,
      failed: failed + (code !== 0 && failed === 0 ? 1 : 0),
      output,
      note: skipped(left),
    };
  });
}

/** The official contract suite for every job type, counted by its closing line. */
export async function contract(): Promise<Result> {
  const { code, output } = await run([npmTool('tsx'), 'contract/run.ts']);
  const totals = /^contract: (\d+) passed, (\d+) failed, (\d+) skipped$/m.exec(output);
  const [passed = 0, failed = 0, left = 0] = (totals?.slice(1) ?? []).map(Number);
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed, output, note: skipped(left) };
}

/** The library's own runtime beside ours, counted by its closing line. */
export async function compat(): Promise<Result> {
  const { code, output } = await run([npmTool('tsx'), 'compat/run.ts']);
  const totals = /^compat: (\d+) passed, (\d+) failed$/m.exec(output);
  const [passed = 0, failed = 0] = (totals?.slice(1) ?? []).map(Number);
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed, output };
}

function withoutReport(output: string): string {
  return output
    .split('\n')
    .filter((line) => !line.startsWith('{'))
    .join('\n');
}

function skipped(count: number): string | undefined {
  return count > 0 ? `${count} skipped` : undefined;
}

export async function inTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'test-all-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
