import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { zipSync } from 'fflate';

/**
 * Makes `dist/handlers.js`, the one file that Lambda runs. `npm run bundle` calls it; so does the build.
 *
 * The same sources and lockfile give the same bytes. What must not be inside is looked for after the fact, in esbuild's
 * own account of what went in.
 */

const root = path.resolve(__dirname, '..');
const runtime = path.join(root, 'src/runtime');
const LIBRARY = '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib';

/** What is replaced, for whom, and by what; each stand-in says why. */
const REPLACED = [
  { filter: /^aws-sdk(\/|$)/, by: 'no-aws-sdk-v2.ts' },
  { filter: /^string\.prototype\.replaceall$/, by: 'instead/replaceall.ts' },
  { filter: /^reflect-metadata$/, by: require.resolve('reflect-metadata/lite') },
  { filter: /^\.\/(log-delivery|metrics)$/, by: 'instead/library-logs.ts', importer: LIBRARY },
  { filter: /^@aws-sdk\/credential-provider-node$/, by: 'instead/default-credentials.ts' },
];

const replacements: Plugin = {
  name: 'replacements',
  setup(esbuild) {
    for (const { filter, by, importer } of REPLACED) {
      esbuild.onResolve({ filter }, (given) => {
        const from = given.importer.split(path.sep).join('/');
        return importer && !from.includes(importer) ? undefined : { path: path.resolve(runtime, by) };
      });
    }
  },
};

/** The settings that every bundle of handlers needs, for the real one and for those that it is measured against. */
export const SETTINGS: BuildOptions & { metafile: true } = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minify: true,
  keepNames: true,
  mainFields: ['module', 'main'],
  legalComments: 'none',
  charset: 'utf8',
  metafile: true,
  logLevel: 'warning',
};

/** Name and folder of the package that a file in node_modules belongs to. */
function packageOf(file: string): { name: string; folder: string } | undefined {
  const match = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(file);
  return match?.[1] && match[2] ? { name: match[2], folder: match[1] } : undefined;
}

/** What is wrong with the content of a bundle: AWS SDK v2, a package in two versions, or what is not of the product. */
export function problemsOf(metafile: Metafile, base = root): string[] {
  const problems = new Set<string>();
  const versions = new Map<string, Set<string>>();
  for (const output of Object.values(metafile.outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(output.inputs)) {
      const found = packageOf(file);
      if (!found) {
        if (!/^(src\/|aws-dataexchange-job\.json$)/.test(file)) problems.add(`${file} is not part of the product`);
        continue;
      }
      if (found.name === 'aws-sdk') problems.add(`${file} is AWS SDK v2`);
      if (bytesInOutput === 0) continue;
      const manifest = path.resolve(base, found.folder, 'package.json');
      const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
      versions.set(found.name, (versions.get(found.name) ?? new Set()).add(version));
    }
  }
  for (const [name, found] of versions) {
    if (found.size > 1) problems.add(`${name} is inside in versions ${[...found].sort().join(' and ')}`);
  }
  return [...problems];
}

export interface Bundled {
  file: string;
  bytes: number;
  zipBytes: number;
  metafile: Metafile;
}

/** Size of a file in the zip that Lambda gets. */
export const zipSize = (name: string, content: Uint8Array): number =>
  zipSync({ [name]: [content, { level: 9, mtime: '1980-01-01T00:00:00' }] }).length;

export async function bundle(options: { entry?: string; outfile?: string } = {}): Promise<Bundled> {
  const outfile = options.outfile ?? path.join(root, 'dist/handlers.js');
  const result = await build({
    ...SETTINGS,
    absWorkingDir: root,
    entryPoints: [options.entry ?? 'src/handlers.ts'],
    outfile,
    write: false,
    plugins: [replacements],
  });
  const problems = problemsOf(result.metafile);
  if (problems.length > 0) throw new Error(`The bundle is not fit to ship:\n  ${problems.join('\n  ')}`);

  const content = result.outputFiles[0]?.contents as Uint8Array;
  mkdirSync(path.dirname(outfile), { recursive: true });
  writeFileSync(outfile, content);
  return {
    file: outfile,
    bytes: content.length,
    zipBytes: zipSize('dist/handlers.js', content),
    metafile: result.metafile,
  };
}

if (require.main === module) {
  bundle().then(
    ({ file, bytes, zipBytes }) => {
      const kb = (n: number): string => `${(n / 1024).toFixed(1)} KB`;
      console.log(`${path.relative(process.cwd(), file)}: ${kb(bytes)}, zipped ${kb(zipBytes)}`);
    },
    (error: Error) => {
      console.error(error.message);
      process.exitCode = 1;
    },
  );
}
