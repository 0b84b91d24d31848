import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  CDK_JOB_FILE,
  CDK_RIGHTS_FILE,
  COMPACT_SCHEMA_FILE,
  inRoot,
  pythonTool,
  REGISTER_FILE,
  ROLE_FILE,
  SCHEMA_FILE,
} from '../support/paths';
import { adaptModels } from './adapt-models';
import { cdkJobModule } from './cdk-job';
import { cdkRightsModule } from './cdk-rights';
import { compactSchemaModule } from './compact-schema';
import { guidePages } from './guide-pages';
import { withPermissions } from './permissions';
import { withRights } from './register-rights';

const run = promisify(execFile);

/** Path within the repository → text. */
export type Files = ReadonlyMap<string, string>;

/** What needs no Python: what follows from the rights, and the schema as the handlers and the CDK library read it. */
export async function withoutPython(): Promise<Files> {
  const schema = withPermissions(await readFile(inRoot(SCHEMA_FILE), 'utf8'));
  return new Map([
    [SCHEMA_FILE, schema],
    [COMPACT_SCHEMA_FILE, compactSchemaModule(JSON.parse(schema))],
    [CDK_JOB_FILE, cdkJobModule(JSON.parse(schema))],
    [CDK_RIGHTS_FILE, cdkRightsModule()],
    [REGISTER_FILE, withRights(await readFile(inRoot(REGISTER_FILE), 'utf8'))],
    ...guidePages(schema),
  ]);
}

export function hasCfn(): boolean {
  return existsSync(pythonTool('cfn', 'cfn'));
}

/** What `cfn generate` makes of a schema, made in a folder of its own, so that the work tree is never half written. */
export async function withCfn(schema: string): Promise<Files> {
  const folder = await mkdtemp(join(tmpdir(), 'generate-'));
  try {
    await writeFile(join(folder, SCHEMA_FILE), schema);
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
