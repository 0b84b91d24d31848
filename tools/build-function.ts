import { join, resolve } from 'node:path';
import { bundle } from './bundle';

/** What the Makefile's build-TypeFunction calls: lays the function, as Lambda unpacks it, into a folder of SAM's. */
async function main(artifacts: string | undefined): Promise<void> {
  if (!artifacts) {
    throw new Error('sam build and cfn submit call this, with ARTIFACTS_DIR set; by hand it is: npm run build');
  }
  await bundle({ outfile: join(resolve(artifacts), 'dist', 'handlers.js') });
}

main(process.argv[2]).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
