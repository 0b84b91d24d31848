import { npmTool, pythonTool } from '../../tools/support/paths';
import { run } from '../../tools/support/processes';
import './support';

const PYTHON = ['local', 'test/local', 'contract'];

test.each([
  ['tsc', npmTool('tsc'), ['--noEmit']],
  ['tsc, for the page,', npmTool('tsc'), ['--noEmit', '-p', 'emulator/page']],
  ['tsc, for the tests of the page,', npmTool('tsc'), ['--noEmit', '-p', 'test/browser']],
  ['Biome', npmTool('biome'), ['check', '--error-on-warnings', '.']],
  ['ruff', pythonTool('local', 'ruff'), ['check', ...PYTHON]],
  ['the formatter of ruff', pythonTool('local', 'ruff'), ['format', '--check', ...PYTHON]],
  ['mypy', pythonTool('local', 'mypy'), ['--config-file', 'local/mypy.ini']],
])('%s finds nothing', async (_name, command, given) => {
  await run(command, given);
});
