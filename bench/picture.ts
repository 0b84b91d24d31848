import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { fixedPoll, lengths, oneCreate } from './waiting';

/**
 * The picture of the report: how often a create looks at its job, and how long after its end it notices at most, by the
 * length of the job. Drawn by the simulation, so every run draws the same.
 */

const SECOND = 1_000;
const FIXED_POLL_MS = 10 * SECOND;
/** Jobs are of about the same length within this factor: what one of them loses depends on where a look happens to fall. */
const ALIKE = 1.25;
const PANEL = { width: 460, height: 300 };

const OURS = 'ours';
const FIXED = 'every 10 s';
/** Readable on white and on black. */
const COLOURS = { domain: [OURS, FIXED], range: ['#1f83d6', '#d9730d'] };

const TICKS: ReadonlyMap<number, string> = new Map([
  [10, '10 s'],
  [60, '1 min'],
  [600, '10 min'],
  [3_600, '1 h'],
  [36_000, '10 h'],
]);

interface Point {
  readonly who: string;
  readonly seconds: number;
  readonly polls: number;
  readonly lost: number;
}

/** The text of bench/waiting.svg. */
export async function picture(): Promise<string> {
  const points: Point[] = [];
  for (const lengthMs of lengths(1.03)) {
    for (const [who, { polls, lostMs }] of [
      [OURS, await oneCreate(lengthMs)],
      [FIXED, fixedPoll(lengthMs, FIXED_POLL_MS)],
    ] as const) {
      points.push({ who, seconds: lengthMs / SECOND, polls, lost: lostMs / SECOND });
    }
  }
  const most = points.map((point) => {
    const alike = points.filter(
      ({ who, seconds }) => who === point.who && seconds < point.seconds * ALIKE && point.seconds < seconds * ALIKE,
    );
    return { ...point, lost: Math.max(...alike.map(({ lost }) => lost)) };
  });
  const panels = [
    panel(points, 'polls', 'polls until the create ends', 'log'),
    panel(most, 'lost', 'seconds lost after the end of the job, at most', 'linear'),
  ];
  const [width, height] = [2 * PANEL.width, PANEL.height];
  const style = 'svg { color: #1f2328 } @media (prefers-color-scheme: dark) { svg { color: #d1d7e0 } }';
  const nested = panels.map((svg, index) => svg.replace('<svg ', `<svg x="${index * PANEL.width}" `));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<title>Polls, and seconds lost after the end of a job, by the length of the job: ours beside a fixed poll</title>
<style>${style}</style>
${nested.join('\n')}
</svg>
`;
}

function panel(points: readonly Point[], member: 'polls' | 'lost', label: string, type: 'log' | 'linear'): string {
  const { document } = parseHTML('<html></html>');
  const last = ({ who }: Point, at: number): boolean => points.slice(at + 1).every((other) => other.who !== who);
  const svg = Plot.plot({
    document,
    ...PANEL,
    marginRight: 70,
    marginBottom: 40,
    // The axis is a mark below: by itself a logarithmic axis leaves out labels.
    x: { type: 'log', axis: null },
    y: { type, label, grid: true, ...(type === 'log' ? { ticks: [1, 10, 100, 1_000], tickFormat: String } : {}) },
    color: COLOURS,
    marks: [
      Plot.axisX([...TICKS.keys()], { text: (at: number) => TICKS.get(at), label: 'length of the job' }),
      Plot.lineY(points, { x: 'seconds', y: member, stroke: 'who', strokeWidth: 1.5 }),
      Plot.text(points.filter(last), {
        x: 'seconds',
        y: member,
        text: 'who',
        fill: 'who',
        textAnchor: 'start',
        dx: 6,
      }),
    ],
  });
  return svg.outerHTML;
}
