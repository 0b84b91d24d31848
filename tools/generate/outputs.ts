import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { COMPACT_SCHEMA_FILE, inRoot, pythonTool, SCHEMA_FILE } from '../support/paths';
import { adaptModels } from './adapt-models';
import { compactSchemaModule } from './compact-schema';

const run = promisify(execFile);

const ROLE_FILE = 'resource-role.yaml';

/** Path within the repository → text. */
export type Files = ReadonlyMap<string, string>;

/** What follows from the schema without any Python. */
export async function withoutPython(): Promise<Files> {
  const schema = JSON.parse(await readFile(inRoot(SCHEMA_FILE), 'utf8'));
  return new Map([[COMPACT_SCHEMA_FILE, compactSchemaModule(schema)]]);
}

export function hasCfn(): boolean {
  return existsSync(pythonTool('cfn', 'cfn'));
}

/** What `cfn generate` makes of the schema, made in a folder of its own, so that the work tree is never half written. */
export async function withCfn(): Promise<Files> {
  const folder = await mkdtemp(join(tmpdir(), 'generate-'));
  try {
    await copyFile(inRoot(SCHEMA_FILE), join(folder, SCHEMA_FILE));
    await copyFile(inRoot('.rpdk-config'), join(folder, '.rpdk-config'));
    await mkdir(join(folder, 'src'));
    await run(pythonTool('cfn', 'cfn'), ['generate'], { cwd: folder });

    const files = new Map<string, string>();
    files.set('src/models.ts', adaptModels(await readFile(join(folder, 'src', 'models.ts'), 'utf8')));
    files.set(ROLE_FILE, await readFile(join(folder, ROLE_FILE), 'utf8'));
    for (const file of await listDocs(folder)) {
      files.set(file, tidy(await readFile(join(folder, file), 'utf8')));
    }
    return files;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The files of `docs/`, which belong to the generator as a whole. */
export async function listDocs(root: string): Promise<string[]> {
  const folder = join(root, 'docs');
  return existsSync(folder) ? (await readdir(folder)).sort().map((name) => `docs/${name}`) : [];
}

function tidy(text: string): string {
  return `${text
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`;
}
