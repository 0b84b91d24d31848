import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundle } from '../bundle';
import { inRoot } from '../support/paths';
import { retargetedProject } from './project';
import { registryPackage } from './registry-package';
import { refusal, spellings } from './type-name';

export interface Package {
  readonly folder: string;
  /** The zip that the registry takes. */
  readonly zip: string;
}

/** Writes `build/acme-dataexchange-job/`: the project under that name, and beside it the registry's package. */
export async function makePackage(typeName: string, parent = inRoot('build')): Promise<Package> {
  const refused = refusal(typeName);
  if (refused !== undefined) {
    throw new Error(refused);
  }
  const { slug } = spellings(typeName);
  const project = await retargetedProject(typeName, await bundled());
  const files = new Map([...project, [`${slug}.zip`, registryPackage(project, slug)]]);

  // Written beside its place and then moved there, so that whoever reads it never meets half of it.
  const folder = join(parent, slug);
  await mkdir(parent, { recursive: true });
  const draft = await mkdtemp(join(parent, `.${slug}-`));
  for (const [path, content] of files) {
    await mkdir(dirname(join(draft, path)), { recursive: true });
    await writeFile(join(draft, path), content);
  }
  await rm(folder, { recursive: true, force: true });
  await rename(draft, folder);
  return { folder, zip: join(folder, `${slug}.zip`) };
}

async function bundled(): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'bundle-'));
  try {
    const { file } = await bundle({ outfile: join(folder, 'handlers.js') });
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
