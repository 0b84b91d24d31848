import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CANONICAL } from '../../tools/package/type-name';
import { inTemporaryFolder, listFiles } from '../../tools/support/files';
import { inRoot, REGISTER_FILE, ROLE_FILE } from '../../tools/support/paths';
import { lint, withSchemas } from './lint';
import { withProjectUnderAnotherName } from './support';

test('cfn-lint accepts the examples and the templates of the contract suite, and not a broken one', async () => {
  await withSchemas(CANONICAL, async (schemas) => {
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
