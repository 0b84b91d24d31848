import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SubprocessError } from 'nano-spawn';
import type { ProgressEvent } from '../tools/support/function-process';
import type { Environment } from '../tools/support/local-aws';
import { inRoot, pythonTool } from '../tools/support/paths';
import { run } from '../tools/support/processes';
import { filesOf, type InputSet, render } from './input-sets';
import type { Surroundings } from './surroundings';

/** The result of one contract test, or of what the suite does before or after it. */
export interface TestResult {
  readonly test: string;
  readonly when: 'setup' | 'call' | 'teardown';
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly reason?: string;
  /** The handler's answer that made the test fail, where the log shows it. */
  readonly answer?: ProgressEvent | null;
}

/** The result of one set of inputs. */
export interface SetResult {
  readonly results: readonly TestResult[];
  readonly seconds: number;
  /** The end of the suite's output, where the suite did not run to its end. */
  readonly broken?: string;
}

/** The registry's limit for read and list, in seconds; the suite doubles it for the other operations. */
const TIMEOUT_SECONDS = '30';

/** Variables that would change what the official tool does. */
const UNWANTED = { PYTEST_ADDOPTS: undefined, PYTEST_PLUGINS: undefined, PYTHONOPTIMIZE: undefined };

/**
 * Runs the official suite over one set, in a project folder of its own: `cfn test` stops at the first set that fails.
 */
export async function runSuite(surroundings: Surroundings, set: InputSet, folder: string): Promise<SetResult> {
  const inputs = path.join(folder, 'inputs');
  makeProject(surroundings.project, folder);
  mkdirSync(inputs);
  // As set 1, whatever its number: `cfn test` takes inputs_10 for a part of set 1.
  for (const { name, text } of filesOf([set])) {
    writeFileSync(path.join(inputs, name.replace(/^inputs_\d+/, 'inputs_1')), text);
  }
  const report = path.join(folder, 'report.jsonl');
  writeFileSync(report, '');
  const startedAt = Date.now();
  const { succeeded, output } = await cfn(
    surroundings,
    folder,
    ['test', ...address(surroundings), '--cloudformation-endpoint-url', surroundings.endpoint],
    ['--enforce-timeout', TIMEOUT_SECONDS, '--', '-p', 'contract_plugin', '--log-level=DEBUG', '-o', 'log_cli=false'],
    { CONTRACT_REPORT: report },
  );
  const seconds = (Date.now() - startedAt) / 1000;
  writeFileSync(path.join(folder, 'output.txt'), output);
  const lines = readFileSync(report, 'utf8').split('\n').filter(Boolean);
  const results = lines.map((line) => JSON.parse(line) as TestResult);
  const ended = results.length > 0 && (succeeded || results.some(({ outcome }) => outcome === 'failed'));
  return { results, seconds, ...(ended ? {} : { broken: output.trim().split('\n').slice(-12).join('\n') }) };
}

/** One life by `cfn invoke`, the tool to try a handler by hand: a line for each action that did not succeed. */
export async function invokeLife(
  surroundings: Surroundings,
  set: InputSet,
  folder: string,
): Promise<{ readonly done: readonly string[]; readonly problems: readonly string[] }> {
  makeProject(surroundings.project, folder);
  const request = path.join(folder, 'request.json');
  const done: string[] = [];
  const problems: string[] = [];
  const invoke = async (action: string, desired: object): Promise<Partial<ProgressEvent>> => {
    writeFileSync(request, JSON.stringify({ desiredResourceState: desired, previousResourceState: null }));
    const { output } = await cfn(surroundings, folder, [
      'invoke',
      ...address(surroundings),
      'resource',
      action,
      request,
    ]);
    const answer = lastAnswer(output);
    if (answer?.status === 'SUCCESS') {
      done.push(action);
    } else {
      problems.push(`${action}: ${answer ? JSON.stringify(answer) : output.trim()}`);
    }
    return answer ?? {};
  };
  const wanted = render(set.files.create?.text as string, surroundings.exports);
  const { resourceModel } = await invoke('CREATE', wanted);
  if (!resourceModel) {
    return { done, problems };
  }
  const known = { Id: resourceModel.Id };
  await invoke('READ', known);
  const { resourceModels } = await invoke('LIST', {});
  if (!resourceModels?.some(({ Id }) => Id === known.Id)) {
    problems.push(`LIST: ${known.Id} is not among the models`);
  }
  await invoke('DELETE', known);
  return { done, problems };
}

function lastAnswer(output: string): ProgressEvent | undefined {
  try {
    return JSON.parse(output.split('=== Handler response ===').at(-1) as string) as ProgressEvent;
  } catch {
    return undefined;
  }
}

function makeProject(from: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const { typeName } = JSON.parse(readFileSync(path.join(from, '.rpdk-config'), 'utf8')) as { typeName: string };
  for (const name of ['.rpdk-config', `${typeName.toLowerCase().replaceAll('::', '-')}.json`]) {
    copyFileSync(path.join(from, name), path.join(folder, name));
  }
}

function address({ functions, region }: Surroundings): string[] {
  return ['--endpoint', functions, '--region', region];
}

async function cfn(
  { env }: Surroundings,
  cwd: string,
  given: readonly string[],
  more: readonly string[] = [],
  variables: Environment = {},
): Promise<{ readonly succeeded: boolean; readonly output: string }> {
  const script = inRoot('contract', 'cfn', 'without_sts.py');
  // The tool leaves temporary files behind when it is interrupted.
  const own = { PYTHONPATH: path.dirname(script), PYTHONDONTWRITEBYTECODE: '1', TMPDIR: cwd };
  const options = { cwd, env: { ...env, ...UNWANTED, ...variables, ...own } };
  try {
    const { output } = await run(pythonTool('cfn', 'python'), [script, ...given, ...more], options);
    return { succeeded: true, output };
  } catch (error) {
    if (error instanceof SubprocessError) {
      return { succeeded: false, output: error.output };
    }
    throw error;
  }
}
