import { execFileSync } from 'node:child_process';
import { npmTool, ROOT } from '../support/paths';

/** A text as the project's formatter leaves it in that file. */
export function formatted(file: string, text: string): string {
  return execFileSync(npmTool('biome'), ['format', `--stdin-file-path=${file}`], {
    cwd: ROOT,
    input: text,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}
