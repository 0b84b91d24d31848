import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

export type Plain = Record<string, unknown>;

/** One runtime in a process of its own, as Lambda has it: what stays from one event to the next is the runtime's doing. */
export class LocalFunction {
  private constructor(
    private readonly process: ChildProcess,
    private readonly said: Buffer[],
  ) {}

  static start(file: string, endpoint: string): LocalFunction {
    const child = spawn(process.execPath, [path.join(__dirname, 'function.cjs'), file], {
      env: {
        AWS_ENDPOINT_URL_DATAEXCHANGE: endpoint,
        // AWS SDK v2 says at every start that its support has ended: we know, which is why it is only here.
        AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: '1',
      },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const said: Buffer[] = [];
    child.stderr?.on('data', (chunk: Buffer) => said.push(chunk));
    return new LocalFunction(child, said);
  }

  /** @param now what the function's clock shows, epoch milliseconds */
  async invoke(event: unknown, now: number): Promise<Plain> {
    const settled = new AbortController();
    const { signal } = settled;
    const ended = once(this.process, 'exit', { signal }).then(() => {
      throw new Error(`the function has ended: ${Buffer.concat(this.said)}`);
    });
    ended.catch(() => {});
    try {
      const answered = once(this.process, 'message', { signal });
      this.process.send({ event, now });
      const [{ answer }] = (await Promise.race([answered, ended])) as [{ answer: Plain }];
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
