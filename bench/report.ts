import { readFileSync } from 'node:fs';
import os from 'node:os';
import { inRoot, nodeOf } from '../tools/support/paths';
import { runText } from './functions';

/** The figures as a table: for the terminal and for bench/results.md. */

/** One figure of the three, each as text; a column that does not apply is absent. */
export interface Row {
  readonly what: string;
  readonly ours?: string;
  readonly bare?: string;
  readonly stock?: string;
  /** The figure to hold, and whether it is held. */
  readonly figure?: string;
  readonly held?: boolean;
}

export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** The verdict on a figure that may not be larger. */
export function atMost(value: number, most: number, unit = ''): Required<Pick<Row, 'figure' | 'held'>> {
  return { figure: `≤ ${most} ${unit}`.trimEnd(), held: value <= most };
}

const HEADER = ['', 'ours', 'bare client', 'stock', 'to hold', ''];

function cellsOf({ what, ours = '', bare = '', stock = '', figure = '', held }: Row): string[] {
  const verdict = held ? 'held' : 'MISSED';
  return [what, ours, bare, stock, figure, held === undefined ? '' : verdict];
}

/** Lines of cells in columns: the first to the left, the others to the right. */
function table(lines: readonly (readonly string[])[], between: string): string[] {
  const widths = HEADER.map((_, column) => Math.max(...lines.map((line) => (line[column] as string).length)));
  return lines.map((line) => {
    const cells = line.map((cell, at) =>
      at === 0 ? cell.padEnd(widths[at] as number) : cell.padStart(widths[at] as number),
    );
    return cells.join(between).trimEnd();
  });
}

export function toTheTerminal(sections: readonly Section[]): string {
  const lines = sections.flatMap(({ title, rows }) => [[title, ...HEADER.slice(1)], ...rows.map(cellsOf)]);
  const titles = new Set(sections.map(({ title }) => title));
  return table(lines, '  ')
    .map((line, at) => (titles.has(lines[at]?.[0] as string) ? `\n${line}` : line))
    .join('\n');
}

function versionOf(manifest: string): string {
  return (JSON.parse(readFileSync(inRoot(manifest, 'package.json'), 'utf8')) as { version: string }).version;
}

/** The text of bench/results.md. */
export async function report(sections: readonly Section[], rounds: number): Promise<string> {
  const [cpu] = os.cpus();
  const nodes = await Promise.all(['22', '20'].map((major) => runText(nodeOf(major), '--version')));
  const tables = sections.map(({ title, rows }) => {
    const [header, ...lines] = table([HEADER, ...rows.map(cellsOf)], ' | ').map((line) => `| ${line} |`);
    return [`## ${title}`, '', header, '|---|---:|---:|---:|---:|---:|', ...lines, ''].join('\n');
  });
  return `<!-- Written by make bench; do not edit. -->
# What the handler costs

Measured on ${new Date().toISOString().slice(0, 10)} by \`make bench\`: ${os.cpus().length} × ${cpu?.model.trim() ?? 'unknown processor'},
${(os.totalmem() / 2 ** 30).toFixed(0)} GB, ${os.type()} ${os.release().split('-')[0]}, Node ${nodes.join(' and ')}.

- **ours**: \`dist/handlers.js\` as it ships.
- **bare client**: \`@aws-sdk/client-dataexchange\` ${versionOf('node_modules/@aws-sdk/client-dataexchange')} and five of its commands, bundled by the same esbuild with the
  same settings (minified, \`mainFields: module,main\`), and nothing taken out. No handler that calls the service can do without it.
- **stock**: a type as \`cfn init\` makes it, on the entrypoint of \`cloudformation-cli-typescript-lib\`
  ${versionOf('compat/node_modules/@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib')} and AWS SDK v2 (${versionOf('compat/node_modules/aws-sdk')}), with a READ that calls GetJob.

All three run in processes of their own and take turns, against a service on the same machine, without TLS. Other work on the machine only ever adds time,
so each time is the one that a tenth of ${rounds} cold starts or ${16 * rounds} calls (stock: ${Math.ceil(rounds / 8)}) undercut. The import of ours and of the bare client is
compared pair by pair in processor time, which other work changes least; the multiple is the median. The verdicts are about ours.

${tables.join('\n')}
![Polls, and seconds lost after the end of a job, by the length of the job: ours beside a fixed poll of 10 s](waiting.svg)

The memory after many invocations differs by the heap that V8 has set aside and holds nothing in: it enlarges the young generation, from 2 MB up to
32 MB, for a program that allocates much at a time, and ours allocates about twice as much as the bare call (decisions/0014). What is kept is the last row.

CloudFormation bills a handler operation of a private type by the second beyond the first thirty
([prices](https://aws.amazon.com/cloudformation/pricing/)). It does not say whether the time between two invocations counts, so both are above.
`;
}
