import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Files, hasCfn, listDocs, withCfn, withoutPython } from './generate/outputs';
import { inRoot, ROOT, SCHEMA_FILE } from './support/paths';

const SKIPPED =
  'skipped src/models.ts, resource-role.yaml and docs/: no .venv/cfn here (make setup); the committed ones are used';

/** Writes what follows from the rights and the schema, and prints what has changed and what could not be written. */
export async function generate(): Promise<void> {
  const files = await generatedFiles();
  for (const [file, text] of files) {
    if ((await committed(file)) !== text) {
      await mkdir(dirname(inRoot(file)), { recursive: true });
      await writeFile(inRoot(file), text);
      console.log(`wrote ${file}`);
    }
  }
  for (const file of await strayDocs(files)) {
    await rm(inRoot(file));
    console.log(`removed ${file}`);
  }
  if (!hasCfn()) {
    console.log(SKIPPED);
  }
}

/** What follows from the rights and the schema, as far as the tools for it are here. */
export async function generatedFiles(): Promise<Files> {
  const files = await withoutPython();
  return hasCfn() ? new Map([...files, ...(await withCfn(files.get(SCHEMA_FILE) as string))]) : files;
}

/** The pages of definitions that no longer exist. */
export async function strayDocs(files: Files): Promise<string[]> {
  return hasCfn() ? (await listDocs(ROOT)).filter((file) => !files.has(file)) : [];
}

/** The text of a file as it is; undefined if there is none. */
export async function committed(file: string): Promise<string | undefined> {
  return existsSync(inRoot(file)) ? readFile(inRoot(file), 'utf8') : undefined;
}
