import { tmpdir } from 'node:os';
import { pathToFileURL } from 'node:url';
import { inRoot, pythonTool, SCHEMA_FILE } from '../support/paths';
import { run } from '../support/run';
import { type Result, verdict } from '../test-all/step';

/** `cfn validate` in a project's folder: anything it says beyond its verdict is a warning. */
export async function cfnValidate(folder = inRoot()): Promise<Result> {
  const { code, output } = await run([pythonTool('cfn', 'cfn'), 'validate'], { cwd: folder });
  return verdict(code === 0 && output.trim() === 'Resource schema is valid.', `cfn validate\n${output}`);
}

interface Finding {
  readonly check: string;
  readonly path: string;
  readonly message: string;
}

interface Exception {
  readonly check: string;
  readonly path: RegExp;
  readonly reason: string;
}

/** What guard-rail finds and is wrong about; anything else that it finds fails. */
const EXCEPTIONS: readonly Exception[] = [
  {
    check: 'TAG015',
    path: /^\/tagging\/taggable$/,
    reason: 'the service has no tags on jobs (Service Authorization Reference, TagResource)',
  },
  {
    check: 'TAG016',
    path: /^\/properties\/LakeFormation(Database|Table)Expression\/\*\/Tag(Key|Values)$/,
    reason: 'TagKey and TagValues are members of an LF-tag expression, not tags of the resource',
  },
];

/** guard-rail's rules on the schema alone. */
export async function guardRail(schema = inRoot(SCHEMA_FILE)): Promise<Result> {
  const { output } = await runGuardRail(['--schema', pathToFileURL(schema).href]);
  return judged(output, EXCEPTIONS);
}

/** guard-rail's rules on a change: from the last release to what is here. */
export async function guardRailStateful(
  released = inRoot('releases', SCHEMA_FILE),
  present = inRoot(SCHEMA_FILE),
): Promise<Result> {
  const schemas = [released, present].flatMap((file) => ['--schema', pathToFileURL(file).href]);
  const { output } = await runGuardRail(['--stateful', ...schemas]);
  const result = judged(output, []);
  // Its findings name keywords alone; where they stand is in what it says of the difference.
  const difference = /schema_difference=(.*)\)\]/s.exec(output)?.[1] ?? '';
  return result.failed === 0 ? result : { ...result, output: `${result.output}\nof the change ${difference}` };
}

/** It leaves a log in the folder where it runs. */
function runGuardRail(args: readonly string[]) {
  return run([pythonTool('guard', 'guard-rail'), ...args], { cwd: tmpdir() });
}

/** guard-rail always exits with 0: what it printed must be read. */
function judged(output: string, exceptions: readonly Exception[]): Result {
  if (!output.includes('GuardRuleSetResult(') || !/compliant=\[.+?\]/.test(output)) {
    return verdict(false, `guard-rail did not judge:\n${output}`);
  }
  const found = findings(output);
  const excepted = (finding: Finding) =>
    exceptions.some(({ check, path }) => check === finding.check && path.test(finding.path));
  const wrong = found.filter((finding) => !excepted(finding));
  const unused = exceptions.filter(({ check }) => !found.some((finding) => finding.check === check));
  const lines = [
    ...wrong.map(({ check, path, message }) => `${check} at ${path}: ${message}`),
    ...unused.map(({ check }) => `${check} is excepted, but guard-rail no longer finds it: take the exception out`),
  ];
  return verdict(
    lines.length === 0,
    lines.join('\n'),
    exceptions.map(({ check }) => `without ${check}`).join(', ') || undefined,
  );
}

function findings(output: string): Finding[] {
  const pattern = /GuardRuleResult\(check_id='([^']*)', message=(?:'([^']*)'|"([^"]*)"), path='([^']*)'/g;
  return [...output.matchAll(pattern)].map(([, check = '', single, double, path = '']) => ({
    check,
    path,
    message: single ?? double ?? '',
  }));
}
