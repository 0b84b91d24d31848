import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { makePackage } from '../package/make-package';
import { spellings } from '../package/type-name';
import { pythonTool } from '../support/paths';
import { run } from '../support/run';
import type { Result } from '../test-all/step';
import { verdict } from '../test-all/step';
import { inTemporaryFolder } from '../test-all/suites';
import { cfnValidate, guardRail } from './schema-tools';
import { lintRegisterTemplate } from './templates';

const NAME = 'Acme::DataExchange::Job';
const { slug } = spellings(NAME);

/** The project under another name is still right for every tool that judges the original. */
export async function retargetedProject(): Promise<Result> {
  return inTemporaryFolder(async (parent) => {
    const { folder } = await makePackage(NAME, parent);
    const results = [
      await cfnValidate(folder),
      await guardRail(join(folder, `${slug}.json`)),
      await lintRegisterTemplate(join(folder, 'register.yml')),
    ];
    const wrong = results.filter(({ failed }) => failed > 0);
    return verdict(wrong.length === 0, wrong.map(({ output }) => output).join('\n'));
  });
}

/** What we pack, and what `cfn submit --dry-run` packs of the same project: file by file the same. */
export async function sameAsCfnSubmit(): Promise<Result> {
  return inTemporaryFolder(async (parent) => {
    const { folder, zip } = await makePackage(NAME, parent);
    const ours = join(parent, 'ours.zip');
    await rename(zip, ours);
    const { code, output } = await run([pythonTool('cfn', 'cfn'), 'submit', '--dry-run'], { cwd: folder });
    if (code !== 0) {
      return verdict(false, output);
    }
    const wrong = differences(unzip(await readFile(ours)), unzip(await readFile(zip)));
    return verdict(wrong.length === 0, wrong.join('\n'));
  });
}

/** A zip's files; a zip within it is opened too, since how it is packed does not matter. */
function unzip(content: Uint8Array, prefix = ''): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const [name, bytes] of Object.entries(unzipSync(content))) {
    if (name.endsWith('.zip')) {
      for (const [inner, innerBytes] of unzip(bytes, `${prefix}${name}/`)) {
        files.set(inner, innerBytes);
      }
    } else {
      files.set(prefix + name, Buffer.from(bytes));
    }
  }
  return files;
}

function differences(ours: ReadonlyMap<string, Buffer>, theirs: ReadonlyMap<string, Buffer>): string[] {
  return [...new Set([...ours.keys(), ...theirs.keys()])].sort().flatMap((name) => {
    const [mine, other] = [ours.get(name), theirs.get(name)];
    if (mine === undefined || other === undefined) {
      return [`${name} is only in what ${mine === undefined ? 'cfn submit' : 'make package'} packs`];
    }
    return mine.equals(other) ? [] : [`${name} differs from what cfn submit packs`];
  });
}
