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

test('what is listed, and nothing more, is right', () => {
  expect([...judge(stock, ours, [wordless, list]).wrong]).toEqual([
    ['read', []],
    ['list', []],
  ]);
});

test('an unlisted difference is named by event and member', () => {
  expect(judge(stock, ours, [wordless]).wrong.get('list')).toEqual([
    'message: stock "Error: no", ours "no"',
    'resourceModel.Type: stock "x", ours "y"',
  ]);
});

test('a listed difference of another value is none of the list, and does not occur', () => {
  const other = { reason: 'other', differences: { list: { 'resourceModel.Type': { stock: 'x', ours: 'z' } } } };
  const message = { reason: 'words', differences: { list: { message: 'other words' as const } } };
  expect(judge(stock, ours, [wordless, message, other]).wrong.get('list')).toEqual([
    'resourceModel.Type: stock "x", ours "y"',
    'resourceModel.Type: differences.json lists a difference that does not occur',
  ]);
});

test('a listed difference that has gone is named, also if its event has', () => {
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
