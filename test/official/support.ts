import { basename, join } from 'node:path';
import { makePackage } from '../../tools/package/make-package';
import type { Package } from '../../tools/package/write-package';
import { inTemporaryFolder } from '../../tools/support/files';
import { pythonTool } from '../../tools/support/paths';
import { run } from '../../tools/support/processes';

/** What the tests of the official tools share. Importing it gives them the time that they take on a busy machine. */
jest.setTimeout(1_200_000);

/** Runs the CloudFormation CLI in a project's folder. @returns what it printed @throws Error with that if it fails */
export async function cfn(folder: string, ...given: string[]): Promise<string> {
  return (await run(pythonTool('cfn', 'cfn'), given, { cwd: folder })).output.trim();
}

/** Runs a program of this repository. @returns what it printed @throws Error with that if it fails */
export async function runTypeScript(file: string): Promise<string> {
  return (await run(process.execPath, ['--import', 'tsx', file])).output;
}

export interface Project extends Package {
  /** The file of the schema. */
  readonly schema: string;
}

/** Lends the project as `make package` writes it. */
export async function withProjectUnderAnotherName(use: (project: Project) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (parent) => {
    const made = await makePackage('Acme::DataExchange::Job', parent);
    await use({ ...made, schema: join(made.folder, `${basename(made.folder)}.json`) });
  });
}
