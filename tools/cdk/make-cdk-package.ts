import { copyFile, cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makePackage } from '../package/make-package';
import { CANONICAL, spellings } from '../package/type-name';
import { inTemporaryFolder, replaceFolder } from '../support/files';
import { inRoot } from '../support/paths';
import { run } from '../support/processes';

export interface CdkPackage {
  readonly folder: string;
  /** What npm installs. */
  readonly tarball: string;
  /** The sources of the Python package, which pip installs. */
  readonly python: string;
}

/** What jsii compiles and npm packs. */
const SOURCES = ['src', 'README.md', 'package.json', '.npmrc'];

/**
 * Writes `build/acme-dataexchange-job-cdk/`: the CDK library for a type of that name, with the registry's package in it, for
 * npm and for pip.
 *
 * @throws Error if the type cannot be registered under that name, or the library does not compile
 */
export async function makeCdkPackage(typeName: string, parent = inRoot('build')): Promise<CdkPackage> {
  return inTemporaryFolder(async (draft) => {
    const { zip } = await makePackage(typeName, join(draft, 'registry'));
    const library = join(draft, 'library');
    await writeLibrary(library, typeName);
    await copyFile(zip, join(library, 'package.zip'));
    await compile(library);

    const folder = join(parent, `${spellings(typeName).slug}-cdk`);
    const filename = await replaceFolder(folder, async (made) => {
      const options = ['--code-only', '--targets', 'python', '--outdir', made];
      await run(cdkTool('jsii-pacmak'), options, { cwd: library, env: QUIET });
      return pack(library, made);
    });
    return { folder, tarball: join(folder, filename), python: join(folder, 'python') };
  });
}

/**
 * Packs the library for npm, without a name for the type and without a package for the registry.
 *
 * @throws Error if it does not compile
 */
export async function packCdkLibrary(folder: string): Promise<void> {
  await inTemporaryFolder(async (draft) => {
    const library = join(draft, 'library');
    await writeLibrary(library, CANONICAL);
    await compile(library);
    await pack(library, folder);
  });
}

async function writeLibrary(library: string, typeName: string): Promise<void> {
  await mkdir(library);
  await Promise.all([
    ...SOURCES.map((name) => cp(inRoot('cdk', name), join(library, name), { recursive: true })),
    symlink(inRoot('cdk', 'node_modules'), join(library, 'node_modules')),
    copyFile(inRoot('LICENSE'), join(library, 'LICENSE')),
    retargeted('type-name.json', typeName, library),
  ]);
}

/** @returns the name of the tarball */
async function pack(library: string, folder: string): Promise<string> {
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: library });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return filename;
}

/** The compiler of jsii brings its own TypeScript. A warning is a failure. */
async function compile(library: string): Promise<void> {
  const silenced = ['reserved-word', 'metadata/missing-dev-dependency'].map((code) => `--silence-warnings=${code}`);
  await run(cdkTool('jsii'), ['--fail-on-warnings', ...silenced], { cwd: library, env: QUIET });
}

/** No banner about a Node that jsii no longer supports: the newcomer's Node may be one of them. */
const QUIET = { JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: process.versions.node.split('.')[0] };

/** A command that npm installed for the CDK library. */
export function cdkTool(name: string): string {
  return inRoot('cdk', 'node_modules', '.bin', name);
}

async function retargeted(file: string, typeName: string, library: string): Promise<void> {
  const text = await readFile(inRoot('cdk', file), 'utf8');
  await writeFile(join(library, file), text.replaceAll(CANONICAL, typeName));
}
