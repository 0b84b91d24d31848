import { mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProgressEvent } from '../tools/support/function-process';
import { type Environment, startLocalAws } from '../tools/support/local-aws';
import { inRoot, pythonTool, ROOT } from '../tools/support/paths';
import { endProcesses, run, runProgram, start } from '../tools/support/processes';
import { readInputSets } from './input-sets';
import { fill, valuesOf } from './sam-event';
import { runSets } from './sets';
import { makeFixtures } from './surroundings';

/**
 * `make sam-local`: the steps of guide/sam-local.md. The handlers run in the containers of `sam local`, which reach the
 * local Data Exchange at the address of Docker's bridge.
 */

const SAM = pythonTool('sam', 'sam');
const START_SECONDS = 120;

/** Words that only a secret brings into a log. */
const SECRETS = ['X-Amz-Signature', 'secretAccessKey'];

/** An event of sam-tests/, the status, error code and state that it is answered, and how much later it is sent. */
type Step = readonly [event: string, answer: string, secondsLater?: number];

/** Every event of sam-tests/, in the order of some lives. A job takes 30 s of the service's clock. */
const LIVES: readonly (readonly Step[])[] = [
  [
    ['create', 'IN_PROGRESS'],
    ['create-callback-start', 'IN_PROGRESS'],
    ['create-callback-poll', 'IN_PROGRESS'],
    ['create-callback-poll', 'SUCCESS COMPLETED', 60],
    ['read', 'SUCCESS COMPLETED'],
    ['list', 'SUCCESS'],
  ],
  [
    ['create-waiting', 'IN_PROGRESS'],
    ['create-waiting-callback', 'SUCCESS WAITING'],
    ['update', 'IN_PROGRESS'],
    ['update-callback', 'SUCCESS COMPLETED', 60],
    ['delete', 'SUCCESS'],
  ],
  [
    ['create-waiting', 'IN_PROGRESS'],
    ['create-waiting-callback', 'SUCCESS WAITING'],
    ['update', 'IN_PROGRESS'],
    ['delete', 'IN_PROGRESS'],
    ['delete-callback', 'SUCCESS', 60],
  ],
  [
    ['create-own-revision', 'IN_PROGRESS'],
    ['create-own-revision-callback', 'IN_PROGRESS'],
    ['create-own-revision-callback', 'SUCCESS COMPLETED', 60],
    ['update-finalize', 'SUCCESS COMPLETED'],
    ['update-in-place', 'SUCCESS COMPLETED'],
    ['delete-own-revision', 'SUCCESS'],
    ['read', 'FAILED NotFound'],
  ],
];

