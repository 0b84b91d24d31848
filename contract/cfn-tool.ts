import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot, pythonTool } from '../tools/support/paths';
import type { Children } from './children';
import { filesOf, type InputSet, render } from './input-sets';
import type { Surroundings } from './surroundings';

/** What became of one contract test, or of preparing or clearing up for it. */
export interface Outcome {
  test: string;
  when: 'setup' | 'call' | 'teardown';
  outcome: 'passed' | 'failed' | 'skipped';
  reason?: string;
  /** The handler's answer that it failed on, as far as that can be told. */
  answer?: Answer | null;
}

export interface Answer {
  status?: string;
  errorCode?: string;
  message?: string;
  resourceModel?: Record<string, unknown>;
  resourceModels?: Record<string, unknown>[];
}

export interface SetResult {
  outcomes: Outcome[];
  seconds: number;
  /** Why the suite did not come to an end, with what it said. */
  broken?: string;
}

/** As the registry's contract has it: 30 s for read and list, twice that for the others. */
const TIMEOUT_SECONDS = '30';

/** Runs the official suite over one set, in a project folder of its own: `cfn test` stops at the first set that fails. */
export async function runSuite(
  children: Children,
  around: Surroundings,
  set: InputSet,
  folder: string,
): Promise<SetResult> {
  const inputs = path.join(folder, 'inputs');
  makeProject(around.project, folder);
  mkdirSync(inputs);
  // As set 1, whatever its number: `cfn test` would take inputs_10 for a part of set 1.
  for (const { name, text } of filesOf([set])) {
    writeFileSync(path.join(inputs, name.replace(/^inputs_\d+/, 'inputs_1')), text);
  }
  const report = path.join(folder, 'report.jsonl');
  writeFileSync(report, '');
  const began = Date.now();
  const { code, output } = await cfn(
    children,
    around,
    folder,
    ['test', ...address(around), '--cloudformation-endpoint-url', around.endpoint],
    ['--enforce-timeout', TIMEOUT_SECONDS, '--', '-p', 'contract_plugin', '--log-level=DEBUG', '-o', 'log_cli=false'],
    { CONTRACT_REPORT: report },
  );
  writeFileSync(path.join(folder, 'output.txt'), output);
  const outcomes = readFileSync(report, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Outcome);
  const failed = outcomes.some(({ outcome }) => outcome === 'failed');
  const ended = outcomes.length > 0 && (code === 0 || failed);
  const seconds = (Date.now() - began) / 1000;
  return { outcomes, seconds, ...(ended ? {} : { broken: output.trim().split('\n').slice(-12).join('\n') }) };
}

/** One life by `cfn invoke`, the tool to try a handler by hand: a line for each action that did not succeed. */
export async function invokeLife(
  children: Children,
  around: Surroundings,
  set: InputSet,
  folder: string,
): Promise<{ done: string[]; problems: string[] }> {
  makeProject(around.project, folder);
  const request = path.join(folder, 'request.json');
  const done: string[] = [];
  const problems: string[] = [];
  const invoke = async (action: string, desired: object, previous?: object): Promise<Answer> => {
    writeFileSync(request, JSON.stringify({ desiredResourceState: desired, previousResourceState: previous ?? null }));
    const { output } = await cfn(children, around, folder, ['invoke', ...address(around), 'resource', action, request]);
    const answer = lastAnswer(output);
    if (answer?.status === 'SUCCESS') done.push(action);
    else problems.push(`${action}: ${answer ? JSON.stringify(answer) : output.trim()}`);
    return answer ?? {};
  };
  const wanted = render(set.files.create?.text as string, around.exports);
  const { resourceModel } = await invoke('CREATE', wanted);
  if (!resourceModel) return { done, problems };
  const known = { Id: resourceModel.Id };
  await invoke('READ', known);
  const listed = (await invoke('LIST', {})).resourceModels;
  if (!listed?.some(({ Id }) => Id === known.Id)) problems.push(`LIST: ${known.Id} is not among what it lists`);
  await invoke('DELETE', known);
  return { done, problems };
}

function lastAnswer(output: string): Answer | undefined {
  try {
    return JSON.parse(output.split('=== Handler response ===').at(-1) as string) as Answer;
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

const address = ({ endpoint, region }: Surroundings): string[] => ['--endpoint', endpoint, '--region', region];

function cfn(
  children: Children,
  around: Surroundings,
  cwd: string,
  given: string[],
  more: string[] = [],
  variables: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; output: string }> {
  const script = inRoot('contract/cfn/without_sts.py');
  const env = { ...around.env, ...variables, PYTHONPATH: path.dirname(script), PYTHONDONTWRITEBYTECODE: '1' };
  return children.run(pythonTool('cfn', 'python'), [script, ...given, ...more], env, cwd);
}
