import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundle, problemsOf } from '../../tools/bundle';
import { event } from './toy';

const ZIP_BYTES = 160 * 1024;

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'bundle-'));
  file = path.join(folder, 'handlers.js');
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the bundle is small, the same each time, and holds what it should', async () => {
  const first = await bundle({ outfile: file });
  const content = readFileSync(file, 'utf8');
  expect(first.zipBytes).toBeLessThanOrEqual(ZIP_BYTES);
  await bundle({ outfile: file });
  expect(readFileSync(file, 'utf8')).toBe(content);
  expect(Object.keys(first.metafile.inputs).filter((input) => /node_modules\/aws-sdk\//.test(input))).toEqual([]);
  expect(content).not.toContain(path.resolve(__dirname, '../..'));
}, 30_000);

test('alone in an empty folder it answers, and with a clear word where credentials are lacking', () => {
  const script = `
    const { entrypoint, testEntrypoint } = require('./handlers.js');
    const { event } = JSON.parse(process.argv[1]);
    Promise.all([entrypoint({ ...event, action: 'NONE' }), entrypoint({ ...event, requestData: {} }), testEntrypoint({})])
      .then((answers) => console.log('ANSWERS' + JSON.stringify(answers)));`;
  const output = execFileSync(process.execPath, ['-e', script, JSON.stringify({ event: event() })], {
    cwd: folder,
  }).toString();
  expect(JSON.parse(output.slice(output.indexOf('ANSWERS') + 7))).toMatchObject([
    {
      status: 'FAILED',
      errorCode: 'InvalidRequest',
      message: expect.stringMatching(/CREATE, DELETE, LIST, READ, UPDATE/),
    },
    { status: 'FAILED', errorCode: 'InvalidCredentials' },
    { status: 'FAILED', errorCode: 'InvalidRequest' },
  ]);
});

test('what must not ship is found', () => {
  const root = path.resolve(__dirname, '../..');
  const input = { bytesInOutput: 1 };
  const inputs = {
    'src/handlers.ts': input,
    'emulator/server.ts': input,
    'node_modules/uuid/index.js': input,
    'node_modules/@aws-sdk/client-dataexchange/node_modules/uuid/index.js': input,
    'node_modules/aws-sdk/index.js': { bytesInOutput: 0 },
  };
  const metafile = { inputs: {}, outputs: { 'out.js': { bytes: 1, inputs, imports: [], exports: [] } } };
  expect(problemsOf(metafile, root)).toEqual([
    'emulator/server.ts is not part of the product',
    'node_modules/aws-sdk/index.js is AWS SDK v2',
    expect.stringMatching(/^uuid is inside in versions/),
  ]);
});
