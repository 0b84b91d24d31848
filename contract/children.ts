import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** What a finished command has said. */
export interface Finished {
  code: number | null;
  output: string;
}

const GRACE_MS = 12_000;

/**
 * The processes that were started here. Each has a process group of its own: Ctrl-C reaches only us, and `end` ends every
 * one with all that it started, in turn, the newest first.
 */
export class Children {
  private readonly running = new Set<ChildProcess>();
  private ending = false;

  constructor(private readonly cwd: string) {}

  /** Runs a command to its end. */
  async run(
    command: string,
    given: string[],
    env: NodeJS.ProcessEnv,
    cwd = this.cwd,
  ): Promise<Finished & { stdout: string }> {
    const child = this.start(command, given, env, cwd);
    let stdout = '';
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk;
      output += chunk;
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      output += chunk;
    });
    const [code] = (await once(child, 'close')) as [number | null];
    if (this.ending) throw new Error('interrupted');
    return { code, output, stdout };
  }

  /** Starts a service, and waits for the first line that it prints. @throws with what it said, if it ends before that */
  async serve(command: string, given: string[], env: NodeJS.ProcessEnv): Promise<string> {
    const child = this.start(command, given, env, this.cwd);
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk;
    });
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    const line = await Promise.race([once(lines, 'line'), once(child, 'close').then(() => undefined)]);
    if (!line) throw new Error(said.trim() || `${command} ended at once`);
    return line[0] as string;
  }

  async end(): Promise<void> {
    this.ending = true;
    for (const child of [...this.running].reverse()) {
      signal(child, 'SIGTERM');
      const timer = setTimeout(() => signal(child, 'SIGKILL'), GRACE_MS);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      clearTimeout(timer);
      signal(child, 'SIGKILL'); // whatever of its group is left
    }
  }

  private start(command: string, given: string[], env: NodeJS.ProcessEnv, cwd: string): ChildProcess {
    if (this.ending) throw new Error('interrupted');
    const child = spawn(command, given, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.running.add(child);
    child.on('close', () => this.running.delete(child));
    return child;
  }
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  try {
    process.kill(-(child.pid as number), name);
  } catch {
    // nothing of it is left
  }
}
