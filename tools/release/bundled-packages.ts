import { readdir, readFile } from 'node:fs/promises';
import type { Metafile } from 'esbuild';
import { packageOf } from '../bundle';
import { inRoot } from '../support/paths';
import { run } from '../support/processes';

export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX identifier. */
  readonly license: string;
  /** The text of its licence file; undefined where the package has none. */
  readonly text: string | undefined;
}

/** The packages of which the bundle holds code, by name. */
export async function bundledPackages({ outputs }: Metafile): Promise<readonly BundledPackage[]> {
  const folders = new Map<string, string>();
  for (const { inputs } of Object.values(outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const found = packageOf(file);
      if (found !== undefined && bytesInOutput > 0) {
        folders.set(found.name, found.folder);
      }
    }
  }
  const packages = [...folders].map(async ([name, folder]) => {
    const { version, license } = JSON.parse(await readFile(inRoot(folder, 'package.json'), 'utf8'));
    const file = (await readdir(inRoot(folder))).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
    return { name, version, license, text: file && (await readFile(inRoot(folder, file), 'utf8')).trim() };
  });
  return (await Promise.all(packages)).sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The notice of what the bundle holds: each package with its licence, each text once. */
export function notice(packages: readonly BundledPackage[]): string {
  const byText = new Map<string, BundledPackage[]>();
  for (const each of packages) {
    const text = each.text ?? `(The package has no licence file. Its package.json says: ${each.license})`;
    byText.set(text, [...(byText.get(text) ?? []), each]);
  }
  const sections = [...byText].map(([text, those]) => {
    const names = those.map(({ name, version, license }) => `${name} ${version} (${license})`);
    return `${names.join('\n')}\n\n${text}\n`;
  });
  return ['dist/handlers.js contains code of these packages.\n', ...sections].join(`\n${'-'.repeat(80)}\n\n`);
}

/**
 * The software bill of materials of the bundle in CycloneDX's JSON: what npm writes for all that is installed,
 * without the packages of which the bundle holds nothing.
 *
 * @param date of the release, ISO 8601
 * @throws Error if npm does not know a package of the bundle
 */
export async function billOfMaterials(packages: readonly BundledPackage[], date: string): Promise<string> {
  const { stdout } = await run('npm', ['sbom', '--sbom-format', 'cyclonedx']);
  const { serialNumber: _, ...bill } = JSON.parse(stdout) as Bill;
  const references = new Set(packages.map(({ name, version }) => `${name}@${version}`));
  const components = bill.components.filter((each) => references.delete(each['bom-ref']));
  if (references.size > 0) {
    throw new Error(`npm sbom does not list ${[...references].join(', ')}`);
  }
  const kept = new Set([bill.metadata.component['bom-ref'], ...components.map((each) => each['bom-ref'])]);
  const dependencies = bill.dependencies
    .filter(({ ref }) => kept.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => kept.has(each)) }));
  const { name } = JSON.parse(await readFile(inRoot('package.json'), 'utf8'));
  const metadata = { ...bill.metadata, timestamp: date, component: { ...bill.metadata.component, name } };
  return `${JSON.stringify({ ...bill, metadata, components, dependencies }, null, 2)}\n`;
}

/** The members of CycloneDX's JSON that are read here. */
interface Bill {
  readonly serialNumber: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

interface Component {
  readonly 'bom-ref': string;
}
