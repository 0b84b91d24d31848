import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { inTemporaryFolder } from '../../tools/support/files';
import { inRoot, ROOT } from '../../tools/support/paths';
import { run } from '../../tools/support/processes';
import { DOCUMENTS } from './documents';
import { scriptOf } from './script';

/** Follows each document in a copy of the checkout that holds nothing else: every command, in order, in one shell. */

jest.setTimeout(600_000);

const FILES = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: ROOT })
  .toString()
  .trim()
  .split('\n')
  .filter((file) => existsSync(inRoot(file)));

/** In the copy, tools/setup links what the checkout has prepared, and only what it is asked for. */
const SETUP = `#!/usr/bin/env bash
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p .venv
for name; do
  case $name in
    node) place=node_modules ;;
    compat) place=compat/node_modules ;;
    node-versions) place=requirements/node-versions/node_modules ;;
    *) place=.venv/$name ;;
  esac
  [ -e "$place" ] || ln -s "${ROOT}/$place" "$place"
done
`;

function copyCheckout(folder: string): void {
  for (const file of FILES) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    cpSync(inRoot(file), path.join(folder, file));
  }
  writeFileSync(path.join(folder, 'tools', 'setup'), SETUP);
  chmodSync(path.join(folder, 'tools', 'setup'), 0o755);
}

/** The environment of a newcomer: no tools of ours, no credentials, no settings. Servers take free ports. */
function environmentIn(home: string): Record<string, string | undefined> {
  const ours = Object.keys(process.env).filter((name) => /^(AWS_|SAM_|npm_|NODE_|JEST_|PYTHON|VIRTUAL_ENV)/.test(name));
  return {
    ...Object.fromEntries(ours.map((name) => [name, undefined])),
    HOME: home,
    PATH: [path.dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(path.delimiter),
    LOCAL_AWS_PORT: '0',
    LOCAL_DATAEXCHANGE_PORT: '0',
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test('every document that has commands is followed', () => {
  const documents = FILES.filter((file) => /(^|\/)(README|CONTRIBUTING)\.md$|^guide\/.*\.md$/.test(file));
  const withCommands = documents.filter((file) => /^ *```(sh|python)$/m.test(readFileSync(inRoot(file), 'utf8')));
  expect(DOCUMENTS.map(({ file }) => file).sort()).toEqual(withCommands.sort());
});

test.concurrent.each(DOCUMENTS)('$file can be followed from its first command to its last', async (document) => {
  const script = scriptOf(document, readFileSync(inRoot(document.file), 'utf8'));
  await inTemporaryFolder(async (folder) => {
    const copy = path.join(folder, 'clone');
    copyCheckout(copy);
    const file = path.join(folder, 'script.sh');
    writeFileSync(file, script);
    const env = {
      ...environmentIn(folder),
      DOCUMENT: document.file,
      PORT: String(await freePort()),
      BASH_ENV: inRoot('test', 'documents', 'session.sh'),
    };
    await run('bash', [file], { cwd: copy, env });
  });
});
