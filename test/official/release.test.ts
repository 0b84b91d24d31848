import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import spawn, { type SubprocessError } from 'nano-spawn';
import { makePackage } from '../../tools/package/make-package';
import { releaseProblems, writeRelease } from '../../tools/release/write-release';
import { digests } from '../../tools/support/files';
import { ROOT } from '../../tools/support/paths';
import './support';

const NAME = 'Acme::DataExchange::Job';
const DATE = '2026-11-25T12:00:00+00:00';

let parent: string;
let release: string;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'release-test-'));
  release = join(parent, 'release');
  await writeRelease(release, DATE);
});

afterAll(() => rm(parent, { recursive: true }));

/** What the script prints for an error; the empty text if it succeeds. */
async function retarget(folder: string, ...given: string[]): Promise<string> {
  try {
    await spawn(process.execPath, [join(folder, 'retarget.cjs'), ...given], { cwd: parent });
    return '';
  } catch (error) {
    return (error as SubprocessError).stderr;
  }
}

test('retarget.cjs writes what make package writes', async () => {
  expect(await retarget(release, NAME, 'ours')).toBe('');
  const made = await makePackage(NAME, join(parent, 'made'));
  expect(await digests(join(parent, 'ours', 'acme-dataexchange-job'))).toEqual(await digests(made.folder));
});

test('retarget.cjs refuses a name that cannot be registered, and says how it is called', async () => {
  expect(await retarget(release, 'AWS::DataExchange::Job')).toMatch(/^retarget: .*registry reserves names/);
  expect(await retarget(release)).toBe(
    'retarget: the name is missing: node retarget.cjs Acme::DataExchange::Job (with your organisation for Acme)',
  );
});

test('retarget.cjs names the file that it misses', async () => {
  const alone = await mkdtemp(join(parent, 'alone-'));
  await copyFile(join(release, 'retarget.cjs'), join(alone, 'retarget.cjs'));
  expect(await retarget(alone, NAME)).toMatch(/aws-dataexchange-job\.zip does not exist: keep retarget\.cjs/);
  expect(existsSync(join(parent, 'acme-dataexchange-job'))).toBe(false);
});

test('the checksums are those of all other files, and a second release has the same ones', async () => {
  const { SHA256SUMS: _, ...found } = await digests(release);
  const lines = readFileSync(join(release, 'SHA256SUMS'), 'utf8').trim().split('\n');
  expect(Object.fromEntries(lines.map((line) => line.split('  ').reverse()))).toEqual(found);

  const again = join(parent, 'again');
  await writeRelease(again, DATE);
  expect((await digests(again)).SHA256SUMS).toBe((await digests(release)).SHA256SUMS);
});

test('the notice and the bill of materials list what the bundle holds', () => {
  const notice = readFileSync(join(release, 'NOTICE.txt'), 'utf8');
  const bill = JSON.parse(readFileSync(join(release, 'sbom.cdx.json'), 'utf8'));
  const names: string[] = bill.components.map((each: { name: string }) => each.name);
  expect(names).toEqual(expect.arrayContaining(['@aws-sdk/client-dataexchange', '@smithy/core']));
  expect(names).not.toContain('aws-sdk');
  for (const { name, version } of bill.components) {
    expect(notice).toContain(`${name} ${version} (`);
  }
  expect(notice).toContain('Permission is hereby granted');
  expect(bill.metadata.component.name).toBe('aws-dataexchange-job');
});

test('a release has the CDK library and the local Data Exchange for npm', async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const tarballs = Object.keys(await digests(release)).filter((file) => file.endsWith('.tgz'));
  expect(tarballs).toEqual([`cdk-dataexchange-job-${version}.tgz`, `local-data-exchange-${version}.tgz`]);
});

test('nothing of this machine is in a release', async () => {
  for (const file of ['retarget.cjs', 'NOTICE.txt', 'sbom.cdx.json', 'register.yml']) {
    expect(readFileSync(join(release, file), 'utf8')).not.toContain(ROOT);
  }
});

test('a release needs the version of package.json, and says which that is', async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  expect(await releaseProblems('')).toContainEqual(`the version is missing: make release VERSION=${version}`);
  const problems = await releaseProblems('9.9.9');
  expect(problems).toContainEqual(expect.stringContaining(`says ${version}, not 9.9.9`));
  // All packages state the same version.
  expect(problems).not.toContainEqual(expect.stringContaining('and package.json'));
});
