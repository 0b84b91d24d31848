import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { inTemporaryFolder } from '../../tools/support/files';
import { inRoot } from '../../tools/support/paths';
import { run } from '../../tools/support/processes';
import { type Entry, scriptOf } from './script';

/** How documents become scripts, and how a script says what failed. */

function documentOf(...lines: readonly string[]): string {
  return ['# Title', '', ...lines].join('\n');
}

async function follow(text: string, entries: readonly Entry[] = []): Promise<string> {
  const script = scriptOf({ file: 'a.md', before: ['before=1'], entries }, text);
  return inTemporaryFolder(async (folder) => {
    writeFileSync(path.join(folder, 'script.sh'), script);
    const env = { DOCUMENT: 'a.md', BASH_ENV: inRoot('test', 'documents', 'session.sh') };
    return (await run('bash', ['script.sh'], { cwd: folder, env })).stdout;
  });
}

test('commands, programs and files of a document share one shell', async () => {
  const text = documentOf(
    '```sh',
    'export WORD=hello   # a comment',
    'echo $before \\',
    '  $WORD',
    '```',
    '1. a list',
    '',
    '   ```python',
    '   import os',
    '   if True:',
    '       print(os.environ["WORD"])',
    '   ```',
    '```yaml',
    'not: run',
    '```',
    '<!-- file: a.json -->',
    '```json',
    '{"a": "$WORD"}',
    '```',
    '```sh',
    'cat a.json',
    '```',
  );
  expect(await follow(text)).toBe('1 hello\nhello\n{"a": "$WORD"}');
});

test.each([
  ['a pipeline', 'ls /nowhere | cat', [], 'a.md:6: failed with exit code 2: ls /nowhere | cat'],
  ['a server that ends', 'false', [{ command: 'false', ready: 'x' }], 'a.md:6: failed with exit code 1: server'],
])('%s that fails is named with its line, and nothing after it is run', async (_title, command, entries, message) => {
  const text = documentOf('```sh', 'echo one \\', '  two', command, 'echo three', '```');
  const failure = await follow(text, entries).catch((error: Error) => error.message);
  expect(failure).toContain(message);
  expect(failure).toContain('one two');
  expect(failure).not.toContain('three');
});

test('entries skip commands, replace their texts, and wait for servers, which end with the session', async () => {
  const text = documentOf(
    '```sh',
    "node -e '",
    "  throw 1'",
    'npx server --port 4570 &',
    'echo $!',
    'kill -0 $!',
    '```',
  );
  const pid = await follow(text, [
    { command: 'throw 1', skip: 'it fails' },
    {
      command: 'npx server',
      ready: 'ready',
      replace: { 'npx server': 'sleep 0.2; echo ready; exec sleep 60 #', 4570: '1' },
    },
  ]);
  expect(() => process.kill(Number(pid.split('\n').at(-1)), 0)).toThrow('ESRCH');
});

test.each([
  [
    'an entry without a command',
    ['```sh', 'ls', '```'],
    [{ command: 'rm', skip: 'x' }],
    'no command of a.md contains: rm',
  ],
  [
    'a replacement without its text',
    ['```sh', 'ls', '```'],
    [{ command: 'ls', replace: { a: 'b' } }],
    '"a" is not in the command: ls',
  ],
  ['indented code', ['    ls'], [], 'a.md:3 is indented code'],
])('%s is refused', (_title, lines, entries: readonly Entry[], message) => {
  expect(() => scriptOf({ file: 'a.md', entries }, documentOf(...lines))).toThrow(message);
});
