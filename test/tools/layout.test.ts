import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from '../../tools/support/paths';

/** The layout table of CONTRIBUTING.md, held against the imports. */

const ROWS = readFileSync(inRoot('CONTRIBUTING.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, places = '', , imports = '']) => ({
    places: named(places),
    allowed: named(imports),
    everything: imports === 'everything',
  }));

const FILES = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: inRoot('.') })
  .toString()
  .split('\n')
  .filter((file) => file !== '');

/** The code in backticks. */
function named(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string);
}

/** The files of the repository that a TypeScript file imports, as far as the path says, or the package's name. */
function importsOf(file: string): string[] {
  const text = readFileSync(inRoot(file), 'utf8');
  return [...text.matchAll(/(?:from|import\(|require\() ?'(\.[^']*|local-data-exchange)'/g)].map(([, to = '']) =>
    to.startsWith('.') ? path.posix.join(path.posix.dirname(file), to) : 'emulator/index',
  );
}

test.each(ROWS.filter(({ everything }) => !everything))('$places import only $allowed', ({ places, allowed }) => {
  const sources = FILES.filter((file) => /\.c?ts$/.test(file) && places.some((place) => file.startsWith(place)));
  const wrong = sources.flatMap((file) =>
    importsOf(file)
      .filter((to) => ![...places, ...allowed].some((place) => to.startsWith(place.replace(/\.ts$/, ''))))
      .map((to) => `${file} imports ${to}`),
  );
  expect(wrong).toEqual([]);
});

test('every folder of the repository has its row', () => {
  const folders = new Set(FILES.flatMap((file) => (file.includes('/') ? [`${file.split('/')[0]}/`] : [])));
  const places = ROWS.flatMap((row) => row.places);
  const missing = [...folders].filter((folder) => !places.some((place) => place.startsWith(folder)));
  expect(missing.sort()).toEqual(['.ci/', '.github/', 'docs/']);
});
