import { pythonTool } from '../../tools/support/paths';
import { run } from '../../tools/support/processes';
import './support';

test('pytest passes for local AWS', async () => {
  await run(pythonTool('local', 'python'), ['-m', 'pytest', 'test/local', '-q']);
});
