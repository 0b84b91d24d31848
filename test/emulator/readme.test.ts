import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkFaultScript, OTHER_CALLS } from '../../emulator/faults/fault-schema';
import { ASSUMPTIONS } from '../../emulator/store/assumptions';

const emulator = join(__dirname, '..', '..', 'emulator');
const readme = readFileSync(join(emulator, 'README.md'), 'utf8');

test('the README has the table of assumptions: of a choice every value, of a number or a map the default', () => {
  const rows = Object.entries(ASSUMPTIONS).map(([name, assumption]) => {
    const values = 'enum' in assumption.schema ? assumption.values : [assumption.default];
    const shown = values.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
    return `| \`${name}\` | ${shown} | ${assumption.sentence} |`;
  });
  expect(readme).toContain(`\n${rows.join('\n')}\n\n`);
});

test('every assumption has the default among its values, and another value to try', () => {
  for (const [name, assumption] of Object.entries(ASSUMPTIONS)) {
    expect([name, assumption.values[0]]).toEqual([name, assumption.default]);
    expect([name, new Set(assumption.values.map((value) => JSON.stringify(value))).size > 1]).toEqual([name, true]);
    for (const value of assumption.values) {
      checkFaultScript({ assumptions: { [name]: value } });
    }
  }
});

test('the fault scripts in the README are valid', () => {
  const scripts = [...readme.matchAll(/```json\n(.*?)```/gs)].map((match) => JSON.parse(match[1]!));
  expect(scripts.length).toBeGreaterThan(0);
  for (const script of scripts) {
    checkFaultScript(script);
  }
});

test('the README names every flag and every kind of call', () => {
  const flags = readFileSync(join(emulator, 'command-line.ts'), 'utf8').match(/--[a-z0-9-]+(?= <)/g) ?? [];
  expect(flags.length).toBeGreaterThan(5);
  for (const name of [...flags, ...OTHER_CALLS]) {
    expect(readme).toContain(name);
  }
});
