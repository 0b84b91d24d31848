import { runTypeScript } from './support';

test('cfn test passes for all job types, and cfn invoke for one', async () => {
  expect(await runTypeScript('contract/run.ts')).toMatch(/^contract: [1-9]\d* passed, 0 failed, \d+ skipped$/m);
});
