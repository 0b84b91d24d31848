import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inTemporaryFolder } from '../../tools/support/files';
import { inRoot, pythonTool, SCHEMA_FILE } from '../../tools/support/paths';
import { run } from '../../tools/support/processes';
import { withProjectUnderAnotherName } from './support';

/** The findings in which guard-rail is wrong about this type. Of the paths for a check it names one at random. */
const EXCEPTIONS = [
  // The service has no tags on jobs (Service Authorization Reference, TagResource).
  { check: 'TAG015', path: '/tagging/taggable' },
  // TagKey and TagValues are members of an LF-tag expression, and RevisionTags are those of the revision, not of the
  // job.
  {
    check: 'TAG016',
    path: expect.stringMatching(
      /^\/properties\/(LakeFormation(Database|Table)Expression\/\*\/Tag(Key|Values)|RevisionTags)$/,
    ),
  },
].map((finding) => ({ ...finding, message: expect.any(String) }));

test('guard-rail accepts the schema', async () => {
  expect(await findings(inRoot(SCHEMA_FILE))).toEqual(EXCEPTIONS);
});

test('guard-rail accepts the schema under another name', async () => {
  await withProjectUnderAnotherName(async ({ schema }) => {
    expect(await findings(schema)).toEqual(EXCEPTIONS);
  });
});

test('the schema breaks no template that an earlier version accepts', async () => {
  const releases = await readdir(inRoot('releases'));
  const newest = releases.sort((one, other) => one.localeCompare(other, 'en', { numeric: true })).at(-1) as string;
  expect(await findings(inRoot('releases', newest), inRoot(SCHEMA_FILE))).toEqual([]);
  // It proves that guard-rail compares the two.
  await inTemporaryFolder(async (folder) => {
    const broken = JSON.parse(await readFile(inRoot(SCHEMA_FILE), 'utf8'));
    broken.properties.Triggers.maxItems -= 1;
    broken.required.push('StartOnCreation');
    const file = join(folder, SCHEMA_FILE);
    await writeFile(file, JSON.stringify(broken));
    const found = await findings(inRoot('releases', newest), file);
    expect(found.map(({ check }) => check)).toEqual(['MI006', 'RQ001']);
  });
});

interface Finding {
  readonly check: string;
  readonly path: string;
  readonly message: string;
}

/**
 * What guard-rail finds in a schema, or in what has changed from one to the next, by check. Its exit code is always 0,
 * and it leaves a log in the folder where it runs.
 */
async function findings(...schemas: string[]): Promise<Finding[]> {
  const given = ['--schema', ...schemas.map((schema) => pathToFileURL(schema).href)];
  const { output } = await inTemporaryFolder((cwd) =>
    run(pythonTool('guard', 'guard-rail'), schemas.length > 1 ? [...given, '--stateful'] : given, { cwd }),
  );
  expect(output).toContain('GuardRuleSetResult(');
  expect(output).toMatch(schemas.length > 1 ? /skipped=\[.+?\]/ : /compliant=\[.+?\]/);
  const pattern = /GuardRuleResult\(check_id='([^']*)', message=(?:'([^']*)'|"([^"]*)"), path='([^']*)'/g;
  return [...output.matchAll(pattern)]
    .map(([, check = '', single, double, path = '']) => ({ check, path, message: single ?? double ?? '' }))
    .sort((one, other) => one.check.localeCompare(other.check));
}
