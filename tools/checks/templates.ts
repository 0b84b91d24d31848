import { existsSync } from 'node:fs';
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inRoot, pythonTool, REGISTER_FILE, ROLE_FILE, SCHEMA_FILE } from '../support/paths';
import { run } from '../support/run';
import { type Result, verdict } from '../test-all/step';
import { inTemporaryFolder } from '../test-all/suites';

/** What the broken twin breaks, as cfn-lint numbers it. It proves that the lint checks our properties at all. */
const BROKEN_TWIN = 'test/schema/broken-template.yml';
const MUST_BE_FOUND = ['E3002', 'E3003', 'E6101'];

/**
 * A type that the linter's own schemas lack: newer cfn-lints have it, but check no property of a registry type. The one
 * that cfn depends on has it, and gives it to ours.
 */
const DATA_SET_SCHEMA = `
import json
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER as schemas
print(json.dumps(schemas.get_resource_schema("us-east-1", "AWS::DataExchange::DataSet").schema))
`;

/** Every example, and every template of the contract suite, against the type's schema. */
export async function lintTemplates(): Promise<Result> {
  return inTemporaryFolder(async (schemas) => {
    await copyFile(inRoot(SCHEMA_FILE), join(schemas, SCHEMA_FILE));
    const dataSet = await run([pythonTool('cfn', 'python'), '-c', DATA_SET_SCHEMA]);
    await writeFile(join(schemas, 'aws-dataexchange-dataset.json'), dataSet.output);
    const examples = [...(await templates('examples')), ...(await templates('contract'))];
    const { code, output } = await lint(['--registry-schemas', schemas, '--', ...examples]);
    const twin = await lint(['--registry-schemas', schemas, '--', BROKEN_TWIN]);
    const unseen = MUST_BE_FOUND.filter((number) => !twin.output.includes(number));
    const complaint =
      unseen.length === 0 ? '' : `\n${BROKEN_TWIN} should fail with ${unseen.join(', ')}, but gave:\n${twin.output}`;
    return verdict(code === 0 && unseen.length === 0, output + complaint, `${examples.length} templates`);
  });
}

export async function lintRegisterTemplate(file = REGISTER_FILE): Promise<Result> {
  const { code, output } = await lint(['--', file]);
  return verdict(code === 0, output);
}

/**
 * The role with the rights of every job type. The linter has the list of IAM actions: a policy with a misspelt one is
 * accepted everywhere and allows nothing. A misspelt twin proves that the linter checks names at all.
 */
export async function lintRole(): Promise<Result> {
  return inTemporaryFolder(async (folder) => {
    const misspelt = join(folder, ROLE_FILE);
    const role = await readFile(inRoot(ROLE_FILE), 'utf8');
    await writeFile(misspelt, role.replaceAll('dataexchange:StartJob', 'dataexchange:StartJobs'));
    const { code, output } = await lint(['--', ROLE_FILE]);
    const twin = await lint(['--', misspelt]);
    const complaint = twin.output.includes('W3037')
      ? ''
      : `\na misspelt action should fail with W3037:\n${twin.output}`;
    return verdict(code === 0 && complaint === '', output + complaint);
  });
}

/**
 * W3011 wants DeletionPolicy wherever UpdateReplacePolicy stands. For a job one without the other is sense: publishing each
 * change as a further revision keeps what is replaced, and still removes what is deleted.
 */
const IGNORED = ['--ignore-checks', 'W3011'];

async function lint(args: readonly string[]) {
  return run([pythonTool('lint', 'cfn-lint'), '--regions', 'us-east-1', ...IGNORED, ...args]);
}

async function templates(folder: string): Promise<string[]> {
  if (!existsSync(inRoot(folder))) {
    throw new Error(`${folder}/ is missing`);
  }
  const names = await readdir(inRoot(folder), { recursive: true });
  return names
    .filter((name) => /\.(ya?ml|template\.json)$/.test(name) && !name.includes('node_modules'))
    .sort()
    .map((name) => join(folder, name));
}
