import Ajv from 'ajv';
import { ASSUMPTIONS, type Assumption } from '../emulator/store/assumptions';
import type { Report, Row } from './report';

/** `make acceptance-apply`: the verdicts of a result become the evidence of the emulator's table. Behaviour stays. */

/** So much of a row's evidence is kept, characters. */
const LONGEST_EVIDENCE = 240;
/** What precedes the evidence that was there before, and shows where an earlier result ends. */
const FORMERLY = '; before: ';
const BY_A_RUN = ' by make acceptance (';

export interface Applied {
  /** The new texts of `emulator/store/assumptions.ts` and `emulator/README.md`. */
  readonly source: string;
  readonly readme: string;
  /** What a person has to do and know, one line each. */
  readonly lines: readonly string[];
}

/** @param result parsed JSON @throws Error that names everything that is wrong with the result */
export function applyResult(result: unknown, source: string, readme: string): Applied {
  const report = checkReport(result);
  const texts = { source, readme };
  const lines: string[] = [];
  for (const row of report.assumptions) {
    if (row.verdict !== 'confirmed' && row.verdict !== 'refuted') {
      continue;
    }
    const assumption = assumptionOf(row.name);
    if (row.verdict === 'refuted') {
      const [from, to] = [JSON.stringify(row.default), JSON.stringify(row.seen)];
      lines.push(
        assumption
          ? `change the default of ${row.name} from ${from} to ${to} in emulator/store/assumptions.ts`
          : `${row.name} has no switch: the local Data Exchange does ${from}, the service ${to} (${shorten(row.evidence)})`,
      );
    }
    if (assumption) {
      const evidence = evidenceOf(row, report, assumption.evidence);
      texts.source = replaceInSource(texts.source, row.name, assumption.evidence, evidence);
      texts.readme = replaceInReadme(texts.readme, row.name, assumption.evidence, evidence);
    }
  }
  return { ...texts, lines };
}

function assumptionOf(name: string): Assumption<unknown> | undefined {
  return (ASSUMPTIONS as Readonly<Record<string, Assumption<unknown>>>)[name];
}

function evidenceOf({ verdict, seen, evidence }: Row, { region, date }: Report, known: string): string {
  const before = known.includes(BY_A_RUN) ? known.split(FORMERLY).slice(1).join(FORMERLY) : known;
  const what = verdict === 'refuted' ? `${JSON.stringify(seen)}: ` : '';
  // Neither a cell of a table nor a text of the source takes everything.
  const text = shorten(evidence).replaceAll('|', '/').replace(/\s+/g, ' ');
  return `${verdict}${BY_A_RUN}${region}, ${date}): ${what}${text}${before ? FORMERLY + before : ''}`;
}

function shorten(text: string): string {
  return text.length > LONGEST_EVIDENCE ? `${text.slice(0, LONGEST_EVIDENCE)}…` : text;
}

/** The evidence is the last text of the assumption's entry. */
function replaceInSource(source: string, name: string, from: string, to: string): string {
  const begin = source.indexOf(`\n  ${name}: `, source.indexOf('export const ASSUMPTIONS'));
  const rest = source.slice(begin + 1).search(/\n {2}\w+: |\n} as const/);
  const end = begin + 1 + rest;
  const entry = source.slice(begin, end);
  const at = Math.max(entry.lastIndexOf(literal(from, "'")), entry.lastIndexOf(literal(from, '"')));
  if (begin < 0 || rest < 0 || at < 0) {
    throw new Error(`emulator/store/assumptions.ts: the evidence of ${name} is not found`);
  }
  const old = literal(from, entry[at] as "'" | '"');
  return (
    source.slice(0, begin) + entry.slice(0, at) + literal(to, "'") + entry.slice(at + old.length) + source.slice(end)
  );
}

function literal(text: string, quote: "'" | '"'): string {
  return `${quote}${text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`)}${quote}`;
}

function replaceInReadme(readme: string, name: string, from: string, to: string): string {
  const lines = readme.split('\n');
  const at = lines.findIndex((line) => line.startsWith(`| \`${name}\` |`) && line.endsWith(`| ${from} |`));
  if (at < 0) {
    throw new Error(`emulator/README.md: the row of ${name} is not found`);
  }
  lines[at] = `${lines[at]!.slice(0, -`${from} |`.length)}${to} |`;
  return lines.join('\n');
}

const ROW = {
  type: 'object',
  required: ['name', 'default', 'seen', 'verdict', 'evidence'],
  properties: {
    name: { type: 'string' },
    verdict: { enum: ['confirmed', 'refuted', 'undecided', 'skipped'] },
    evidence: { type: 'string' },
  },
};
const REPORT = {
  type: 'object',
  required: ['region', 'date', 'assumptions'],
  properties: {
    region: { type: 'string', pattern: '^[a-z0-9-]{1,32}$' },
    date: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
    assumptions: { type: 'array', items: ROW },
  },
};

function checkReport(result: unknown): Report {
  const ajv = new Ajv({ allErrors: true, strict: false });
  const hasForm = ajv.compile(REPORT);
  if (!hasForm(result)) {
    const problems = hasForm.errors?.map(({ instancePath, message }) => `${instancePath || 'the result'} ${message}`);
    throw new Error(`this is no result of make acceptance: ${problems?.join('; ')}`);
  }
  const report = result as unknown as Report;
  const wrong = report.assumptions.filter(({ name, verdict, seen }) => {
    const assumption = assumptionOf(name);
    return assumption && verdict === 'refuted' && !ajv.validate(assumption.schema, seen);
  });
  if (wrong.length > 0) {
    const values = wrong.map(({ name, seen }) => `${name}: ${JSON.stringify(seen)}`).join('; ');
    throw new Error(`these are no values of the emulator's table: ${values}`);
  }
  return report;
}
