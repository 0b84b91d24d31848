import { setMaxListeners } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import spawn, { type Options, type Result, type Subprocess, SubprocessError } from 'nano-spawn';
import { ROOT } from './paths';

/** How long a process group may take to end after SIGTERM, in milliseconds. */
const GRACE_MS = 12_000;
const POLL_MS = 50;

/** The signals that interrupt a program, with the exit codes that shells give them. */
const EXIT_CODES: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

const interrupted = new AbortController();
/** Aborted when a signal interrupts this program. */
export const interruption = interrupted.signal;
setMaxListeners(0, interruption);

/** Whether `runProgram` runs this process, and so ends what it starts. Under Jest it does not. */
let isProgram = false;

/** What was started and has not ended, and its end, once it has been asked to end. */
const running = new Map<Subprocess, Promise<void> | undefined>();

/**
 * Runs a program. An error becomes lines that begin with the program's name, and exit code 1. A signal ends every
 * process that the program has started and lets it start no other, so that `main` fails and reaches its `finally`
 * blocks.
 */
export async function runProgram(name: string, main: () => Promise<void>): Promise<void> {
  isProgram = true;
  for (const [signal, code] of Object.entries(EXIT_CODES)) {
    process.on(signal, () => {
      interrupted.abort(code);
      void endProcesses();
    });
  }
  try {
    await main();
  } catch (error) {
    process.exitCode = 1;
    if (!interruption.aborted) {
      console.error((error as Error).message.replace(/^/gm, `${name}: `));
    }
  } finally {
    await endProcesses();
  }
  if (interruption.aborted) {
    process.exitCode = interruption.reason as number;
    console.error(`${name}: interrupted`);
  }
}

/**
 * Runs a command to its end.
 *
 * @param options as for `start`
 * @throws SubprocessError if the command fails; the message holds all that it printed
 */
export async function run(command: string, given: readonly string[] = [], options: Options = {}): Promise<Result> {
  try {
    return await start(command, given, options);
  } catch (error) {
    refuseIfInterrupted();
    if (error instanceof SubprocessError) {
      error.message = `${error.message}\n${error.output}`.trim();
    }
    throw error;
  }
}

/**
 * Starts a command, in a process group of its own: Ctrl-C in a terminal then reaches the program alone, which ends the
 * group.
 *
 * @param options `cwd` is the repository's root by default; `env` is added to this process's environment, and undefined
 *   takes a variable away
 */
export function start(command: string, given: readonly string[], options: Options = {}): Subprocess {
  refuseIfInterrupted();
  const subprocess = spawn(command, [...given], { cwd: ROOT, stdin: 'ignore', ...options, detached: isProgram });
  running.set(subprocess, undefined);
  const forget = (): void => {
    if (running.get(subprocess) === undefined) {
      running.delete(subprocess);
    }
  };
  subprocess.then(forget, forget);
  return subprocess;
}

/**
 * Waits for the first line that a process prints, or the first one that matches.
 *
 * @throws Error with its output if it ends before that
 */
export async function firstLine(subprocess: Subprocess, pattern = /^/): Promise<string> {
  const { stdout } = await subprocess.nodeChildProcess;
  const lines = createInterface({ input: stdout as NodeJS.ReadableStream });
  const printed = new Promise<string>((resolve) => {
    lines.on('line', (line) => pattern.test(line) && resolve(line));
  });
  const ended = subprocess.then(
    ({ command, output }) => new Error(`${command} has ended: ${output}`),
    (error: SubprocessError) => new Error(error.output || error.message),
  );
  const first = await Promise.race([printed, ended]);
  if (first instanceof Error) {
    throw first;
  }
  return first;
}

/** Ends every process that was started, with what it started in turn, and waits until none of them is left. */
export async function endProcesses(): Promise<void> {
  for (const [subprocess, ending] of running) {
    running.set(subprocess, ending ?? endGroup(subprocess));
  }
  await Promise.all(running.values());
}

/** SIGTERM to the group, and SIGKILL to what is left of it after the grace period. */
async function endGroup(subprocess: Subprocess): Promise<void> {
  const { pid } = await subprocess.nodeChildProcess;
  const deadline = Date.now() + GRACE_MS;
  let remains = signalGroup(pid, 'SIGTERM');
  while (remains && Date.now() < deadline) {
    await sleep(POLL_MS);
    remains = signalGroup(pid, 0);
  }
  signalGroup(pid, 'SIGKILL');
  running.delete(subprocess);
}

/** @returns whether the group has a process */
function signalGroup(leader: number | undefined, signal: NodeJS.Signals | 0): boolean {
  try {
    return leader !== undefined && process.kill(-leader, signal);
  } catch {
    return false;
  }
}

function refuseIfInterrupted(): void {
  if (interruption.aborted) {
    throw new Error('interrupted');
  }
}
