import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { inRoot } from '../tools/support/paths';
import { endProcesses, runProgram } from '../tools/support/processes';
import { invokeLife, runSuite, type SetResult } from './cfn-tool';
import { checkPlaceholders, type InputSet, readInputSets } from './input-sets';
import { describeFailures, describeSet, describeSkips, totalsOf } from './report';
import { type Surroundings, startSurroundings } from './surroundings';

/** `make contract`: the official `cfn test` for each set of inputs, against our function in local AWS. */

/** How many sets run at the same time. Most of a run is waiting. */
const SIDE_BY_SIDE = 4;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { 'type-name': { type: 'string' } } });
  const own = positionals[0] === undefined;
  const sets = readInputSets(own ? inRoot('inputs') : path.resolve(positionals[0] as string));

  const startedAt = Date.now();
  const seconds = () => `${((Date.now() - startedAt) / 1000).toFixed(0)} s`;
  const folder = mkdtempSync(path.join(tmpdir(), 'contract-'));
  let passed: boolean | undefined;
  try {
    const surroundings = await startSurroundings(folder, values['type-name'] || undefined);
    const { exports } = surroundings;
    checkPlaceholders(sets, exports);
    console.log(`local AWS, the function and ${Object.keys(exports).length} exports are ready (${seconds()})`);
    passed = await runAll(surroundings, sets, folder, own);
    console.log(passed ? `all of it took ${seconds()}` : `the output of cfn test: ${folder}/set-N/output.txt`);
    process.exitCode = passed ? 0 : 1;
  } finally {
    await endProcesses();
    if (passed !== false) {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** Runs all sets, and one life by `cfn invoke` if the inputs are our own. @returns whether everything passed */
async function runAll(
  surroundings: Surroundings,
  sets: readonly InputSet[],
  folder: string,
  own: boolean,
): Promise<boolean> {
  const waiting = [...sets];
  const results = new Map<InputSet, SetResult>();
  let reported = 0;
  // In the order of the sets: each as soon as those before it are complete.
  const report = () => {
    for (let set = sets[reported]; set && results.has(set); set = sets[++reported]) {
      const result = results.get(set) as SetResult;
      console.log([describeSet(set, result), ...describeFailures(set, result)].join('\n'));
    }
  };
  const work = async () => {
    for (let set = waiting.shift(); set; set = waiting.shift()) {
      results.set(set, await runSuite(surroundings, set, path.join(folder, `set-${set.number}`)));
      report();
    }
  };
  const [life] = await Promise.all([
    own ? invokeLife(surroundings, sets[0] as InputSet, path.join(folder, 'invoke')) : undefined,
    ...Array.from({ length: SIDE_BY_SIDE }, work),
  ]);

  const { passed, failed, skipped } = totalsOf(results.values());
  for (const line of describeSkips(results.values())) {
    console.log(line);
  }
  if (life) {
    console.log(`cfn invoke: ${life.done.length ? `${life.done.join(', ')} succeeded` : 'nothing succeeded'}`);
    for (const problem of life.problems) {
      console.log(`cfn invoke failed: ${problem}`);
    }
  }
  console.log(`contract: ${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed === 0 && passed > 0 && (life?.problems.length ?? 0) === 0;
}

void runProgram('contract', main);
