import { ROOT } from '../../tools/support/paths';
import { cfn, withProjectUnderAnotherName } from './support';

/** Whatever the tool prints beyond its verdict is a warning. */
const VALID = 'Resource schema is valid.';

test('cfn validate accepts the schema', async () => {
  expect(await cfn(ROOT, 'validate')).toBe(VALID);
});

test('cfn validate accepts the schema under another name', async () => {
  await withProjectUnderAnotherName(async ({ folder }) => {
    expect(await cfn(folder, 'validate')).toBe(VALID);
  });
});
