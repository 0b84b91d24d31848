import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { listFiles } from '../../tools/support/files';
import { inRoot } from '../../tools/support/paths';

/** Texts in the documents that a change elsewhere can make wrong. */

function read(file: string): string {
  return readFileSync(inRoot(file), 'utf8');
}

async function documents(): Promise<string[]> {
  const top = (await readdir(inRoot('.'))).filter((file) => file.endsWith('.md'));
  const folders = ['guide', 'decisions', 'examples', 'emulator', 'local', 'contract', 'cdk', 'acceptance', 'bench'];
  const inside = folders
    .filter((folder) => existsSync(inRoot(folder)))
    .map(async (folder) =>
      (await listFiles(inRoot(folder))).filter((file) => file.endsWith('.md')).map((file) => `${folder}/${file}`),
    );
  return [...top, ...(await Promise.all(inside)).flat()].filter((file) => !file.includes('node_modules/'));
}

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(file: string): string[] {
  return [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

test('every link between documents leads to a file, and to a heading in it', async () => {
  const broken: string[] = [];
  for (const file of await documents()) {
    for (const [, target = ''] of read(file).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) {
        continue;
      }
      const [place = '', anchor] = target.split('#');
      const page = place === '' ? file : path.posix.join(path.posix.dirname(file), place);
      const isThere = existsSync(inRoot(page)) && (anchor === undefined || anchorsOf(page).includes(anchor));
      if (!isThere) {
        broken.push(`${file}: ${target}`);
      }
    }
  }
  expect(broken).toEqual([]);
});

test('the guide lists every page', async () => {
  const pages = (await readdir(inRoot('guide'))).filter((file) => file.endsWith('.md') && file !== 'README.md');
  const index = read('guide/README.md');
  expect(pages.filter((page) => !index.includes(`(${page})`))).toEqual([]);
});

test('the handlers say what the guide quotes of them', async () => {
  const sources = (await listFiles(inRoot('src'))).filter((file) => file.endsWith('.ts'));
  const code = withoutInsertions(sources.map((file) => read(`src/${file}`)).join('\n'));
  const guide = read('guide/troubleshoot.md');
  const table = guide.slice(guide.indexOf('## Messages of the handlers'), guide.indexOf('## What to do in some cases'));
  const quotes = [...table.matchAll(/^\| (.*?) \|/gm)].flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)]);
  expect(quotes.length).toBeGreaterThan(20);
  const fragments = quotes.flatMap(([, quote = '']) =>
    withoutInsertions(quote)
      .split(/…|\d+/)
      .map((part) => part.trim()),
  );
  expect(fragments.filter((part) => part.length > 9 && !code.includes(part))).toEqual([]);
});

/** What is inserted into a message becomes an ellipsis. */
function withoutInsertions(text: string): string {
  return text.replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '…').replaceAll("\\'", "'");
}
