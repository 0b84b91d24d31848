import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkFaultScript, OTHER_CALLS } from '../../emulator/faults/fault-schema';
import { ASSUMPTIONS } from '../../emulator/store/assumptions';

const emulator = join(__dirname, '..', '..', 'emulator');
/** The formatter pads tables: one space is as good as many. */
const readme = readFileSync(join(emulator, 'README.md'), 'utf8').replaceAll(/ {2,}/g, ' ');

test.each(Object.entries(ASSUMPTIONS))(
  'the README lists the assumption %s with its default first',
  (name, { default: byDefault, sentence }) => {
    const row = readme.split('\n').find((line) => line.startsWith(`| \`${name}\` |`)) ?? '';
    expect(row).toContain(`| \`${JSON.stringify(byDefault)}\``);
    expect(row).toContain(sentence);
  },
);

test('its fault scripts are valid', () => {
  const scripts = [...readme.matchAll(/```json\n(.*?)```/gs)].map((match) => JSON.parse(match[1]!));
  expect(scripts.length).toBeGreaterThan(0);
  for (const script of scripts) checkFaultScript(script);
});

test('it names every flag and every kind of call', () => {
  const flags = readFileSync(join(emulator, 'command-line.ts'), 'utf8').match(/--[a-z0-9-]+(?= <)/g) ?? [];
  expect(flags.length).toBeGreaterThan(5);
  for (const name of [...flags, ...OTHER_CALLS]) expect(readme).toContain(name);
});
