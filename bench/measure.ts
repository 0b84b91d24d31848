import { execFileSync } from 'node:child_process';

/** The lower quartile: other work on the machine only ever adds time. */
function typical(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 4)] as number;
}

/**
 * How long a new Node takes to load each file, in milliseconds. The files take turns, so that a busy moment affects
 * all.
 */
export function coldImports(files: readonly string[], rounds: number): number[] {
  const script = `
    const started = process.hrtime.bigint();
    require(process.argv[1]);
    const ended = process.hrtime.bigint();
    process.stdout.write(String(Number(ended - started) / 1e6), () => process.exit());`;
  // Without the options that tools add to every Node that they start.
  const env = { ...process.env, NODE_OPTIONS: undefined };
  const times = files.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, file] of files.entries()) {
      times[index]?.push(Number(execFileSync(process.execPath, ['-e', script, file], { env })));
    }
  }
  return times.map(typical);
}

/** How long each call takes, in milliseconds. The calls take turns, after a warm-up. */
export async function warmCalls(calls: readonly (() => Promise<unknown>)[], rounds: number): Promise<number[]> {
  const times = calls.map((): number[] => []);
  for (let round = -Math.ceil(rounds / 4); round < rounds; round += 1) {
    for (const [index, call] of calls.entries()) {
      const started = performance.now();
      await call();
      if (round >= 0) {
        times[index]?.push(performance.now() - started);
      }
    }
  }
  return times.map(typical);
}