async function main(): Promise<void> {
  const bridge = await findBridge();
  if ('missing' in bridge) {
    console.log(`sam-local: skipped, because ${bridge.missing}`);
    return;
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'sam-local-'));
  let passed = false;
  try {
    const options = ['--host', bridge.address, '--dataexchange-option=--job-seconds=0.5'];
    const env = await startLocalAws(path.join(folder, 'local-aws'), options);
    const exports = await makeFixtures(env);
    await run(SAM, ['build', '--build-dir', path.join(folder, 'build')], { env });
    console.log(`the functions are built, and local AWS is ready; containers find it at ${bridge.address}`);
    const template = path.join(folder, 'build', 'template.yaml');
    const eventsPassed = await sendEvents(folder, template, env, exports);
    const contractPassed = await runContract(folder, template, env, exports);
    passed = eventsPassed && contractPassed;
    console.log(passed ? 'sam-local: passed' : `sam-local: failed; logs and answers: ${folder}`);
    process.exitCode = passed ? 0 : 1;
  } finally {
    await endProcesses();
    if (passed) {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** The address of Docker's bridge, or why the containers cannot be tried here. */
async function findBridge(): Promise<{ readonly address: string } | { readonly missing: string }> {
  try {
    await run('docker', ['info']);
  } catch {
    return { missing: 'there is no Docker here: docker info fails' };
  }
  // Node does not list an interface without a container.
  const { stdout } = await run('ip', ['-4', '-o', 'addr', 'show', 'docker0']).catch(() => ({ stdout: '' }));
  const address = /inet ([0-9.]+)/.exec(stdout)?.[1];
  return address
    ? { address }
    : { missing: 'this Docker has no interface docker0; guide/sam-local.md has another way' };
}

/** Sends every life by `sam local invoke`. @returns whether all answers were as expected */
async function sendEvents(
  folder: string,
  template: string,
  env: Environment,
  exports: Readonly<Record<string, string>>,
): Promise<boolean> {
  const unused = readdirSync(inRoot('sam-tests')).filter(
    (file) => !LIVES.flat().some(([event]) => `${event}.json` === file),
  );
  if (unused.length > 0) {
    throw new Error(`no life has ${unused.join(', ')} of sam-tests/`);
  }
  const credentials = {
    accessKeyId: env.AWS_ACCESS_KEY_ID,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
    sessionToken: env.AWS_SESSION_TOKEN,
  };
  const service = `${env.AWS_ENDPOINT_URL_DATAEXCHANGE}/_emulator`;
  await fetch(`${service}/faults`, { method: 'PUT', body: JSON.stringify({ assumptions: { jobSeconds: 30 } }) });
  let failed = 0;
  for (const [life, steps] of LIVES.entries()) {
    let values: Record<string, unknown> = exports;
    for (const [index, [name, expected, later]] of steps.entries()) {
      if (later !== undefined) {
        await fetch(`${service}/clock`, { method: 'POST', body: JSON.stringify({ advanceSeconds: later }) });
      }
      const file = path.join(folder, `life-${life + 1}-${index + 1}-${name}.json`);
      const event = fill(readFileSync(inRoot('sam-tests', `${name}.json`), 'utf8'), values, credentials);
      writeFileSync(file, JSON.stringify(event));
      const given = ['local', 'invoke', 'TestEntrypoint', '--template', template, '--event', file];
      const { stdout, stderr } = await run(SAM, given, { env });
      writeFileSync(file.replace('.json', '.log'), `${stderr}\n${stdout}\n`);
      const answer = JSON.parse(stdout) as ProgressEvent;
      const { status, errorCode, resourceModel } = answer;
      const got = [status, errorCode, resourceModel?.State].filter(Boolean).join(' ');
      const isRight = status === 'IN_PROGRESS' ? expected === status : expected === got;
      failed += isRight && !leaks(stderr) ? 0 : 1;
      console.log(`sam local invoke ${name.padEnd(28)} ${got}${isRight ? '' : `; expected: ${expected}`}`);
      values = { ...values, ...valuesOf(answer) };
    }
  }
  await fetch(`${service}/faults`, { method: 'DELETE' });
  return failed === 0;
}

/** The official tools against the functions of `sam local start-lambda`. @returns whether everything passed */
async function runContract(
  folder: string,
  template: string,
  env: Environment,
  exports: Readonly<Record<string, string>>,
): Promise<boolean> {
  const port = await freePort();
  const functions = `http://127.0.0.1:${port}`;
  const log = path.join(folder, 'start-lambda.log');
  const given = ['local', 'start-lambda', '--template', template, '--port', String(port), '--warm-containers', 'LAZY'];
  const server = start(SAM, given, { env, stdout: 'ignore', stderr: openSync(log, 'w') });
  await untilAnswered(functions, server);
  const surroundings = {
    env,
    endpoint: env.AWS_ENDPOINT_URL as string,
    functions,
    region: env.AWS_REGION as string,
    exports,
    project: ROOT,
  };
  const suites = path.join(folder, 'contract');
  mkdirSync(suites);
  // One after another: a warm container answers one call at a time.
  const passed = await runSets(surroundings, readInputSets(inRoot('inputs')), suites, { invoke: true, sideBySide: 1 });
  return passed && !leaks(readFileSync(log, 'utf8'));
}

function leaks(log: string): boolean {
  const found = SECRETS.filter((word) => log.includes(word));
  for (const word of found) {
    console.log(`a container's log has ${word}`);
  }
  return found.length > 0;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits until a server takes requests. @throws Error if it ends instead, or gives no answer */
async function untilAnswered(url: string, server: Promise<unknown>): Promise<void> {
  let end: unknown;
  server.then(
    () => {
      end = new Error('it has ended');
    },
    (error) => {
      end = error;
    },
  );
  for (let waited = 0; waited < START_SECONDS; waited += 1) {
    if (end !== undefined) {
      throw end;
    }
    const answered = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answered) {
      return;
    }
    await sleep(1_000);
  }
  throw new Error(`${url} gave no answer within ${START_SECONDS} s`);
}

void runProgram('sam-local', main);
