import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const emulator = join(__dirname, '..', '..', 'emulator');
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], { cwd: emulator })
  .toString()
  .trim()
  .split('\n');

/** The rows of the table under "Layers" in emulator/README.md, from the bottom layer to the top. */
const layers = readFileSync(join(emulator, 'README.md'), 'utf8')
  .split('## Layers')[1]!
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => [...line.split('|')[1]!.matchAll(/`([^`]+)`/g)].map((match) => match[1]!))
  .reverse();

/** The number of a file's layer, 0 at the bottom, -1 for none. @param file relative to emulator/ */
function layerOf(file: string): number {
  return layers.findIndex((layer) =>
    layer.some((part) => (part.endsWith('/') ? file.startsWith(part) : file === part)),
  );
}

/** The files that a file imports, relative to emulator/. */
function importsOf(file: string): string[] {
  const imports = readFileSync(join(emulator, file), 'utf8').matchAll(/(?:from|import\() ?'(\.[^']+)'/g);
  return [...imports].map((match) => `${normalize(join(dirname(file), match[1]!))}.ts`);
}

test('every file of the emulator has a layer, and imports nothing from above it or from outside', () => {
  expect(files.filter((file) => layerOf(file) < 0)).toEqual([]);
  const imports = files.flatMap((file) => importsOf(file).map((target) => ({ file, target })));
  expect(imports.length).toBeGreaterThan(files.length);
  expect(imports.filter(({ target }) => layerOf(target) < 0)).toEqual([]);
  expect(imports.filter(({ file, target }) => layerOf(target) > layerOf(file))).toEqual([]);
});
