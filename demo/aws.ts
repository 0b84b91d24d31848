import type { Environment } from '../tools/support/local-aws';
import { run } from '../tools/support/processes';
import { command } from './terminal';

/** The official AWS CLI, as a user runs it. */
export class Aws {
  private readonly env: Environment;

  /** @param env where the CLI finds local AWS */
  constructor(env: Environment) {
    this.env = { ...env, AWS_DEFAULT_OUTPUT: 'json' };
  }

  /**
   * Prints a command and runs it.
   *
   * @returns its output, parsed if it is JSON
   * @throws Error with its output if it fails
   */
  run(...words: string[]): Promise<unknown> {
    command(['aws', ...words]);
    return this.quietly(...words);
  }

  /** Runs a command that the demonstration does not show. */
  async quietly(...words: string[]): Promise<unknown> {
    const { stdout } = await run('aws', words, { env: this.env });
    try {
      return JSON.parse(stdout);
    } catch {
      return stdout;
    }
  }
}
