import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { zip } from './package/zip';
import { inRoot, ROOT } from './support/paths';

const LIBRARY = '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib';

/** The modules that the bundle replaces, in whose imports, and by what. Each replacement says why. */
const REPLACED = [
  { filter: /^aws-sdk(\/|$)/, by: 'no-aws-sdk-v2.ts' },
  { filter: /^string\.prototype\.replaceall$/, by: 'instead/replaceall.ts' },
  { filter: /^class-transformer$/, by: 'instead/class-transformer.ts' },
  { filter: /^reflect-metadata$/, by: 'instead/reflect-metadata.ts' },
  { filter: /^\.\/(log-delivery|metrics)$/, by: 'instead/library-logs.ts', importer: LIBRARY },
  { filter: /^@aws-sdk\/credential-provider-node$/, by: 'instead/default-credentials.ts' },
  { filter: /^\.\/fromSharedConfigFiles$/, by: 'instead/config-files.ts' },
  { filter: /^@smithy\/core\/event-streams$/, by: 'instead/event-streams.ts' },
];

const replacements: Plugin = {
  name: 'replacements',
  setup(esbuild) {
    for (const { filter, by, importer } of REPLACED) {
      esbuild.onResolve({ filter }, (given) => {
        const from = given.importer.split(path.sep).join('/');
        return importer && !from.includes(importer) ? undefined : { path: path.resolve(inRoot('src', 'runtime'), by) };
      });
    }
  },
};

/** The settings of every bundle: of the real one, and of those that it is compared with. */
export const SETTINGS: BuildOptions & { metafile: true } = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minify: true,
  mainFields: ['module', 'main'],
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};

/** Name and folder of the package that a file in node_modules belongs to. */
export function packageOf(file: string): { readonly name: string; readonly folder: string } | undefined {
  const match = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(file);
  return match?.[1] && match[2] ? { name: match[2], folder: match[1] } : undefined;
}

/**
 * What a bundle must not hold: AWS SDK v2, a package in two versions, what is not part of the product, and `import()`
 * of a package: esbuild then puts each module that the package shares with others into a function of its own, and the
 * bundle takes longer to load.
 */
export function problemsOf(metafile: Metafile): string[] {
  const problems = new Set<string>();
  for (const [file, { imports }] of Object.entries(metafile.inputs)) {
    for (const { kind, path: imported } of imports) {
      if (kind === 'dynamic-import' && packageOf(imported)) {
        problems.add(`${file} loads ${imported} by import()`);
      }
    }
  }
  const versions = new Map<string, Set<string>>();
  for (const output of Object.values(metafile.outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(output.inputs)) {
      const found = packageOf(file);
      if (!found) {
        if (!/^(src\/|aws-dataexchange-job\.json$)/.test(file)) {
          problems.add(`${file} is not part of the product`);
        }
        continue;
      }
      if (found.name === 'aws-sdk') {
        problems.add(`${file} is AWS SDK v2`);
      }
      if (bytesInOutput > 0) {
        const manifest = inRoot(found.folder, 'package.json');
        const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
        versions.set(found.name, (versions.get(found.name) ?? new Set()).add(version));
      }
    }
  }
  for (const [name, found] of versions) {
    if (found.size > 1) {
      problems.add(`${name} is inside in versions ${[...found].sort().join(' and ')}`);
    }
  }
  return [...problems];
}

export interface Bundle {
  readonly content: Uint8Array;
  /** Not part of what Lambda gets. */
  readonly sourceMap: Uint8Array;
  /** The size of the zip that Lambda gets, in bytes. */
  readonly zipBytes: number;
  readonly metafile: Metafile;
}

/** Builds the one file that Lambda runs. The same sources and lockfile give the same bytes. */
export async function buildBundle(): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    ...SETTINGS,
    absWorkingDir: ROOT,
    entryPoints: ['src/handlers.ts'],
    outfile: 'dist/handlers.js',
    sourcemap: 'linked',
    write: false,
    plugins: [replacements],
  });
  const problems = problemsOf(metafile);
  if (problems.length > 0) {
    throw new Error(`The bundle is not fit to ship:\n  ${problems.join('\n  ')}`);
  }
  const [sourceMap, content] = outputFiles.map(({ contents }) => contents) as [Uint8Array, Uint8Array];
  return { content, sourceMap, zipBytes: zip(new Map([['dist/handlers.js', content]]), 'packed').length, metafile };
}

/** Builds the bundle and writes it to a file. */
export async function writeBundle(file: string): Promise<Bundle> {
  const built = await buildBundle();
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, built.content);
  return built;
}
