import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { inRoot, ROOT } from '../tools/support/paths';
import { invokeLife, runSuite, type SetResult } from './cfn-tool';
import { Children } from './children';
import { BadInputs, checkPlaceholders, type InputSet, readInputSets } from './input-sets';
import { describeFailures, describeSet, describeSkips, totalsOf } from './report';
import { type Surroundings, startSurroundings } from './surroundings';

/** `make contract`: the official `cfn test` for each set of inputs, against our function in local AWS. */

/** Most of a run is waiting, so some sets go side by side. */
const AT_ONCE = 4;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { 'type-name': { type: 'string' } } });
  const own = positionals[0] === undefined;
  const sets = readInputSets(own ? inRoot('inputs') : path.resolve(positionals[0] as string));

  const folder = mkdtempSync(path.join(tmpdir(), 'contract-'));
  const children = new Children(ROOT);
  let interrupted: number | undefined;
  const interrupt = (signal: NodeJS.Signals) => {
    interrupted = signal === 'SIGINT' ? 130 : 143;
    void children.end();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  let keep = false;
  try {
    const began = Date.now();
    const around = await startSurroundings(children, folder, values['type-name'] || undefined);
    checkPlaceholders(sets, around.exports);
    console.log(
      `local AWS, the function and ${Object.keys(around.exports).length} exports are ready (${since(began)})`,
    );
    const passed = await runAll(children, around, sets, folder, own);
    keep = !passed;
    console.log(passed ? `all of it took ${since(began)}` : `what cfn test said: ${folder}/set-N/output.txt`);
    return passed ? 0 : 1;
  } catch (error) {
    if (interrupted === undefined) throw error;
    console.error('contract: interrupted');
    return interrupted;
  } finally {
    await children.end();
    if (!keep) rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether everything passed. */
async function runAll(
  children: Children,
  around: Surroundings,
  sets: readonly InputSet[],
  folder: string,
  own: boolean,
): Promise<boolean> {
  const waiting = [...sets];
  const results = new Map<InputSet, SetResult>();
  let told = 0;
  // In the order of the sets, each as soon as those before it are known.
  const tell = () => {
    for (let set = sets[told]; set && results.has(set); set = sets[++told]) {
      const result = results.get(set) as SetResult;
      console.log(describeSet(set, result));
      for (const line of describeFailures(set, result)) console.log(line);
    }
  };
  const work = async () => {
    for (let set = waiting.shift(); set; set = waiting.shift()) {
      results.set(set, await runSuite(children, around, set, path.join(folder, `set-${set.number}`)));
      tell();
    }
  };
  const [life] = await Promise.all([
    own ? invokeLife(children, around, sets[0] as InputSet, path.join(folder, 'invoke')) : undefined,
    ...Array.from({ length: AT_ONCE }, work),
  ]);

  const { passed, failed, skipped } = totalsOf(results.values());
  for (const line of describeSkips(results.values())) console.log(line);
  if (life) {
    console.log(`cfn invoke: ${life.done.length ? `${life.done.join(', ')} succeeded` : 'nothing succeeded'}`);
    for (const problem of life.problems) console.log(`cfn invoke failed: ${problem}`);
  }
  console.log(`contract: ${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed === 0 && passed > 0 && (life?.problems.length ?? 0) === 0;
}

const since = (time: number): string => `${((Date.now() - time) / 1000).toFixed(0)} s`;

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    const lines = error instanceof BadInputs ? error.problems : [error.message];
    for (const line of lines) console.error(`contract: ${line}`);
    process.exitCode = 1;
  },
);
