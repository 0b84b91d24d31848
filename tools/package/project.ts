import { readFile } from 'node:fs/promises';
import { listFiles } from '../support/files';
import { inRoot, REGISTER_FILE, ROLE_FILE, SCHEMA_FILE } from '../support/paths';
import { retarget, spellings } from './type-name';
import type { Entries } from './zip';

/** What the project takes from this repository. All of it is text that may hold the type's name. */
const FOLDERS = ['src', 'inputs', 'examples', 'sam-tests', 'docs'];
const FILES = [SCHEMA_FILE, 'template.yml', 'samconfig.toml', ROLE_FILE, 'LICENSE'];

/**
 * The project under another name, as cfn validate, cfn test and cfn submit expect it. It contains the bundle ready
 * made: nothing at run time depends on the name, so the bytes are the same for every name, and building needs neither
 * npm nor SAM.
 */
export async function retargetedProject(typeName: string, bundle: Uint8Array): Promise<Entries> {
  const { slug } = spellings(typeName);
  const files = new Map<string, Uint8Array>();
  const add = (path: string, text: string) => files.set(path, Buffer.from(text));

  const folders = FOLDERS.map(async (folder) => (await listFiles(inRoot(folder))).map((path) => `${folder}/${path}`));
  for (const path of [...FILES, ...(await Promise.all(folders)).flat()]) {
    const text = retarget(await readFile(inRoot(path), 'utf8'), typeName);
    add(path === SCHEMA_FILE ? `${slug}.json` : path, text);
  }
  add('.rpdk-config', rpdkConfig(await readFile(inRoot('.rpdk-config'), 'utf8'), typeName));
  add('Makefile', MAKEFILE);
  add('package.json', manifest(await readFile(inRoot('package.json'), 'utf8'), typeName));
  add('register.yml', retarget(await readFile(inRoot(REGISTER_FILE), 'utf8'), typeName));
  files.set('dist/handlers.js', bundle);
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `cfn submit` appends the function's name to the build command: the Makefile has a target of that name. */
function rpdkConfig(text: string, typeName: string): string {
  const config = JSON.parse(text);
  const settings = { ...config.settings, buildCommand: 'make --no-print-directory' };
  return `${JSON.stringify({ ...config, typeName, settings }, null, 4)}\n`;
}

const MAKEFILE = `# The bundle is ready made: to build this project is to copy it where each tool expects it.

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
