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

interface Finding {
  readonly check: string;
  readonly path: string;
  readonly message: string;
}

/**
 * What guard-rail finds in a schema, by check. Its exit code is always 0, and it leaves a log in the folder where it
 * runs.
 */
async function findings(schema: string): Promise<Finding[]> {
  const { output } = await inTemporaryFolder((cwd) =>
    run(pythonTool('guard', 'guard-rail'), ['--schema', pathToFileURL(schema).href], { cwd }),
  );
  expect(output).toContain('GuardRuleSetResult(');
  expect(output).toMatch(/compliant=\[.+?\]/);
  const pattern = /GuardRuleResult\(check_id='([^']*)', message=(?:'([^']*)'|"([^"]*)"), path='([^']*)'/g;
  return [...output.matchAll(pattern)]
    .map(([, check = '', single, double, path = '']) => ({ check, path, message: single ?? double ?? '' }))
    .sort((one, other) => one.check.localeCompare(other.check));
}
