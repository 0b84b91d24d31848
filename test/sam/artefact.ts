import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundle } from '../../tools/bundle';

export interface Answer {
  status: string;
  errorCode?: string;
  message?: string;
  callbackContext?: unknown;
  callbackDelaySeconds?: number;
  resourceModel?: Record<string, unknown>;
  resourceModels?: Record<string, unknown>[];
}

const FUNCTION = `
  const { testEntrypoint } = require('./dist/handlers.js');
  process.on('message', async (event) => process.send(await testEntrypoint(event, {})));`;

/** The built artefact in a Node process and a folder of its own, as Lambda has it: called by `testEntrypoint`. */
export class Artefact {
  private constructor(
    private readonly folder: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(endpoint: string): Promise<Artefact> {
    const folder = mkdtempSync(path.join(tmpdir(), 'artefact-'));
    await bundle({ outfile: path.join(folder, 'dist/handlers.js') });
    const child = spawn(process.execPath, ['-e', FUNCTION], {
      cwd: folder,
      // Nothing of ours: credentials, above all, can only come from the event.
      env: { AWS_ENDPOINT_URL_DATAEXCHANGE: endpoint, AWS_REGION: 'us-east-1' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    return new Artefact(folder, child);
  }

  async invoke(event: unknown): Promise<Answer> {
    const settled = new AbortController();
    const { signal } = settled;
    const answered = once(this.process, 'message', { signal });
    const ended = once(this.process, 'exit', { signal }).then(() =>
      Promise.reject(new Error('the function has ended')),
    );
    ended.catch(() => {});
    this.process.send(event as object);
    try {
      const [answer] = await Promise.race([answered, ended]);
      return answer as Answer;
    } finally {
      settled.abort();
    }
  }

  async stop(): Promise<void> {
    const ended = once(this.process, 'exit');
    this.process.kill();
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
