import { runTypeScript } from './support';

test('the function answers as it does under the stock runtime, but for the listed differences', async () => {
  expect(await runTypeScript('compat/run.ts')).toMatch(/^compat: [1-9]\d* passed, 0 failed$/m);
});
