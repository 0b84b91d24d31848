import { readFileSync } from 'node:fs';
import { HANDLERS, permissionsOf } from '../../src/job/rights';
import { inRoot } from '../../tools/support/paths';

/** What each handler calls is held to its permissions after every test of the whole handler (test/support/world.ts). */
test('the service module makes no call that the rights do not allow', () => {
  const source = readFileSync(inRoot('src', 'service', 'data-exchange.ts'), 'utf8');
  const calls = [...source.matchAll(/new (\w+)Command\(/g)].map(([, command]) => `dataexchange:${command}`);
  const allowed = HANDLERS.flatMap(permissionsOf);
  expect(calls).not.toHaveLength(0);
  expect(calls.filter((call) => !allowed.includes(call))).toEqual([]);
});

test.each([
  // UpdateRevision publishes a finalised revision of a data set that is in a product or has grants.
  ['create', ['dataexchange:PublishDataSet', 'dataexchange:PublishToDataGrant']],
  ['update', ['dataexchange:PublishDataSet', 'dataexchange:PublishToDataGrant']],
  ['delete', []],
] as const)('%s may publish: %j', (handler, expected) => {
  expect(permissionsOf(handler).filter((action) => action.includes(':Publish'))).toEqual(expected);
});

test('read, delete and list start no job, so the service does nothing on their behalf', () => {
  const others = (['read', 'delete', 'list'] as const).flatMap(permissionsOf);
  expect(others.filter((action) => !action.startsWith('dataexchange:'))).toEqual([]);
});
