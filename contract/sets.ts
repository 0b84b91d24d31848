import path from 'node:path';
import { invokeLife, runSuite, type SetResult } from './cfn-tool';
import type { InputSet } from './input-sets';
import { describeFailures, describeSet, describeSkips, totalsOf } from './report';
import type { Surroundings } from './surroundings';

/**
 * Runs the official suite for all sets of inputs, and prints its results.
 *
 * @param folder for the output of each set
 * @param options `invoke`: also one life by `cfn invoke`; `sideBySide`: how many sets run at the same time
 * @returns whether everything passed
 */
export async function runSets(
  surroundings: Surroundings,
  sets: readonly InputSet[],
  folder: string,
  options: { readonly invoke: boolean; readonly sideBySide: number },
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
    options.invoke ? invokeLife(surroundings, sets[0] as InputSet, path.join(folder, 'invoke')) : undefined,
    ...Array.from({ length: options.sideBySide }, work),
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
