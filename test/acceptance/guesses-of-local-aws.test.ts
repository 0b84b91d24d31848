import { readFileSync } from 'node:fs';
import { PROBES } from '../../acceptance/probes';
import { GUESSES_OF_LOCAL_AWS } from '../../acceptance/registry/guesses';
import { REGISTRY_PROBES } from '../../acceptance/registry/probes';
import { inRoot } from '../../tools/support/paths';

const text = readFileSync(inRoot('local', 'README.md'), 'utf8');
const [, section = ''] = /## What is our guess\n([\s\S]*?)\n## /.exec(text) ?? [];
const lines = section.split(/^- /m).slice(1);

test('each guess of local AWS has its probes', () => {
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.filter((line) => !GUESSES_OF_LOCAL_AWS.some((guess) => line.startsWith(guess.line)))).toEqual([]);
  expect(GUESSES_OF_LOCAL_AWS.filter((guess) => !lines.some((line) => line.startsWith(guess.line)))).toEqual([]);
});

test('the probes that they name exist', () => {
  const known = REGISTRY_PROBES.map(({ name }) => name);
  const named = GUESSES_OF_LOCAL_AWS.flatMap(({ probes = [] }) => probes);
  expect(named.filter((name) => !known.includes(name))).toEqual([]);
});

test('no two probes of all have the same name', () => {
  const names = PROBES.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
