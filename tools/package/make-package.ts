import { buildBundle } from '../bundle';
import { inRoot } from '../support/paths';
import { canonicalProject } from './project';
import { nameProblem } from './type-name';
import { type Package, writePackage } from './write-package';

/**
 * Builds the bundle and writes `build/acme-dataexchange-job/`: the project under that name, and in it the registry's
 * package.
 *
 * @throws Error if the type cannot be registered under that name
 */
export async function makePackage(typeName: string, parent = inRoot('build')): Promise<Package> {
  const problem = nameProblem(typeName, 'make package TYPE_NAME=');
  if (problem !== undefined) {
    throw new Error(problem);
  }
  const { content: bundle } = await buildBundle();
  return writePackage(await canonicalProject(bundle), typeName, parent);
}
