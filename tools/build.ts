import { writeBundle } from './bundle';
import { generate } from './generate';
import { inRoot } from './support/paths';
import { runProgram } from './support/processes';

/** `npm run build`: what is generated from the schema, then the one file that Lambda runs. */
async function main(): Promise<void> {
  await generate();
  const { content, zipBytes } = await writeBundle(inRoot('dist', 'handlers.js'));
  console.log(`dist/handlers.js: ${kilobytes(content.length)}, zipped ${kilobytes(zipBytes)}`);
}

function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KB`;
}

void runProgram('build', main);
