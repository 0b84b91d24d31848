import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startEmulator } from 'local-data-exchange';
import type { Buckets } from '../../emulator/buckets/buckets';
import { readCommandLine, UsageError } from '../../emulator/command-line';

const root = join(__dirname, '..', '..');
/** In the emulator's own process: the command of tsx starts another, and on a busy machine ends without it. */
const tsx = pathToFileURL(require.resolve('tsx')).href;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'emulator-cli-'));
  mkdirSync(join(folder, 'buckets'));
  mkdirSync(join(folder, 'state'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Run {
  child: ChildProcess;
  output(): string;
  errors(): string;
  ended: Promise<number | null>;
}

function run(...flags: string[]): Run {
  const child = spawn(process.execPath, ['--import', tsx, join(root, 'emulator', 'cli.ts'), ...flags], {
    cwd: folder,
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  return { child, output: () => output, errors: () => errors, ended };
}

async function listening(started: Run): Promise<string> {
  for (;;) {
    const url = /^listening on (http:\S+:\d+)$/m.exec(started.output())?.[1];
    if (url) {
      return url;
    }
    await Promise.race([new Promise((resolve) => started.child.stdout!.once('data', resolve)), started.ended]);
    if (started.child.exitCode !== null) {
      throw new Error(started.errors());
    }
  }
}

test('starts, prints its address, does not share its port, and removes its state on Ctrl-C', async () => {
  const flags = '--port 0 --buckets buckets --state-folder state --seed 5 --time-scale 10';
  const started = run(...flags.split(' '));
  const url = await listening(started);
  expect(started.output()).toContain(`seed 5\npage ${url}/_emulator/\n`);
  expect((await fetch(`${url}/v1/jobs`)).status).toBe(403);
  expect(readdirSync(join(folder, 'state'))).toHaveLength(1);

  const { port } = new URL(url);
  const second = run('--port', port, '--buckets', 'buckets');
  expect(await second.ended).toBe(1);
  expect(second.errors()).toMatch(
    new RegExp(`^port ${port} is already in use on 127\\.0\\.0\\.1; choose another with --port.*\n$`),
  );
  expect(second.output()).toBe('');

  started.child.kill('SIGINT');
  expect(await started.ended).toBe(0);
  expect(readdirSync(join(folder, 'state'))).toEqual([]);
  expect(started.errors()).toBe('');
}, 30_000);

test('listens on another address with a warning', async () => {
  const started = run('--host', '0.0.0.0', '--port', '0', '--buckets', 'buckets');
  const url = await listening(started);
  expect(new URL(url).hostname).toBe('0.0.0.0');
  expect(started.errors()).toBe('warning: anyone who reaches 0.0.0.0 can use this service and its buckets\n');
  expect((await fetch(`http://127.0.0.1:${new URL(url).port}/v1/jobs`)).status).toBe(403);
  started.child.kill('SIGTERM');
  expect(await started.ended).toBe(0);
}, 30_000);

test('startEmulator refuses an address that is not of this machine', async () => {
  await expect(startEmulator({ host: '192.0.2.1' })).rejects.toThrow(
    '192.0.2.1 is not an address of this machine (EADDRNOTAVAIL); choose another with --host',
  );
});

test('startEmulator refuses a port in use, and removes its state', async () => {
  const stateFolder = join(folder, 'state');
  const first = await startEmulator({ stateFolder });
  const { port } = first;
  await expect(startEmulator({ port, stateFolder })).rejects.toThrow(`port ${port} is already in use on 127.0.0.1`);
  expect(readdirSync(stateFolder)).toHaveLength(1);
  await first.stop();
  await first.stop();
  expect(readdirSync(stateFolder)).toEqual([]);
});

describe('the command line', () => {
  const back = process.cwd();
  beforeAll(() => {
    process.chdir(folder);
    writeFileSync('broken.json', '{"faults": ');
    writeFileSync('wrong.json', '{"faults": [{"on": "StartJobs", "do": {"error": "ThrottlingException"}}]}');
    writeFileSync('right.json', '{"assumptions": {"overQuota": "429"}}');
  });
  afterAll(() => process.chdir(back));

  /** The message with which the command line is refused. */
  async function refused(...flags: string[]): Promise<string> {
    let said = '';
    const error = await readCommandLine(flags, (text) => {
      said += text;
    }).then(
      () => new Error('It was not refused.'),
      (why: Error) => why,
    );
    return error instanceof UsageError ? error.message : said;
  }

  test.each<[string[], RegExp]>([
    [['--buckets', 'nowhere'], /^--buckets is "nowhere", which does not exist; make the folder first$/],
    [['--buckets', 'broken.json'], /^--buckets is "broken\.json", which is not a folder$/],
    [['--faults', 'absent.json'], /^--faults: cannot read "absent\.json" \(ENOENT\)$/],
    [['--faults', 'broken.json'], /^--faults: "broken\.json" is not JSON: /],
    [['--faults', 'wrong.json'], /faults\[0\]\.on is "StartJobs"; it must be one of .*StartJob/],
    [['--port', 'many'], /option '--port <n>' argument 'many' is invalid\. It must be a whole number from 0 to 65535/],
    [['--port', '65536'], /It must be a whole number from 0 to 65535/],
    [['--time-scale', '0'], /It must be a number above 0/],
    [['--job-seconds', '-1'], /It must be a number of seconds, 0 or more, or the word live/],
    [['--s3-endpoint', 'nonsense'], /^--s3-endpoint is "nonsense"; it must be a URL such as/],
    [['--s3-endpoint', 'http://127.0.0.1:1', '--buckets', 'buckets'], /cannot be used with/],
    [['--host'], /option '--host <address>' argument missing/],
    [['--unknown'], /unknown option '--unknown'/],
    [['surplus'], /too many arguments/],
  ])('%j is refused with a message that says what would be right', async (flags, message) => {
    expect(await refused(...flags)).toMatch(message);
    expect(existsSync('nowhere')).toBe(false);
  });

  test('becomes the options of startEmulator', async () => {
    const quiet = () => undefined;
    const given = await readCommandLine(
      ['--port', '0', '--buckets', 'buckets', '--job-seconds', '0.5', '--seed', '9', '--faults', 'right.json'],
      quiet,
    );
    expect(given).toMatchObject({ port: 0, jobSeconds: 0.5, seed: 9, faults: { assumptions: { overQuota: '429' } } });
    expect((given.buckets as Buckets).description).toBe(`folders in ${join(process.cwd(), 'buckets')}`);
    const s3 = await readCommandLine(['--s3-endpoint', 'http://127.0.0.1:4566'], quiet);
    expect((s3.buckets as Buckets).description).toBe('the S3 endpoint http://127.0.0.1:4566');
    expect(await readCommandLine(['--job-seconds', 'live'], quiet)).toMatchObject({ jobSeconds: 'live' });
    const none = await readCommandLine([], quiet);
    expect(none).toMatchObject({ host: '127.0.0.1', port: 4570 });
    expect(await readCommandLine(['--host', '::1'], quiet)).toMatchObject({ host: '::1' });
    expect(existsSync('.local/buckets')).toBe(true);
  });
});
