import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { interruption } from './processes';

/** A progress event, as the function's entrypoints return it. */
export interface ProgressEvent {
  readonly status: string;
  readonly errorCode?: string;
  readonly message?: string;
  readonly callbackContext?: unknown;
  /** Seconds. */
  readonly callbackDelaySeconds?: number;
  readonly resourceModel?: Record<string, unknown>;
  readonly resourceModels?: Record<string, unknown>[];
  readonly nextToken?: string;
}

export interface FunctionOptions {
  /** What the file exports and Lambda calls. */
  readonly entrypoint?: string;
  /** The Node that runs it. */
  readonly node?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * The built function in a Node process of its own, as Lambda runs it: nothing of this process is in its environment,
 * what stays from one event to the next is the function's doing, and it works on one event at a time.
 */
export class FunctionProcess {
  /** What the function has printed. */
  printed = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<undefined>;

  /**
   * @param file what Lambda loads
   * @param endpoint the URL of the Data Exchange that the function calls
   */
  constructor(file: string, endpoint: string, { entrypoint = 'entrypoint', node, env }: FunctionOptions = {}) {
    this.child = fork(path.join(__dirname, 'function.cjs'), [file, entrypoint], {
      cwd: path.dirname(file),
      env: { AWS_ENDPOINT_URL_DATAEXCHANGE: endpoint, AWS_REGION: 'us-east-1', ...env },
      execArgv: [],
      execPath: node ?? process.execPath,
      signal: interruption,
      silent: true,
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.printed += text;
      });
    }
    this.child.on('error', ({ message }) => {
      this.printed += message;
    });
    this.ended = new Promise((resolve) => this.child.once('close', () => resolve(undefined)));
  }

  /**
   * @param now what the function's clock shows, in epoch milliseconds
   * @throws Error with what the function printed if it ends instead of answering
   */
  async invoke(event: unknown, now = Date.now()): Promise<ProgressEvent> {
    const answered = new Promise<{ answer: ProgressEvent }>((resolve) => this.child.once('message', resolve));
    this.child.send({ event, now });
    const message = await Promise.race([answered, this.ended]);
    if (message === undefined) {
      throw new Error(`the function has ended: ${this.printed}`);
    }
    return message.answer;
  }

  async stop(): Promise<void> {
    this.child.kill();
    await this.ended;
  }
}
