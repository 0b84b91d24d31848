import './time';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Properties } from '../../src/job/properties';
import { bundle } from '../../tools/bundle';
import { type Filled, LocalExchange, onlyId } from './local-exchange';
import { NEVER_TOLD, Registry } from './registry';
import { clock } from './time';
import { API_KEY, files, makeCase, TYPES, uploadFile } from './types';

/** The same life through the one file that Lambda runs, in a Node process of its own that has nothing else. */

/** Stands in for Lambda: one event at a time, each at the moment that the registry's clock shows. */
const LAMBDA = `
  let now = 0;
  Date.now = () => now;
  const { entrypoint } = require('./handlers.js');
  process.on('message', async ({ event, context, time }) => {
    now = time;
    process.send(await entrypoint(event, context));
  });`;

class Lambda {
  output = '';
  private readonly child: ChildProcess;
  private answered: (answer: unknown) => void = () => {};
  private readonly ended: Promise<never>;

  constructor(folder: string, endpoint: string) {
    this.child = spawn(process.execPath, ['-e', LAMBDA], {
      cwd: folder,
      env: { AWS_ENDPOINT_URL_DATAEXCHANGE: endpoint, HOME: folder },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    }
    this.child.on('message', (answer) => this.answered(answer));
    this.ended = new Promise((_, reject) => {
      this.child.on('exit', () => reject(new Error(`the function's process ended:\n${this.output}`)));
    });
    this.ended.catch(() => {});
  }

  readonly handler = (event: unknown): Promise<unknown> => {
    const answer = new Promise((resolve) => {
      this.answered = resolve;
    });
    this.child.send({ event, time: clock.now(), context: { awsRequestId: 'request' } });
    return Promise.race([answer, this.ended]);
  };

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill();
    await ended;
  }
}

let exchange: LocalExchange;
let filled: Filled;
let folder: string;
let lambda: Lambda;
beforeAll(async () => {
  exchange = await LocalExchange.start();
  filled = await exchange.filled(files());
  folder = mkdtempSync(path.join(tmpdir(), 'lambda-'));
  await bundle({ outfile: path.join(folder, 'handlers.js') });
  lambda = new Lambda(folder, exchange.emulator.url);
});
afterAll(async () => {
  await lambda.stop();
  await exchange.stop();
  rmSync(folder, { recursive: true });
});

test.each(TYPES.flatMap((type) => [[type, 'plain'] as const, [type, 'compressed'] as const]))(
  '%s, %s: created, read, listed, started, deleted by the bundle',
  async (type, form) => {
    const registry = new Registry(lambda.handler, { compressed: form === 'compressed' });
    const job = await makeCase(type, exchange, filled);
    const created = await registry.create(job.model);
    const model = created.last.resourceModel as Properties;
    expect(created.last).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'WAITING' } });
    await uploadFile(exchange, job, model.Id as string);
    expect((await registry.read(onlyId(model))).resourceModel).toEqual(model);
    expect((await registry.list({ DataSetId: job.DataSetId })).models.map(({ Id }) => Id)).toContain(model.Id);
    const updated = await registry.update(model, { ...job.model, Id: model.Id, StartOnCreation: true });
    expect(updated.last).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'COMPLETED' } });
    await job.done(updated.last.resourceModel as Properties);
    expect((await registry.delete(onlyId(model))).last).toEqual({ status: 'SUCCESS' });
    const refused = await registry.create({ ...job.model, DataSetId: 'short' });
    expect(refused.last).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest' });
  },
);

test('a connection that breaks is NetworkFailure before a job exists, and waited out after', async () => {
  const registry = new Registry(lambda.handler);
  const { model } = await makeCase('IMPORT_ASSETS_FROM_S3', exchange, filled);
  exchange.faults({ faults: [{ on: 'CreateJob', do: { connection: 'reset' } }] });
  expect((await registry.create(model)).last).toMatchObject({ status: 'FAILED', errorCode: 'NetworkFailure' });
  const reset = { connection: 'reset', effect: 'done' } as const;
  exchange.faults({ faults: [{ on: ['StartJob', 'GetJob'], calls: [1, 2, 3], do: reset }] });
  const { last } = await registry.create({ ...model, StartOnCreation: true });
  exchange.faults();
  expect(last).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'COMPLETED' } });
});

test('what the function prints holds no secret', () => {
  expect(lambda.output).toContain('CreateJob');
  for (const secret of [...NEVER_TOLD, API_KEY, 'X-Amz-Signature=']) expect(lambda.output).not.toContain(secret);
});
