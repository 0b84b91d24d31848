import { readFile } from 'node:fs/promises';
import { listFiles } from '../support/files';
import { inRoot, REGISTER_FILE, ROLE_FILE, SCHEMA_FILE } from '../support/paths';
import type { Entries } from './zip';

/** What the project takes from this repository. All of it is text that may hold the type's name. */
const FOLDERS = ['src', 'inputs', 'examples', 'sam-tests', 'docs'];
const FILES = [SCHEMA_FILE, 'template.yml', 'samconfig.toml', ROLE_FILE, 'LICENSE'];
const LINT_RULE = 'tools/package/cfn-lint/registry_types.py';
const WATCH_FILE = 'tools/package/watch.yml';

/**
 * The project that is packaged, under the name that the type has in this repository. It is laid out as cfn validate,
 * cfn test and cfn submit expect it, and contains the bundle ready made: nothing at run time depends on the name, so
 * building needs neither npm nor SAM.
 */
export async function canonicalProject(bundle: Uint8Array): Promise<Entries> {
  const folders = FOLDERS.map(async (folder) => (await listFiles(inRoot(folder))).map((path) => `${folder}/${path}`));
  const paths = [...FILES, ...(await Promise.all(folders)).flat()];
  const files = new Map<string, Uint8Array>();
  for (const path of paths) {
    files.set(path, await readFile(inRoot(path)));
  }
  const written: Readonly<Record<string, string>> = {
    '.rpdk-config': rpdkConfig(await text('.rpdk-config')),
    '.cfn_metadata.json': metadata(await text('requirements/cfn.txt')),
    '.cfnlintrc.yaml': LINT_SETTINGS,
    [`cfn-lint/${SCHEMA_FILE}`]: await text(SCHEMA_FILE),
    'cfn-lint/registry_types.py': await text(LINT_RULE),
    Makefile: MAKEFILE,
    'package.json': manifest(await text('package.json')),
    'register.yml': await text(REGISTER_FILE),
    'watch.yml': await text(WATCH_FILE),
  };
  for (const [path, content] of Object.entries(written)) {
    files.set(path, Buffer.from(content));
  }
  files.set('dist/handlers.js', bundle);
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function text(path: string): Promise<string> {
  return readFile(inRoot(path), 'utf8');
}

/** `cfn submit` appends the function's name to the build command: the Makefile has a target of that name. */
function rpdkConfig(text: string): string {
  const config = JSON.parse(text);
  const settings = { ...config.settings, buildCommand: 'make --no-print-directory' };
  return `${JSON.stringify({ ...config, settings }, null, 4)}\n`;
}

/** The version of the CLI that is pinned, in the form in which the CLI states its own in a package. */
export function metadata(pins: string): string {
  const version = /^cloudformation-cli==(.+)$/m.exec(pins)?.[1];
  return `{"cli-version": "${version}"}`;
}

function manifest(text: string): string {
  const { name, version, description, license } = JSON.parse(text);
  return `${JSON.stringify({ name, version, description, license, private: true }, null, 2)}\n`;
}

/** cfn-lint reads it in the folder where it runs. */
const LINT_SETTINGS = `# What cfn-lint, and the editors that run it, need to know of the type.
registry_schemas:
  - cfn-lint
append_rules:
  - cfn-lint
`;

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
