import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Files, hasCfn, listDocs, withCfn, withoutPython } from './generate/outputs';
import { inRoot, ROOT, SCHEMA_FILE } from './support/paths';

const SKIPPED =
  'skipped src/models.ts, resource-role.yaml and docs/: no .venv/cfn here (make setup); the committed ones are used';

/** Writes everything that follows from the rights and the schema; says what it could not do. */
export async function generate(say: (line: string) => void = console.log): Promise<void> {
  const files = await expected(say);
  for (const [file, text] of files) {
    if ((await committed(file)) !== text) {
      await mkdir(dirname(inRoot(file)), { recursive: true });
      await writeFile(inRoot(file), text);
      say(`wrote ${file}`);
    }
  }
  for (const file of await strayDocs(files)) {
    await rm(inRoot(file));
    say(`removed ${file}`);
  }
}

/** One line for each file that is not what the rights and the schema say. */
export async function findStale(say: (line: string) => void = console.log): Promise<string[]> {
  const stale: string[] = [];
  const files = await expected(say);
  for (const [file, text] of files) {
    const found = await committed(file);
    if (found !== text) {
      stale.push(
        found === undefined ? `${file} is missing` : `${file} differs from line ${firstDifference(found, text)}`,
      );
    }
  }
  for (const file of await strayDocs(files)) {
    stale.push(`${file} belongs to no definition of the schema`);
  }
  return stale;
}

async function expected(say: (line: string) => void): Promise<Files> {
  if (!hasCfn()) {
    say(SKIPPED);
    return withoutPython();
  }
  const files = await withoutPython();
  return new Map([...files, ...(await withCfn(files.get(SCHEMA_FILE) as string))]);
}

/** Pages of definitions that are gone. */
async function strayDocs(files: Files): Promise<string[]> {
  return hasCfn() ? (await listDocs(ROOT)).filter((file) => !files.has(file)) : [];
}

async function committed(file: string): Promise<string | undefined> {
  return existsSync(inRoot(file)) ? readFile(inRoot(file), 'utf8') : undefined;
}

function firstDifference(found: string, wanted: string): number {
  const lines = wanted.split('\n');
  return found.split('\n').findIndex((line, index) => line !== lines[index]) + 1;
}

async function main(): Promise<number> {
  if (!process.argv.includes('--check')) {
    await generate();
    return 0;
  }
  const stale = await findStale();
  for (const line of stale) {
    console.error(`stale: ${line}; run: npm run build`);
  }
  return stale.length === 0 ? 0 : 1;
}

if (require.main === module) {
  void main().then((code) => {
    process.exitCode = code;
  });
}
