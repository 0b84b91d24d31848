import { bundle } from './bundle';
import { generate } from './generate';

/** `npm run build`: what follows from the schema, then the one file that Lambda runs. */
async function main(): Promise<void> {
  await generate();
  const { bytes, zipBytes } = await bundle();
  console.log(`dist/handlers.js: ${kilobytes(bytes)}, zipped ${kilobytes(zipBytes)}`);
}

function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KB`;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
