import path from 'node:path';
import { ChildFunction } from '../tools/support/child-function';

export type Plain = Record<string, unknown>;

/** One runtime in a process of its own. */
export class LocalFunction {
  private constructor(private readonly child: ChildFunction) {}

  static start(file: string, endpoint: string): LocalFunction {
    const env = {
      AWS_ENDPOINT_URL_DATAEXCHANGE: endpoint,
      // AWS SDK v2 says at every start that its support has ended: we know, which is why it is only here.
      AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: '1',
    };
    return new LocalFunction(
      new ChildFunction(process.execPath, [path.join(__dirname, 'function.cjs'), file], { env }),
    );
  }

  /** @param now what the function's clock shows, epoch milliseconds */
  async invoke(event: unknown, now: number): Promise<Plain> {
    return (await this.child.ask<{ answer: Plain }>({ event, now })).answer;
  }

  stop(): Promise<void> {
    return this.child.stop();
  }
}
