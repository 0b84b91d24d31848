import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inTemporaryFolder, listFiles } from '../../tools/support/files';
import { inRoot, pythonTool, REGISTER_FILE, ROLE_FILE, SCHEMA_FILE } from '../../tools/support/paths';
import { run } from '../../tools/support/processes';
import { withProjectUnderAnotherName } from './support';

/**
 * AWS::DataExchange::DataSet, which the linter's own schemas lack: newer cfn-lints have it, but check no property of a
 * registry type. The cfn-lint that cfn depends on has it.
 */
const DATA_SET_SCHEMA = `
import json
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER as schemas
print(json.dumps(schemas.get_resource_schema("us-east-1", "AWS::DataExchange::DataSet").schema))
`;

/** @throws Error with the findings, if there are any */
async function lint(...given: string[]): Promise<void> {
  await run(pythonTool('lint', 'cfn-lint'), ['--regions', 'us-east-1', ...given]);
}

test('cfn-lint accepts the examples and the templates of the contract suite, and not a broken one', async () => {
  await inTemporaryFolder(async (schemas) => {
    await copyFile(inRoot(SCHEMA_FILE), join(schemas, SCHEMA_FILE));
    const dataSet = await run(pythonTool('cfn', 'python'), ['-c', DATA_SET_SCHEMA]);
    await writeFile(join(schemas, 'aws-dataexchange-dataset.json'), dataSet.stdout);
    const templates = [...(await templatesIn('examples')), ...(await templatesIn('contract'))];
    expect(templates.length).toBeGreaterThan(0);
    await lint('--registry-schemas', schemas, '--', ...templates);
    // It proves that the linter checks the type's properties at all.
    const broken = lint('--registry-schemas', schemas, '--', 'test/schema/broken-template.yml');
    await expect(broken).rejects.toThrow(/E3003.*E3002.*E6101/s);
  });
});

test('cfn-lint accepts register.yml', async () => {
  await lint('--', REGISTER_FILE);
});

test('cfn-lint accepts register.yml under another name', async () => {
  await withProjectUnderAnotherName(({ folder }) => lint('--', join(folder, 'register.yml')));
});

// The linter has the list of IAM actions. A policy with a misspelt one is accepted everywhere and allows nothing.
test('cfn-lint knows every action of resource-role.yaml, and not a misspelt one', async () => {
  await lint('--', ROLE_FILE);
  await inTemporaryFolder(async (folder) => {
    const misspelt = join(folder, ROLE_FILE);
    const role = await readFile(inRoot(ROLE_FILE), 'utf8');
    await writeFile(misspelt, role.replaceAll('dataexchange:StartJob', 'dataexchange:StartJobs'));
    await expect(lint('--', misspelt)).rejects.toThrow('W3037');
  });
});

async function templatesIn(folder: string): Promise<string[]> {
  const files = await listFiles(inRoot(folder));
  return files.filter((file) => /\.(ya?ml|template\.json)$/.test(file)).map((file) => `${folder}/${file}`);
}
