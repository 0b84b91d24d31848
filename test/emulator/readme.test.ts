import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteRevisionCommand } from '@aws-sdk/client-dataexchange';
import { checkFaultScript, OTHER_CALLS } from '../../emulator/faults/fault-schema';
import { ASSUMPTIONS } from '../../emulator/store/assumptions';
import { errorOf, openLocal } from './support';

const emulator = join(__dirname, '..', '..', 'emulator');
const readme = readFileSync(join(emulator, 'README.md'), 'utf8');

test('the README has the table of assumptions: of a choice every value, of a number or a map the default', () => {
  const rows = Object.entries(ASSUMPTIONS).map(([name, assumption]) => {
    const values = 'enum' in assumption.schema ? assumption.values : [assumption.default];
    const shown = values.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
    return `| \`${name}\` | ${shown} | ${assumption.sentence} | ${assumption.evidence} |`;
  });
  expect(readme).toContain(`\n${rows.join('\n')}\n\n`);
});

test('every assumption has its default, another value to try, and a verdict of the evidence', () => {
  for (const [name, assumption] of Object.entries(ASSUMPTIONS)) {
    expect([name, assumption.values[0]]).toEqual([name, assumption.default]);
    expect([name, assumption.evidence]).toEqual([name, expect.stringMatching(/^(confirmed|refuted|open)\b/)]);
    expect([name, new Set(assumption.values.map((value) => JSON.stringify(value))).size > 1]).toEqual([name, true]);
    for (const value of assumption.values) {
      checkFaultScript({ assumptions: { [name]: value } });
    }
  }
});

test('the fault scripts in the README are valid, and conflicts at DeleteRevision pass', async () => {
  const scripts = [...readme.matchAll(/```json\n(.*?)```/gs)].map((match) => checkFaultScript(JSON.parse(match[1]!)));
  const conflicts = scripts.find(({ faults = [] }) => faults.some(({ name }) => name === 'transient conflict'));
  const local = await openLocal({ faults: conflicts! });
  try {
    const { dataSetId, revisionId } = await local.revisionWith(['a.txt']);
    const remove = new DeleteRevisionCommand({ DataSetId: dataSetId, RevisionId: revisionId });
    for (let refused = 0; refused < 2; refused += 1) {
      expect(await errorOf(local.client.send(remove))).toMatchObject({ name: 'ConflictException', status: 409 });
    }
    await local.client.send(remove);
  } finally {
    await local.close();
  }
});

test('the README names every flag and every kind of call', () => {
  const flags = readFileSync(join(emulator, 'command-line.ts'), 'utf8').match(/--[a-z0-9-]+(?= <)/g) ?? [];
  expect(flags.length).toBeGreaterThan(5);
  for (const name of [...flags, ...OTHER_CALLS]) {
    expect(readme).toContain(name);
  }
});
