import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { retarget } from '../../tools/package/type-name';
import { inTemporaryFolder, listFiles } from '../../tools/support/files';
import { inRoot, REGISTER_FILE, ROLE_FILE } from '../../tools/support/paths';
import { lint } from './lint';
import { withProjectUnderAnotherName } from './support';

// The settings and the schema are those that make package writes for people who write templates.
test('cfn-lint accepts examples, contract templates and register.yml, and not a broken template', async () => {
  await withProjectUnderAnotherName(async ({ folder }) => {
    const examples = await templatesIn(join(folder, 'examples'));
    expect(examples.length).toBeGreaterThan(0);
    await lint(folder, ...examples, join(folder, 'register.yml'), join(folder, 'watch.yml'));

    const others = [...(await templatesIn(inRoot('contract'))), inRoot('test', 'schema', 'broken-template.yml')];
    for (const file of others) {
      const text = await readFile(file, 'utf8');
      await writeFile(join(folder, basename(file)), retarget(text, 'Acme::DataExchange::Job'));
    }
    const [broken = '', ...sound] = others.map((file) => join(folder, basename(file))).reverse();
    await lint(folder, ...sound);
    // It proves that the linter checks the type's properties and attributes at all.
    await expect(lint(folder, broken)).rejects.toThrow(/E3003.*E3002.*E6101/s);
  });
});

test('cfn-lint accepts register.yml under the name of this repository', async () => {
  await lint(inRoot('.'), REGISTER_FILE);
});

// The linter has the list of IAM actions. A policy with a misspelt one is accepted everywhere and allows nothing.
test('cfn-lint knows every action of resource-role.yaml, and not a misspelt one', async () => {
  await lint(inRoot('.'), ROLE_FILE);
  await inTemporaryFolder(async (folder) => {
    const misspelt = join(folder, ROLE_FILE);
    const role = await readFile(inRoot(ROLE_FILE), 'utf8');
    await writeFile(misspelt, role.replaceAll('dataexchange:StartJob', 'dataexchange:StartJobs'));
    await expect(lint(folder, misspelt)).rejects.toThrow('W3037');
  });
});

async function templatesIn(folder: string): Promise<string[]> {
  const files = await listFiles(folder);
  return files.filter((file) => /\.(ya?ml|template\.json)$/.test(file)).map((file) => join(folder, file));
}
