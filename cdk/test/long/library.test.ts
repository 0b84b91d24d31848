import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lint } from '../../../test/official/lint';
import { withProjectUnderAnotherName } from '../../../test/official/support';
import { inRoot, pythonTool } from '../../../tools/support/paths';
import { run } from '../../../tools/support/processes';
import { appCommand, compile, installed, PACKAGE, readmeBlocks } from './support';

/** The package that `make cdk` has made with jsii, as a user installs it. It knows the type's name. */

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cdk-library-'));
  await installed(folder);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Runs an app as the CDK CLI does. @returns the templates by the name of the stack */
async function synthesised(
  out: string,
  [command = '', ...given]: readonly string[],
  env: object = {},
): Promise<Record<string, object>> {
  const outdir = join(folder, out);
  await run(command, given, { cwd: folder, env: { CDK_OUTDIR: outdir, ...env } });
  return templatesIn(outdir);
}

async function templatesIn(outdir: string): Promise<Record<string, object>> {
  const files = (await readdir(outdir)).filter((file) => file.endsWith('.template.json'));
  const templates = files.map(async (file) => {
    const template = JSON.parse(await readFile(join(outdir, file), 'utf8'));
    return [file.replace('.template.json', ''), template] as const;
  });
  return Object.fromEntries(await Promise.all(templates));
}

test('the apps of the README compile, and cfn-lint accepts their templates', async () => {
  const blocks = await readmeBlocks('ts');
  expect(blocks).toHaveLength(3);
  await Promise.all(blocks.map((block, index) => writeFile(join(folder, `app${index}.ts`), block)));
  await compile(folder);
  for (const index of blocks.keys()) {
    await synthesised(`out${index}`, appCommand(`app${index}.ts`));
  }
  const outdirs = [...blocks.keys()].map((index) => join(folder, `out${index}`));
  const templates = await Promise.all(
    outdirs.map(async (outdir) =>
      (await readdir(outdir)).filter((file) => file.endsWith('.template.json')).map((file) => join(outdir, file)),
    ),
  );
  await withProjectUnderAnotherName(async (project) => {
    await lint(project.folder, ...templates.flat());
  });
});

test('the app of the README in Python gives the same templates', async () => {
  const [code = ''] = await readmeBlocks('py');
  await writeFile(join(folder, 'app.py'), code);
  const sources = join(folder, 'python-sources');
  const packages = join(folder, 'python-packages');
  await cp(join(PACKAGE, 'python'), sources, { recursive: true });
  await mkdir(packages);
  const python = pythonTool('cdk-python', 'python');
  const options = ['--no-deps', '--no-build-isolation', '--no-index', '--disable-pip-version-check', '--quiet'];
  await run(python, ['-m', 'pip', 'install', ...options, '--target', packages, sources]);
  const fromPython = await synthesised('out-python', [python, 'app.py'], {
    PYTHONPATH: packages,
    JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: process.versions.node.split('.')[0],
  });
  expect(Object.keys(fromPython)).toEqual(['Registry', 'Weather']);
  expect(fromPython).toEqual(await templatesIn(join(folder, 'out0')));
});

test('a registration under another name than that of the package is refused', async () => {
  const code = `
    import { App, Stack } from 'aws-cdk-lib';
    import { JobType, Registration } from 'cdk-dataexchange-job';
    new Registration(new Stack(new App(), 'Registry'), 'Registration', {
      jobTypes: [JobType.EXPORT_REVISIONS_TO_S3],
      typeName: 'Emca::DataExchange::Job',
    });`;
  await writeFile(join(folder, 'other.ts'), code);
  await compile(folder);
  await expect(synthesised('out-other', appCommand('other.ts'))).rejects.toThrow(
    /holds the package of Acme::DataExchange::Job, which cannot be registered as Emca::DataExchange::Job/,
  );
});

test('the package holds what an app needs, and nothing else', async () => {
  const library = join(folder, 'node_modules', 'cdk-dataexchange-job');
  const files = await readdir(library);
  expect(files.sort()).toEqual(
    ['.jsii', 'LICENSE', 'README.md', 'lib', 'package.json', 'package.zip', 'type-name.json'].sort(),
  );
  const { version } = JSON.parse(await readFile(join(library, 'package.json'), 'utf8'));
  expect(version).toBe(JSON.parse(await readFile(inRoot('package.json'), 'utf8')).version);
});
