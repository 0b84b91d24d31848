import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMON_PROPERTIES, JOB_TYPE_NAMES, JOB_TYPES, ownProperties } from '../../src/job/job-types';
import { pointers } from './schema';

/** The README has to be complete. */
const README = readFileSync(join(__dirname, '..', '..', 'README.md'), 'utf8');

/** Below the table, once for all types. */
const NOT_IN_THE_TABLE = [
  'DataSetId',
  'RevisionComment',
  'RevisionTags',
  'FinalizeRevision',
  'RevokeOnDelete',
  'RevocationComment',
];

test.each(JOB_TYPE_NAMES)('the README has a row for %s with its properties', (name) => {
  const row = README.split('\n').find((line) => line.startsWith(`| ${name} |`)) ?? '';
  const type = JOB_TYPES[name];
  const named = ownProperties(type).filter((property) => !NOT_IN_THE_TABLE.includes(property));
  const ownRevision = 'ownRevision' in type ? ['RevisionId'] : [];
  expect(named.filter((property) => !ownRevision.includes(property) && !row.includes(property))).toEqual([]);
  expect(row.includes('*revision*')).toBe(ownRevision.length > 0);
});

test('the README names what every type has', () => {
  expect([...COMMON_PROPERTIES, ...NOT_IN_THE_TABLE].filter((property) => !README.includes(`\`${property}\``))).toEqual(
    [],
  );
});

test('the README names every attribute', () => {
  const attributes = pointers('readOnlyProperties').map((pointer) => pointer.slice('/properties/'.length));
  expect(attributes.filter((name) => !README.includes(`\`${name}\``))).toEqual([]);
});
