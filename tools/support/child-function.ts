import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A Lambda function in a process of its own: what stays from one event to the next is the runtime's doing. */
export class ChildFunction {
  private readonly process: ChildProcess;
  private readonly said: Buffer[] = [];

  /** @param args what makes Node answer every message from its parent by one of its own */
  constructor(node: string, args: readonly string[], { cwd, env }: Pick<SpawnOptions, 'cwd' | 'env'>) {
    this.process = spawn(node, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.process.stderr?.on('data', (chunk: Buffer) => this.said.push(chunk));
    this.process.on('error', ({ message }) => this.said.push(Buffer.from(message)));
  }

  /** @returns what the function sends back @throws Error with what it said if it ended instead */
  async ask<T>(message: object): Promise<T> {
    const settled = new AbortController();
    const { signal } = settled;
    const ended = once(this.process, 'exit', { signal }).then(() => {
      throw new Error(`the function has ended: ${Buffer.concat(this.said)}`);
    });
    ended.catch(() => {});
    try {
      const answered = once(this.process, 'message', { signal });
      this.process.send(message);
      const [answer] = (await Promise.race([answered, ended])) as [T];
      return answer;
    } finally {
      settled.abort();
    }
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill();
    await ended;
  }
}
