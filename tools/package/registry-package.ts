import { unzipSync } from 'fflate';
import { SCHEMA_FILE } from '../support/paths';
import { retarget } from './type-name';
import { type Entries, zip } from './zip';

/**
 * The zip that the registry takes, laid out as cfn submit lays it out: settings, schema, inputs, the zip of the function,
 * which holds dist/, sources, and the version of the CLI. It is stored without compression, so that an upload's size is
 * the content's.
 */
export function registryPackage(project: Entries, typeName: string): Uint8Array {
  const functionFiles = new Map([...project].filter(([path]) => path.startsWith('dist/')));
  const entries = new Map([
    ['.rpdk-config', content(project, '.rpdk-config')],
    ['schema.json', content(project, retarget(SCHEMA_FILE, typeName))],
    ...[...project].filter(([path]) => path.startsWith('inputs/')),
    ['ResourceProvider.zip', zip(functionFiles, 'packed')],
    ...[...project].filter(([path]) => path.startsWith('src/')),
    ['.cfn_metadata.json', content(project, '.cfn_metadata.json')],
  ]);
  return zip(entries, 'stored');
}

/** The part of a project that its registry package holds: the inverse of `registryPackage`. */
export function projectFilesOf(registryPackage: Uint8Array, typeName: string): Entries {
  const { 'schema.json': schema, 'ResourceProvider.zip': provider, ...others } = unzipSync(registryPackage);
  if (schema === undefined || provider === undefined) {
    throw new Error('it has no schema.json or no ResourceProvider.zip');
  }
  const files = { ...others, ...unzipSync(provider), [retarget(SCHEMA_FILE, typeName)]: schema };
  return new Map(Object.entries(files));
}

function content(project: Entries, path: string): Uint8Array {
  const found = project.get(path);
  if (found === undefined) {
    throw new Error(`${path} is missing from the project to package`);
  }
  return found;
}
