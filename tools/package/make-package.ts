import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildBundle } from '../bundle';
import { inRoot } from '../support/paths';
import { retargetedProject } from './project';
import { registryPackage } from './registry-package';
import { nameProblem, spellings } from './type-name';

export interface Package {
  readonly folder: string;
  /** The zip that the registry takes. */
  readonly zip: string;
}

/**
 * Writes `build/acme-dataexchange-job/`: the project under that name, and in it the registry's package.
 *
 * @throws Error if the type cannot be registered under that name
 */
export async function makePackage(typeName: string, parent = inRoot('build')): Promise<Package> {
  const problem = nameProblem(typeName);
  if (problem !== undefined) {
    throw new Error(problem);
  }
  const { slug } = spellings(typeName);
  const { content: bundle } = await buildBundle();
  const project = await retargetedProject(typeName, bundle);
  const files = new Map([...project, [`${slug}.zip`, registryPackage(project, slug)]]);

  // Written beside the folder and then moved there, so that nobody reads half a project.
  const folder = join(parent, slug);
  await mkdir(parent, { recursive: true });
  const draft = await mkdtemp(join(parent, `.${slug}-`));
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(draft, path)), { recursive: true });
    await writeFile(join(draft, path), bytes);
  }
  await rm(folder, { recursive: true, force: true });
  await rename(draft, folder);
  return { folder, zip: join(folder, `${slug}.zip`) };
}
