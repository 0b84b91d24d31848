import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { buildBundle } from '../bundle';
import { packCdkLibrary } from '../cdk/make-cdk-package';
import { canonicalProject } from '../package/project';
import { projectFilesOf, registryPackage } from '../package/registry-package';
import { CANONICAL } from '../package/type-name';
import { zip } from '../package/zip';
import { digests, replaceFolder } from '../support/files';
import { inRoot, REGISTER_FILE, SCHEMA_FILE } from '../support/paths';
import { run } from '../support/processes';
import { billOfMaterials, bundledPackages, notice } from './bundled-packages';
import { PACKAGE_FILE, PROJECT_FILE } from './files';

/**
 * Builds everything that is released into a folder of its own, in place of what was there.
 *
 * @param date of the release, ISO 8601
 */
export async function writeRelease(folder: string, date: string): Promise<void> {
  await replaceFolder(folder, (draft) => writeFiles(draft, date));
}

async function writeFiles(folder: string, date: string): Promise<void> {
  const { content: bundle, metafile } = await buildBundle();
  const project = await canonicalProject(bundle);
  const registered = registryPackage(project, CANONICAL);
  const inPackage = projectFilesOf(registered, CANONICAL);
  const others = new Map([...project].filter(([path]) => !inPackage.has(path)));
  await writeFile(join(folder, PACKAGE_FILE), registered);
  await writeFile(join(folder, PROJECT_FILE), zip(others, 'packed'));
  await copyFile(inRoot(REGISTER_FILE), join(folder, basename(REGISTER_FILE)));
  await copyFile(inRoot(SCHEMA_FILE), join(folder, SCHEMA_FILE));
  await copyFile(inRoot('LICENSE'), join(folder, 'LICENSE'));
  await writeRetargetScript(join(folder, 'retarget.cjs'));

  const packages = await bundledPackages(metafile);
  await writeFile(join(folder, 'NOTICE.txt'), notice(packages));
  await writeFile(join(folder, 'sbom.cdx.json'), await billOfMaterials(packages, date));

  await run('npm', ['pack', '--pack-destination', folder], { cwd: inRoot('emulator') });
  await packCdkLibrary(folder);
  await writeFile(join(folder, 'SHA256SUMS'), await checksums(folder));
}

async function writeRetargetScript(outfile: string): Promise<void> {
  const entryPoints = [inRoot('tools', 'release', 'retarget.ts')];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', target: 'node20', logLevel: 'warning' });
}

/** In the form that `sha256sum --check` and `shasum --algorithm 256 --check` read. */
async function checksums(folder: string): Promise<string> {
  const lines = Object.entries(await digests(folder)).map(([path, digest]) => `${digest}  ${path}\n`);
  return lines.join('');
}

/** The version that package.json states: the one place that has it. */
export async function currentVersion(): Promise<string> {
  return JSON.parse(await readFile(inRoot('package.json'), 'utf8')).version;
}

/** Why the working tree cannot be released as a version; empty if it can. */
export async function releaseProblems(version: string): Promise<string[]> {
  const problems: string[] = [];
  const current = await currentVersion();
  if (version === '') {
    problems.push(`the version is missing: make release VERSION=${current}`);
  } else if (version !== current) {
    problems.push(
      `package.json says ${current}, not ${version}: run npm version ${version} --no-git-tag-version first`,
    );
  }
  for (const other of ['emulator/package.json', 'cdk/package.json', 'local/pyproject.toml']) {
    const stated = /^\s*"?version"?\s*[:=]\s*"([^"]+)"/m.exec(await readFile(inRoot(other), 'utf8'))?.[1];
    if (stated !== current) {
      problems.push(`${other} says ${stated}, and package.json ${current}`);
    }
  }
  const changelog = await readFile(inRoot('CHANGELOG.md'), 'utf8');
  if (!changelog.split('\n').some((line) => line.startsWith(`## ${current}`))) {
    problems.push(`CHANGELOG.md has no section "## ${current}"`);
  }
  const { stdout: changes } = await run('git', ['status', '--porcelain']);
  if (changes !== '') {
    problems.push(`there are changes that are not committed:\n${changes}`);
  }
  const baselines = await readdir(inRoot('releases'));
  if (!baselines.includes(`${current}.json`)) {
    problems.push(
      `releases/${current}.json is missing: copy ${SCHEMA_FILE} there, for later versions to be compared with`,
    );
  }
  return problems;
}
