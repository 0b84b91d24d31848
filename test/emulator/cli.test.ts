import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
const tsx = join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs');

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
  const child = spawn(process.execPath, [tsx, join(root, 'emulator', 'cli.ts'), ...flags], { cwd: folder });
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
    const url = /^listening on (http:\/\/127\.0\.0\.1:\d+)$/m.exec(started.output())?.[1];
    if (url) return url;
    await Promise.race([new Promise((resolve) => started.child.stdout!.once('data', resolve)), started.ended]);
    if (started.child.exitCode !== null) throw new Error(started.errors());
  }
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  'starts, tells where it listens, and ends clean on %s',
  async (signal) => {
    const started = run(
      '--port',
      '0',
      '--buckets',
      'buckets',
      '--state-folder',
      'state',
      '--seed',
      '5',
      '--time-scale',
      '10',
    );
    const url = await listening(started);
    expect(started.output()).toContain('seed 5\n');
    expect((await fetch(`${url}/v1/jobs`)).status).toBe(403);
    expect(readdirSync(join(folder, 'state'))).toHaveLength(1);
    started.child.kill(signal);
    expect(await started.ended).toBe(0);
    expect(readdirSync(join(folder, 'state'))).toEqual([]);
    expect(started.errors()).toBe('');
  },
  20_000,
);

test('everything it refuses is one clear message and exit code 1', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as { port: number };
  writeFileSync(join(folder, 'broken.json'), '{"faults": ');
  writeFileSync(
    join(folder, 'wrong.json'),
    '{"faults": [{"on": "StartJobs", "do": {"error": "ThrottlingException"}}]}',
  );
  const cases: [string[], RegExp][] = [
    [
      ['--port', String(port), '--buckets', 'buckets'],
      new RegExp(`^port ${port} is already in use on 127\\.0\\.0\\.1; choose another with --port.*\\n$`),
    ],
    [['--buckets', 'nowhere'], /^--buckets is "nowhere", which does not exist; make the folder first\n$/],
    [['--port', '0', '--faults', 'absent.json'], /^--faults: cannot read "absent\.json" \(ENOENT\)\n$/],
    [['--port', '0', '--faults', 'broken.json'], /^--faults: "broken\.json" is not JSON: .*\n$/],
    [['--port', '0', '--faults', 'wrong.json'], /faults\[0\]\.on is "StartJobs"; it must be one of .*StartJob/],
    [['--port', 'many'], /option '--port <n>' argument 'many' is invalid\. It must be a whole number from 0 to 65535/],
    [['--time-scale', '0'], /It must be a number above 0/],
    [['--s3-endpoint', 'nonsense'], /^--s3-endpoint is "nonsense"; it must be a URL such as/],
    [['--s3-endpoint', 'http://127.0.0.1:1', '--buckets', 'buckets'], /cannot be used with/],
    [['--unknown'], /unknown option '--unknown'/],
    [['surplus'], /too many arguments/],
  ];
  const runs = await inPairs(cases, async ([flags, message]) => {
    const refused = run(...flags);
    return { flags, message, code: await refused.ended, errors: refused.errors(), output: refused.output() };
  });
  taken.close();
  for (const { flags, message, code, errors, output } of runs) {
    expect([flags, code, output]).toEqual([flags, 1, '']);
    expect(errors).toMatch(message);
    expect(errors).not.toContain('    at ');
  }
  expect(existsSync(join(folder, 'nowhere'))).toBe(false);
}, 60_000);

/** Two at a time: the machine has two cores and each of these starts a compiler. */
async function inPairs<T, R>(items: T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += 2) results.push(...(await Promise.all(items.slice(at, at + 2).map(act))));
  return results;
}
