import { type ChildProcess, spawn } from 'node:child_process';
import { ROOT } from './paths';

export interface Ended {
  /** Exit code; 1 where a signal ended it or it could not be started. */
  readonly code: number;
  /** Standard output and standard error, as they came. */
  readonly output: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const running = new Set<ChildProcess>();

/** Runs a command in a process group of its own, from the repository's root, and collects what it says. */
export function run(command: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    running.add(child);
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    const end = (code: number, words = '') => {
      running.delete(child);
      resolve({ code, output: Buffer.concat(chunks).toString('utf8') + words });
    };
    child.on('error', (error) => end(1, `${program}: ${error.message}`));
    child.on('close', (code, signal) => end(code ?? 1, signal === null ? '' : `ended by ${signal}`));
  });
}

/** Ends every command that still runs, with what it started. */
export function stopAll(): void {
  for (const child of running) {
    try {
      process.kill(-(child.pid as number), 'SIGTERM');
    } catch {
      // It has ended meanwhile.
    }
  }
}
