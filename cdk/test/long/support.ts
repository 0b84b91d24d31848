import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../../../tools/support/local-aws';
import { inRoot, npmTool } from '../../../tools/support/paths';
import { run } from '../../../tools/support/processes';

/** What `make cdk` has written. */
export const PACKAGE = inRoot('build', 'acme-dataexchange-job-cdk');

/** The README's blocks of code in a language, in their order. */
export async function readmeBlocks(language: string): Promise<string[]> {
  const readme = await readFile(inRoot('cdk', 'README.md'), 'utf8');
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, code]) => code as string);
}

/** A folder of an app, with its packages as npm would install them: the library is the tarball's content. */
export async function installed(folder: string): Promise<void> {
  const modules = join(folder, 'node_modules');
  const library = join(modules, 'cdk-dataexchange-job');
  await mkdir(library, { recursive: true });
  await Promise.all([
    ...['aws-cdk-lib', 'constructs', '@types'].map((name) =>
      symlink(inRoot('cdk', 'node_modules', name), join(modules, name)),
    ),
    run('tar', ['xzf', join(PACKAGE, 'cdk-dataexchange-job-0.1.0.tgz'), '-C', library, '--strip-components', '1']),
    cp(inRoot('demo', 'files'), join(folder, 'files'), { recursive: true }),
    writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER_OPTIONS })),
  ]);
}

const COMPILER_OPTIONS = { strict: true, noEmit: true, module: 'nodenext', target: 'es2022', skipLibCheck: true };

/** The command that runs an app in TypeScript. */
export function appCommand(file: string): string[] {
  return [process.execPath, '--import', inRoot('node_modules', 'tsx', 'dist', 'loader.mjs'), file];
}

/** Runs the CDK CLI in a folder. @returns what it printed @throws Error with that if it fails */
export async function cdk(folder: string, env: Environment, ...given: string[]): Promise<string> {
  const options = ['--no-notices', '--no-color', '--ci'];
  const { output } = await run(inRoot('cdk', 'node_modules', '.bin', 'cdk'), [...given, ...options], {
    cwd: folder,
    env,
  });
  return output;
}

/** Compiles the TypeScript of a folder, without a result. @throws Error with what is wrong */
export async function compile(folder: string): Promise<void> {
  await run(npmTool('tsc'), ['-p', folder]);
}
