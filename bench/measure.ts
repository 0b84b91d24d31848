import { execFileSync } from 'node:child_process';

/** The value that a quarter of the runs stay below: other work on the machine only ever adds. */
export function typical(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 4)] as number;
}

/** Milliseconds that a fresh Node takes to load each file, in turns, so that a noisy moment meets all of them. */
export function coldImports(files: readonly string[], rounds: number): number[] {
  const script = `
    const started = process.hrtime.bigint();
    require(process.argv[1]);
    const ended = process.hrtime.bigint();
    process.stdout.write(String(Number(ended - started) / 1e6), () => process.exit());`;
  const times = files.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    files.forEach((file, i) => {
      times[i]?.push(Number(execFileSync(process.execPath, ['-e', script, file], { env: plainEnvironment() })));
    });
  }
  return times.map(typical);
}

/** Without what the tools around a benchmark add to every Node that they start. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...rest } = process.env;
  return rest;
}

/** Milliseconds of each call, in turns and after a warm-up. */
export async function warmCalls(calls: readonly (() => Promise<unknown>)[], rounds: number): Promise<number[]> {
  const times = calls.map((): number[] => []);
  for (let round = -Math.ceil(rounds / 4); round < rounds; round += 1) {
    for (const [i, call] of calls.entries()) {
      const started = performance.now();
      await call();
      if (round >= 0) times[i]?.push(performance.now() - started);
    }
  }
  return times.map(typical);
}
