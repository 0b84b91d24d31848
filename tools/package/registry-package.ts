import { readFileSync } from 'node:fs';
import { inRoot } from '../support/paths';
import { type Entries, zip } from './zip';

/**
 * The zip that the registry takes, laid out as cfn submit lays it out: settings, schema, inputs, the zip of the function,
 * which holds dist/, sources, and the version of the CLI. It is stored without compression, so that an upload's size is
 * the content's.
 */
export function registryPackage(project: Entries, slug: string): Uint8Array {
  const functionFiles = new Map([...project].filter(([path]) => path.startsWith('dist/')));
  const entries = new Map([
    ['.rpdk-config', content(project, '.rpdk-config')],
    ['schema.json', content(project, `${slug}.json`)],
    ...[...project].filter(([path]) => path.startsWith('inputs/')),
    ['ResourceProvider.zip', zip(functionFiles, 'packed')],
    ...[...project].filter(([path]) => path.startsWith('src/')),
    ['.cfn_metadata.json', Buffer.from(metadata())],
  ]);
  return zip(entries, 'stored');
}

function content(project: Entries, path: string): Uint8Array {
  const found = project.get(path);
  if (found === undefined) {
    throw new Error(`${path} is missing from the project to package`);
  }
  return found;
}

/** The version that requirements/cfn.txt pins, in the form in which the CLI states its own. */
function metadata(): string {
  const pins = readFileSync(inRoot('requirements', 'cfn.txt'), 'utf8');
  const version = /^cloudformation-cli==(.+)$/m.exec(pins)?.[1];
  return `{"cli-version": "${version}"}`;
}
