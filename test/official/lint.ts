import { pythonTool } from '../../tools/support/paths';
import { run } from '../../tools/support/processes';

/**
 * Runs cfn-lint with the settings of a folder.
 *
 * @param folder where it runs; in one that `make package` wrote it knows the type
 * @throws Error with the findings, if there are any
 */
export async function lint(folder: string, ...templates: string[]): Promise<void> {
  await run(pythonTool('cfn', 'cfn-lint'), ['--regions', 'us-east-1', '--', ...templates], { cwd: folder });
}
