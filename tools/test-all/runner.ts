import { stopAll } from '../support/run';
import type { Result, Step } from './step';
import { verdict } from './step';

const SIDE_BY_SIDE = 2;
const HEARTBEAT_SECONDS = 20;

/** Runs the steps, two at a time in their order, and tells how it goes. */
export async function runSteps(steps: readonly Step[], say: (line: string) => void): Promise<Result[]> {
  const results: Result[] = [];
  const under: Map<string, number> = new Map();
  const waiting = [...steps];
  const began = Date.now();

  const heartbeat = setInterval(() => {
    const names = [...under].map(([name, since]) => `${name} (${seconds(since)})`);
    say(`  … ${names.join(', ')}; ${results.length} of ${steps.length} done after ${seconds(began)}`);
  }, HEARTBEAT_SECONDS * 1000);

  const worker = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const since = Date.now();
      under.set(step.name, since);
      const result = await step.run().catch((error: Error) => verdict(false, error.stack ?? error.message));
      under.delete(step.name);
      results.push(result);
      report(step, result, seconds(since), say);
    }
  };

  try {
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  } finally {
    clearInterval(heartbeat);
  }
  return results;
}

function report(step: Step, result: Result, time: string, say: (line: string) => void): void {
  const counts = result.passed + result.failed === 1 ? '' : `  ${result.passed} of ${result.passed + result.failed}`;
  const note = result.note === undefined ? '' : `  ${result.note}`;
  say(`  ${result.failed === 0 ? '✔' : '✘'} ${step.name.padEnd(42)} ${time.padStart(6)}${counts}${note}`);
  if (result.failed > 0) {
    say(`\n${result.output.trim().replace(/^/gm, '    ')}\n`);
  }
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

/** Ctrl-C ends what runs, and then us. */
export function endWithChildren(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stopAll();
      process.exit(130);
    });
  }
}
