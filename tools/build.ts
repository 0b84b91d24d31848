import { writeFileSync } from 'node:fs';
import { writeBundle } from './bundle';
import { generate } from './generate';
import { inRoot } from './support/paths';
import { runProgram } from './support/processes';

/**
 * `npm run build`: what is generated from the schema, then the one file that Lambda runs. Its source map lies beside it
 * and is not shipped: by it `node --enable-source-maps` shows names and places of the sources.
 */
async function main(): Promise<void> {
  await generate();
  const { content, sourceMap, zipBytes } = await writeBundle(inRoot('dist', 'handlers.js'));
  writeFileSync(inRoot('dist', 'handlers.js.map'), sourceMap);
  console.log(`dist/handlers.js: ${kilobytes(content.length)}, zipped ${kilobytes(zipBytes)}`);
}

function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KB`;
}

void runProgram('build', main);
