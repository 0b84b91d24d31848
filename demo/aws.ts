import { spawn } from 'node:child_process';
import { command } from './terminal';

/** The official AWS CLI, run as a user would run it. */
export class Aws {
  /** @param env where the CLI finds local AWS, and itself on PATH */
  constructor(private readonly env: NodeJS.ProcessEnv) {}

  /** Runs and shows a command. @returns what it printed; JSON is read @throws Error with what it said if it failed */
  async run(...words: string[]): Promise<unknown> {
    command(['aws', ...words]);
    return this.quietly(...words);
  }

  /** Runs a command that is not part of the story. */
  async quietly(...words: string[]): Promise<unknown> {
    const printed = await this.execute(words);
    try {
      return JSON.parse(printed);
    } catch {
      return printed.trim();
    }
  }

  private execute(words: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawn('aws', words, { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      child.stdout.on('data', (data) => out.push(data));
      child.stderr.on('data', (data) => err.push(data));
      child.on('error', reject);
      child.on('close', (code) => {
        if (code === 0) {
          resolve(Buffer.concat(out).toString());
        } else {
          reject(new Error(`aws ${words.slice(0, 2).join(' ')}: ${Buffer.concat(err).toString().trim()}`));
        }
      });
    });
  }
}
