import { join, resolve } from 'node:path';
import { writeBundle } from './bundle';
import { runProgram } from './support/processes';

/** What the Makefile's build-TypeFunction calls: writes the function into a folder of SAM's, as Lambda unpacks it. */
async function main(): Promise<void> {
  const artifacts = process.argv[2];
  if (!artifacts) {
    throw new Error('sam build and cfn submit call this, with ARTIFACTS_DIR set; by hand it is: npm run build');
  }
  await writeBundle(join(resolve(artifacts), 'dist', 'handlers.js'));
}

void runProgram('build-function', main);
