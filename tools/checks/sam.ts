import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundle } from '../bundle';
import { inRoot, pythonTool } from '../support/paths';
import { type RunOptions, run } from '../support/run';
import { type Result, verdict } from '../test-all/step';
import { inTemporaryFolder } from '../test-all/suites';
import { listFiles } from './files';

/** SAM asks for a Region, and would tell AWS how it is used. */
const QUIET: RunOptions = { env: { SAM_CLI_TELEMETRY: '0', AWS_DEFAULT_REGION: 'us-east-1' } };

export async function samValidate(folder = inRoot()): Promise<Result> {
  const { code, output } = await run([pythonTool('sam', 'sam'), 'validate', '--lint'], { ...QUIET, cwd: folder });
  return verdict(code === 0, output);
}

/** `sam build` yields the bundle for both functions, and nothing else. */
export async function samBuild(): Promise<Result> {
  return inTemporaryFolder(async (folder) => {
    const built = join(folder, 'build');
    const { code, output } = await run([pythonTool('sam', 'sam'), 'build', '--build-dir', built], QUIET);
    if (code !== 0) {
      return verdict(false, output);
    }
    const wrong: string[] = [];
    const { file } = await bundle({ outfile: join(folder, 'handlers.js') });
    const expected = await readFile(file);
    for (const name of ['TypeFunction', 'TestEntrypoint']) {
      const files = await listFiles(join(built, name));
      if (files.join() !== 'dist/handlers.js') {
        wrong.push(`${name} holds ${files.join(', ') || 'nothing'} instead of dist/handlers.js`);
      } else if (!expected.equals(await readFile(join(built, name, 'dist', 'handlers.js')))) {
        wrong.push(`${name}: dist/handlers.js is not the bundle`);
      }
    }
    return verdict(wrong.length === 0, wrong.join('\n'));
  });
}
