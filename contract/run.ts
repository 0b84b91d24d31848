import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { inRoot } from '../tools/support/paths';
import { endProcesses, runProgram } from '../tools/support/processes';
import { checkPlaceholders, readInputSets } from './input-sets';
import { runSets } from './sets';
import { startSurroundings } from './surroundings';

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
    passed = await runSets(surroundings, sets, folder, { invoke: own, sideBySide: SIDE_BY_SIDE });
    console.log(passed ? `all of it took ${seconds()}` : `the output of cfn test: ${folder}/set-N/output.txt`);
    process.exitCode = passed ? 0 : 1;
  } finally {
    await endProcesses();
    if (passed !== false) {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

void runProgram('contract', main);
