import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inRoot, SCHEMA_FILE } from '../support/paths';
import { registerTemplate } from './register-template';
import { retarget, spellings } from './type-name';
import type { Entries } from './zip';

/** Where the project's own files go; everything but the bundle is text in which the type's name may stand. */
const FOLDERS = ['src', 'inputs', 'examples', 'sam-tests', 'docs'];
const FILES = [SCHEMA_FILE, 'template.yml', 'samconfig.toml', 'resource-role.yaml', 'LICENSE'];

/**
 * The project under another name, as cfn validate, cfn test and cfn submit want it. It brings the bundle ready made:
 * nothing at run time depends on the name, so every name gets the same bytes, and building needs neither npm nor SAM.
 */
export async function retargetedProject(typeName: string, bundle: Uint8Array): Promise<Entries> {
  const { slug } = spellings(typeName);
  const files = new Map<string, Uint8Array>();
  const add = (path: string, text: string) => files.set(path, Buffer.from(text));

  for (const path of [...FILES, ...(await listFolders())]) {
    files.set(renamed(path, slug), retargeted(await readFile(inRoot(path)), typeName));
  }
  add('.rpdk-config', settings(await readFile(inRoot('.rpdk-config'), 'utf8'), typeName));
  add('Makefile', MAKEFILE);
  add('package.json', manifest(await readFile(inRoot('package.json'), 'utf8'), typeName));
  add('register.yml', registerTemplate(typeName));
  files.set('dist/handlers.js', bundle);
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function listFolders(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of FOLDERS.filter((name) => existsSync(inRoot(name)))) {
    for (const entry of await readdir(inRoot(folder), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name).slice(inRoot().length + 1);
      if (entry.isFile() && !path.split('/').some((part) => part === 'node_modules' || part === '__pycache__')) {
        found.push(path);
      }
    }
  }
  return found;
}

function renamed(path: string, slug: string): string {
  return path === SCHEMA_FILE ? `${slug}.json` : path;
}

function retargeted(content: Buffer, typeName: string): Uint8Array {
  return content.includes(0) ? content : Buffer.from(retarget(content.toString('utf8'), typeName));
}

/** `cfn submit` appends the function's name to the build command: the Makefile has a target of that name. */
function settings(text: string, typeName: string): string {
  const config = JSON.parse(text);
  config.typeName = typeName;
  config.settings.buildCommand = 'make --no-print-directory';
  return `${JSON.stringify(config, null, 4)}\n`;
}

const MAKEFILE = `# The bundle is ready made; what builds this project only lays it where it is looked for.

# cfn submit: make TypeFunction
.PHONY: TypeFunction
TypeFunction:
	@$(MAKE) --no-print-directory build-TypeFunction ARTIFACTS_DIR=build/TypeFunction

# sam build
.PHONY: build-TypeFunction build-TestEntrypoint
build-TypeFunction build-TestEntrypoint:
	mkdir -p "$(ARTIFACTS_DIR)/dist"
	cp dist/handlers.js "$(ARTIFACTS_DIR)/dist/"
`;

function manifest(text: string, typeName: string): string {
  const { name, version, description, license } = JSON.parse(text);
  return retarget(`${JSON.stringify({ name, version, description, license, private: true }, null, 2)}\n`, typeName);
}
