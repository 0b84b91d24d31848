import { readFileSync } from 'node:fs';
import { applyResult } from '../../acceptance/apply';
import { markdownOf, type Report, type Row } from '../../acceptance/report';
import { ASSUMPTIONS } from '../../emulator/store/assumptions';
import { inRoot } from '../../tools/support/paths';

/** What becomes of a result. */

const SOURCE = readFileSync(inRoot('emulator', 'store', 'assumptions.ts'), 'utf8');
const README = readFileSync(inRoot('emulator', 'README.md'), 'utf8');

function reportWith(...assumptions: Row[]): Report {
  return { account: '123456789012', region: 'eu-west-1', date: '2026-12-01', assumptions };
}

const REFUTED: Row = {
  name: 'overQuota',
  default: '402',
  seen: '409',
  verdict: 'refuted',
  evidence: "409 ConflictException: You can't | start more",
};

test('a verdict becomes the evidence in the source and in the README, and a default is listed, not changed', () => {
  const { source, readme, lines } = applyResult(reportWith(REFUTED), SOURCE, README);
  const verdict =
    'refuted by make acceptance (eu-west-1, 2026-12-01): "409": 409 ConflictException: You can\'t / start more';
  const evidence = `${verdict}; before: ${ASSUMPTIONS.overQuota.evidence}`;
  expect(source).toContain(`'${evidence.replaceAll("'", "\\'")}'`);
  expect(readme.split('\n').find((line) => line.startsWith('| `overQuota`'))).toContain(`| ${evidence} |`);
  expect(source.replace(`'${evidence.replaceAll("'", "\\'")}'`, `'${ASSUMPTIONS.overQuota.evidence}'`)).toBe(SOURCE);
  expect(lines).toEqual(['change the default of overQuota from "402" to "409" in emulator/store/assumptions.ts']);
});

test('every assumption can be written, whatever its evidence is', () => {
  const rows = Object.entries(ASSUMPTIONS).map(
    ([name, assumption]): Row => ({
      name,
      default: assumption.default as Row['default'],
      seen: assumption.default as Row['default'],
      verdict: 'confirmed',
      evidence: 'seen',
    }),
  );
  const { source, readme, lines } = applyResult(reportWith(...rows), SOURCE, README);
  expect(source.match(/confirmed by make acceptance \(eu-west-1, 2026-12-01\): seen; before: /g)).toHaveLength(
    rows.length,
  );
  expect(readme.match(/confirmed by make acceptance \(eu-west-1, 2026-12-01\): seen; before: /g)).toHaveLength(
    rows.length,
  );
  expect(lines).toEqual([]);
});

test('what is undecided or skipped changes nothing; a refuted guess without a switch is listed', () => {
  const undecided: Row = { ...REFUTED, verdict: 'undecided', seen: null };
  const guess: Row = {
    ...REFUTED,
    name: 'secondStart',
    default: '409 ConflictException',
    seen: 'accepted',
    evidence: 'yes',
  };
  const { source, readme, lines } = applyResult(reportWith(undecided, guess), SOURCE, README);
  expect([source === SOURCE, readme === README]).toEqual([true, true]);
  expect(lines).toEqual([
    'secondStart has no switch: the local Data Exchange does "409 ConflictException", the service "accepted" (yes)',
  ]);
});

test.each<[unknown, string]>([
  [[], 'this is no result of make acceptance: the result must be object'],
  [{ region: 'x', date: 'today' }, "must have required property 'assumptions'; /date must match pattern"],
  [reportWith({ ...REFUTED, seen: '418' }), 'these are no values of the emulator\'s table: overQuota: "418"'],
])('a result that is none is refused: %j', (result, message) => {
  expect(() => applyResult(result, SOURCE, README)).toThrow(message);
});

test('the table for others has no account in it', () => {
  const table = markdownOf(reportWith(REFUTED));
  expect(table).not.toContain('123456789012');
  expect(table).toContain(
    '| `overQuota` | `"402"` | `"409"` | refuted | 409 ConflictException: You can\'t \\| start more |',
  );
});
