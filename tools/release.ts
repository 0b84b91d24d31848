import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { committed, generatedFiles } from './generate';
import { releaseProblems, writeRelease } from './release/write-release';
import { inRoot } from './support/paths';
import { run, runProgram } from './support/processes';

/** `make release VERSION=0.1.0`: checks what is to be released, and writes it to `release/`. */
async function main(): Promise<void> {
  const problems = [...(await releaseProblems(process.argv[2] ?? '')), ...(await staleFiles())];
  if (problems.length > 0) {
    throw new Error(problems.join('\n'));
  }
  const { stdout: date } = await run('git', ['log', '-1', '--format=%cI']);
  const folder = inRoot('release');
  await writeRelease(folder, date);
  console.log(`${await readFile(join(folder, 'SHA256SUMS'), 'utf8')}\nrelease/ has the files to publish.`);
}

async function staleFiles(): Promise<string[]> {
  const problems: string[] = [];
  for (const [file, text] of await generatedFiles()) {
    if (text !== (await committed(file))) {
      problems.push(`${file} is not what npm run build writes`);
    }
  }
  return problems;
}

void runProgram('release', main);
