import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Properties } from '../../src/job/properties';
import { bundle } from '../../tools/bundle';
import { ChildFunction } from '../../tools/support/child-function';
import type { CloudFormation } from '../support/cloudformation';
import type { Entrypoint } from '../support/wire';
import { useWorld } from '../support/world';
import { makeCase, onlyId } from './cases';

/** The one file that Lambda runs, in a Node process of its own that has nothing else. */

const world = useWorld();

/** Stands in for Lambda: one event at a time, at the moment that the world's clock shows. */
const LAMBDA = `
  let now = 0;
  Date.now = () => now;
  const lines = [];
  console.log = (line) => lines.push(line);
  const { entrypoint } = require('./handlers.js');
  process.on('message', async ({ event, time }) => {
    now = time;
    process.send({ answer: await entrypoint(event, {}), lines: lines.splice(0) });
  });`;

let folder: string;
let lambda: ChildFunction;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'lambda-'));
  await bundle({ outfile: path.join(folder, 'handlers.js') });
  const env = { AWS_ENDPOINT_URL_DATAEXCHANGE: world.emulator.url, HOME: folder };
  lambda = new ChildFunction(process.execPath, ['-e', LAMBDA], { cwd: folder, env });
});

afterAll(async () => {
  await lambda.stop();
  rmSync(folder, { recursive: true });
});

const entrypoint: Entrypoint = async (event) => {
  const message = { event, time: world.clock.now() };
  const { answer, lines } = await lambda.ask<{ answer: unknown; lines: string[] }>(message);
  world.log.push(...lines);
  return answer;
};

test.each<[string, CloudFormation]>([
  ['plain', world.cloudFormation({ entrypoint })],
  ['compressed', world.cloudFormation({ entrypoint, compressed: true })],
])('creates, reads, lists, updates and deletes by %s events', async (_form, cloudFormation) => {
  const { model: asked, expectDone, DataSetId } = await makeCase('IMPORT_ASSET_FROM_API_GATEWAY_API', world, true);
  const desired = { ...asked, StartOnCreation: true, FinalizeRevision: true };
  const { event } = await cloudFormation.create(desired);
  expect(event).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'COMPLETED', FinalizeRevision: true } });
  const model = event.resourceModel as Properties;
  await expectDone(model);
  expect(world.log.join()).toContain('CreateJob');
  expect(await cloudFormation.read(onlyId(model))).toEqual(event);
  expect((await cloudFormation.list({ DataSetId })).models).toEqual([model]);
  const { Id } = model;
  const opened = await cloudFormation.update({ ...desired, Id }, { ...desired, Id, FinalizeRevision: false });
  expect(opened.event).toMatchObject({ status: 'SUCCESS', resourceModel: { FinalizeRevision: false } });
  expect((await cloudFormation.delete(onlyId(model))).event).toEqual({ status: 'SUCCESS' });
  expect((await world.holdings(DataSetId)).revisions).toEqual([]);
});

// Within Jest's realm `test/support/one-realm.ts` patches the errors of a connection; here they are as they are in Lambda.
test('answers NetworkFailure to a broken connection before a job exists, and waits once there is one', async () => {
  const cloudFormation = world.cloudFormation({ entrypoint });
  const { model } = await makeCase('IMPORT_ASSETS_FROM_S3', world);
  world.faults({ faults: [{ on: 'CreateJob', do: { connection: 'reset' } }] });
  const refused = await cloudFormation.create(model);
  expect(refused.event).toMatchObject({ status: 'FAILED', errorCode: 'NetworkFailure' });
  const reset = { connection: 'reset', effect: 'done' } as const;
  world.faults({ faults: [{ on: ['StartJob', 'GetJob'], calls: [1, 2, 3], do: reset }] });
  const { event } = await cloudFormation.create({ ...model, StartOnCreation: true });
  expect(world.firedFaults()).toBe(3);
  expect(event).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'COMPLETED' } });
});
