import { readFileSync } from 'node:fs';
import { inRoot } from '../support/paths';
import { type Entries, zip } from './zip';

/**
 * What the registry takes, laid out as cfn submit lays it out: settings, schema, inputs, the function's zip, sources, and
 * which CLI the layout follows. The outer zip is stored, not packed, so that an upload's size is the content's.
 */
export function registryPackage(project: Entries, slug: string): Uint8Array {
  const entries = new Map<string, Uint8Array>();
  entries.set('.rpdk-config', content(project, '.rpdk-config'));
  entries.set('schema.json', content(project, `${slug}.json`));
  copyFolder(project, entries, 'inputs/');
  entries.set('ResourceProvider.zip', zip(functionFiles(project), 'packed'));
  copyFolder(project, entries, 'src/');
  entries.set('.cfn_metadata.json', Buffer.from(metadata()));
  return zip(entries, 'stored');
}

/** What Lambda unpacks: the path that `entrypoint` in .rpdk-config names. */
function functionFiles(project: Entries): Entries {
  return new Map([['dist/handlers.js', content(project, 'dist/handlers.js')]]);
}

function content(project: Entries, path: string): Uint8Array {
  const found = project.get(path);
  if (found === undefined) {
    throw new Error(`${path} is missing from the project to package`);
  }
  return found;
}

function copyFolder(from: Entries, to: Map<string, Uint8Array>, folder: string): void {
  for (const [path, bytes] of from) {
    if (path.startsWith(folder)) {
      to.set(path, bytes);
    }
  }
}

/** The version that requirements/cfn.txt pins, as the CLI itself states it. */
function metadata(): string {
  const pins = readFileSync(inRoot('requirements', 'cfn.txt'), 'utf8');
  const version = /^cloudformation-cli==(.+)$/m.exec(pins)?.[1];
  return `{"cli-version": "${version}"}`;
}
