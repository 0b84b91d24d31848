import { readFile } from 'node:fs/promises';
import { metadata } from '../../tools/package/project';
import { registryPackage } from '../../tools/package/registry-package';
import { retarget } from '../../tools/package/type-name';
import type { Entries } from '../../tools/package/zip';
import { listFiles } from '../../tools/support/files';
import { inRoot, SCHEMA_FILE } from '../../tools/support/paths';

const FOLDER = inRoot('acceptance', 'probe-type');
/** The name of the probe type in its schema; each run gives it another one. */
const PROBE_TYPE = 'Acceptance::Registry::Probe';

/**
 * The probe type as the registry takes it.
 *
 * @param bucket where its handlers keep models and write down events
 */
export async function probePackage(typeName: string, bucket: string): Promise<Uint8Array> {
  async function read(path: string): Promise<string> {
    return (await readFile(path, 'utf8')).replaceAll(PROBE_TYPE, typeName);
  }
  const config = JSON.parse(await readFile(inRoot('.rpdk-config'), 'utf8'));
  const inputs = (await listFiles(`${FOLDER}/inputs`)).map((name) => `inputs/${name}`);
  const files: [string, string][] = [
    ['.rpdk-config', JSON.stringify({ ...config, typeName })],
    ['.cfn_metadata.json', metadata(await readFile(inRoot('requirements', 'cfn.txt'), 'utf8'))],
    [retarget(SCHEMA_FILE, typeName), await read(`${FOLDER}/schema.json`)],
    ['dist/handlers.js', await read(`${FOLDER}/handlers.js`)],
    ['dist/settings.json', JSON.stringify({ bucket })],
  ];
  for (const path of inputs) {
    files.push([path, await read(`${FOLDER}/${path}`)]);
  }
  const project: Entries = new Map(files.map(([path, text]) => [path, Buffer.from(text)]));
  return registryPackage(project, typeName);
}
