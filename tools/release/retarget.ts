import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { unzipSync } from 'fflate';
import { projectFilesOf } from '../package/registry-package';
import { CANONICAL, nameProblem } from '../package/type-name';
import { writePackage } from '../package/write-package';
import type { Entries } from '../package/zip';
import { PACKAGE_FILE, PROJECT_FILE } from './files';

/**
 * `node retarget.cjs Acme::DataExchange::Job [FOLDER]`, beside the two zips of a release: writes what `make package`
 * writes, without building anything. It is shipped as one file that needs nothing but Node.
 */
async function main(): Promise<void> {
  const [typeName = '', parent = '.'] = process.argv.slice(2);
  const problem = nameProblem(typeName, 'node retarget.cjs ');
  if (problem !== undefined) {
    throw new Error(problem);
  }
  const registered = projectFilesOf(await fileOfRelease(PACKAGE_FILE), CANONICAL);
  const others: Entries = new Map(Object.entries(unzipSync(await fileOfRelease(PROJECT_FILE))));
  const { instructions } = await writePackage(new Map([...registered, ...others]), typeName, resolve(parent));
  console.log(instructions);
}

async function fileOfRelease(name: string): Promise<Uint8Array> {
  const path = join(__dirname, name);
  if (!existsSync(path)) {
    throw new Error(`${path} does not exist: keep retarget.cjs in one folder with the other files of the release`);
  }
  return readFile(path);
}

main().catch((error: Error) => {
  console.error(`retarget: ${error.message}`);
  process.exitCode = 1;
});
