import { judge } from '../../compat/compare';

const stock = new Map([
  ['read', { status: 'SUCCESS', message: '' }],
  ['list', { status: 'FAILED', message: 'Error: no', resourceModel: { Id: 'a', Type: 'x' } }],
]);
const ours = new Map([
  ['read', { status: 'SUCCESS' }],
  ['list', { status: 'FAILED', message: 'no', resourceModel: { Id: 'a', Type: 'y' } }],
]);
const wordless = { reason: 'no words', anywhere: { message: { stock: '' } } };
const type = { stock: 'x', ours: 'y' };
const list = {
  reason: 'better words',
  differences: { list: { message: 'other words' as const, 'resourceModel.Type': type } },
};

test('a difference that is listed is accepted', () => {
  expect([...judge(stock, ours, [wordless, list]).wrong]).toEqual([
    ['read', []],
    ['list', []],
  ]);
});

test('a difference that is not listed is named by event and member', () => {
  expect(judge(stock, ours, [wordless]).wrong.get('list')).toEqual([
    'message: stock "Error: no", ours "no"',
    'resourceModel.Type: stock "x", ours "y"',
  ]);
});

test('a listed difference with other values does not count, and is named as one that does not occur', () => {
  const other = { reason: 'other', differences: { list: { 'resourceModel.Type': { stock: 'x', ours: 'z' } } } };
  const message = { reason: 'words', differences: { list: { message: 'other words' as const } } };
  expect(judge(stock, ours, [wordless, message, other]).wrong.get('list')).toEqual([
    'resourceModel.Type: stock "x", ours "y"',
    'resourceModel.Type: differences.json lists a difference that does not occur',
  ]);
});

test('a listed difference that no longer occurs is named, and so is one whose event is gone', () => {
  const gone = {
    reason: 'gone',
    differences: { read: { status: type }, paint: { status: type } },
    anywhere: { nextToken: type },
  };
  const { wrong } = judge(stock, ours, [wordless, list, gone]);
  for (const [event, member] of [
    ['read', 'status'],
    ['paint', 'status'],
    ['any event', 'nextToken'],
  ] as const) {
    expect(wrong.get(event)).toEqual([`${member}: differences.json lists a difference that does not occur`]);
  }
});
