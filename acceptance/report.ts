import type { Value } from './probe';

export type Verdict = 'confirmed' | 'refuted' | 'undecided' | 'skipped';

/** One row of the report. */
export interface Row {
  /** As in the emulator's table, or the probe's own. */
  readonly name: string;
  readonly default: Value;
  /** A value of the emulator's table; null unless the verdict is confirmed or refuted. */
  readonly seen: Value | null;
  readonly verdict: Verdict;
  readonly evidence: string;
}

/** What a run found, as it is written to `acceptance/results/DATE-REGION.json`. */
export interface Report {
  readonly account: string;
  readonly region: string;
  /** `2026-11-25`, UTC. */
  readonly date: string;
  readonly assumptions: readonly Row[];
}

/** The same as a table, without the account: to be sent to others. */
export function markdownOf(report: Report): string {
  const counts = (['confirmed', 'refuted', 'undecided', 'skipped'] as const).map(
    (verdict) => `${report.assumptions.filter((row) => row.verdict === verdict).length} ${verdict}`,
  );
  return [
    `# Acceptance, ${report.region}, ${report.date}`,
    '',
    `${counts.join(', ')}.`,
    '',
    '| Name | Default | Seen | Verdict | Evidence |',
    '|---|---|---|---|---|',
    ...report.assumptions.map(
      ({ name, default: guess, seen, verdict, evidence }) =>
        `| \`${name}\` | ${code(guess)} | ${seen === null ? '' : code(seen)} | ${verdict} | ${cell(evidence)} |`,
    ),
    '',
  ].join('\n');
}

function code(value: Value): string {
  return `\`${cell(JSON.stringify(value))}\``;
}

/** Text in a cell of a table. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ');
}
