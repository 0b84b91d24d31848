import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A local AWS of the demonstration's own, on free ports, with the local Data Exchange beside it. */
export interface LocalAws {
  /** The environment in which `aws` and all other clients talk to it. */
  readonly env: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

/**
 * Starts `python -m local.up` as a user does with `make local`.
 *
 * @param stateDir where its logs go
 * @throws Error with what it said if it did not get ready
 */
export async function startLocalAws(root: string, stateDir: string): Promise<LocalAws> {
  const flags = ['--aws-port', '0', '--dataexchange-port', '0', '--state-dir', stateDir, '--json'];
  const child = spawn(`${root}/.venv/local/bin/python`, ['-m', 'local.up', ...flags], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C is ours to handle: the story ends first, then the stage.
    detached: true,
  });
  const said: string[] = [];
  child.stderr.on('data', (data) => said.push(String(data)));
  const ready = await new Promise<{ environment: Record<string, string> }>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line)));
    child.once('error', reject);
    child.once('close', (code) =>
      reject(new Error(`local AWS did not start (exit code ${code}): ${said.join('').trim()}`)),
    );
  });
  const { AWS_PROFILE: _, AWS_DEFAULT_PROFILE: __, ...inherited } = process.env;
  const path = `${root}/.venv/local/bin:${process.env.PATH ?? ''}`;
  return { env: { ...inherited, ...ready.environment, PATH: path }, stop: () => end(child) };
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) {
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    child.once('close', () => resolve());
    child.kill('SIGINT');
  });
}
