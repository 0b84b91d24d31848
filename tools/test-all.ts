import { existsSync } from 'node:fs';
import { retargetedProject, sameAsCfnSubmit } from './checks/packages';
import { samBuild, samValidate } from './checks/sam';
import { cfnValidate, guardRail, guardRailStateful } from './checks/schema-tools';
import { lintRegisterTemplate, lintRole, lintTemplates } from './checks/templates';
import { zipRuns } from './checks/zip-runs';
import { findStale } from './generate';
import { inRoot, npmTool, pythonTool } from './support/paths';
import { endWithChildren, runSteps } from './test-all/runner';
import { type Step, verdict } from './test-all/step';
import { command, compat, contract, jest, pytest } from './test-all/suites';

const local = (tool: string) => pythonTool('local', tool);
const PYTHON_ROOMS = ['local', 'test/local', 'contract'].filter((room) => existsSync(inRoot(room)));

/** Everything that make test runs. The slow ones come first, so that the quick ones fill the gaps. */
const STEPS: readonly Step[] = [
  { name: 'Jest', run: jest },
  { name: 'local AWS (pytest)', run: () => pytest('test/local') },
  { name: 'contract suite (cfn test)', run: contract },
  { name: 'same answers as the stock runtime', run: compat },
  { name: 'types (tsc)', run: () => command([npmTool('tsc'), '--noEmit']) },
  { name: 'lint (Biome)', run: () => command([npmTool('biome'), 'check', '--error-on-warnings', '.']) },
  { name: 'Python: lint (ruff)', run: () => command([local('ruff'), 'check', ...PYTHON_ROOMS]) },
  { name: 'Python: format (ruff)', run: () => command([local('ruff'), 'format', '--check', ...PYTHON_ROOMS]) },
  { name: 'Python: types (mypy)', run: () => command([local('mypy'), '--config-file', 'local/mypy.ini']) },
  { name: 'generated files are fresh', run: generatedFiles },
  { name: 'schema: cfn validate', run: () => cfnValidate() },
  { name: 'schema: guard-rail', run: () => guardRail() },
  { name: 'schema: guard-rail since last release', run: () => guardRailStateful() },
  { name: 'templates (cfn-lint) and their broken twin', run: lintTemplates },
  { name: 'register.yml (cfn-lint)', run: () => lintRegisterTemplate() },
  { name: 'resource-role.yaml: names of actions', run: lintRole },
  { name: 'sam validate --lint', run: () => samValidate() },
  { name: 'sam build yields the bundle', run: samBuild },
  { name: 'package: as cfn submit packs it', run: sameAsCfnSubmit },
  { name: 'package: its zip runs a create', run: zipRuns },
  { name: 'package: the project under another name', run: retargetedProject },
];

async function generatedFiles() {
  const said: string[] = [];
  const stale = await findStale((line) => said.push(line));
  return verdict(stale.length + said.length === 0, [...stale, ...said].join('\n'));
}

/** All steps, or with `make test ONLY=word` those whose names hold the word. */
async function main(only = ''): Promise<void> {
  endWithChildren();
  const steps = STEPS.filter(({ name }) => name.toLowerCase().includes(only.toLowerCase()));
  console.log(`${steps.length} steps, two at a time`);
  const results = await runSteps(steps, console.log);
  const sum = (count: 'passed' | 'failed') => results.reduce((total, result) => total + result[count], 0);
  process.exitCode = sum('failed') === 0 && sum('passed') > 0 ? 0 : 1;
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
}

void main(process.argv[2]);
