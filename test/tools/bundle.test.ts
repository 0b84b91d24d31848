import { buildBundle, problemsOf } from '../../tools/bundle';
import { ROOT } from '../../tools/support/paths';

const ZIP_BYTES = 100 * 1024;

describe('the bundle', () => {
  test('is small, the same each time, and names nothing of this machine', async () => {
    const { content, zipBytes } = await buildBundle();
    expect(zipBytes).toBeLessThanOrEqual(ZIP_BYTES);
    expect((await buildBundle()).content).toEqual(content);
    expect(Buffer.from(content).toString()).not.toContain(ROOT);
  });

  test('may not hold what is not fit to ship', () => {
    const input = { bytesInOutput: 1 };
    const inputs = {
      'src/handlers.ts': input,
      'emulator/server.ts': input,
      'node_modules/uuid/index.js': input,
      'node_modules/@aws-sdk/client-dataexchange/node_modules/uuid/index.js': input,
      'node_modules/aws-sdk/index.js': { bytesInOutput: 0 },
    };
    const imports = [{ kind: 'dynamic-import' as const, path: 'node_modules/late/index.js' }];
    const loading = { 'node_modules/early/index.js': { bytes: 1, imports } };
    const metafile = { inputs: loading, outputs: { 'out.js': { bytes: 1, inputs, imports: [], exports: [] } } };
    expect(problemsOf(metafile)).toEqual([
      'node_modules/early/index.js loads node_modules/late/index.js by import()',
      'emulator/server.ts is not part of the product',
      'node_modules/aws-sdk/index.js is AWS SDK v2',
      expect.stringMatching(/^uuid is inside in versions/),
    ]);
  });
});
