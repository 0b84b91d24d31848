import { GetJobCommand, StartJobCommand } from '@aws-sdk/client-dataexchange';
import { MINIMAL } from '../job/examples';
import { drive } from './cloudformation';
import type { ProgressEvent } from './contract';
import { useWorld } from './world';

/** What the driver and the world of these tests refuse. */

const world = useWorld();
const Id = 'f'.repeat(32);
const waiting: ProgressEvent = {
  status: 'IN_PROGRESS',
  message: 'waiting',
  callbackContext: {},
  callbackDelaySeconds: 60,
  resourceModel: { Id },
};

test('a call without permission is named, with the handler and the missing action', async () => {
  const handlers = world.watched(async () => {
    await world.client.send(new GetJobCommand({ JobId: Id })).catch(() => undefined);
    await world.client.send(new StartJobCommand({ JobId: Id })).catch(() => undefined);
    return { status: 'FAILED', errorCode: 'NotFound', message: 'There is no job.' };
  });
  await drive(handlers, world.clock, { action: 'READ', model: { Id } });
  expect(() => world.finishTest()).toThrow(
    /^the read handler called StartJob, and its permissions in the schema lack dataexchange:StartJob$/,
  );
});

test('a secret in the log is found', () => {
  world.log.push('{"url":"https://example.com/?X-Amz-Signature=1"}');
  expect(() => world.finishTest()).toThrow(/^the log has X-Amz-Signature=/);
});

test('an operation that does not end is given up at the timeout of the schema', async () => {
  const began = world.clock.now();
  const create = drive(async () => waiting, world.clock, { action: 'CREATE', model: {} });
  await expect(create).rejects.toThrow('CloudFormation gives up on CREATE after 720 min');
  expect(world.clock.now() - began).toBe(12 * 60 * 60 * 1_000 + 60_000);
});

test.each<[string, ProgressEvent, string]>([
  ['a read that does not end at once', waiting, 'the whole answer in one invocation'],
  ['a code without failure', { status: 'SUCCESS', errorCode: 'NotFound' }, 'an error code exactly if FAILED'],
  ['a model without its required properties', { status: 'SUCCESS', resourceModel: { Id } }, 'a model that the schema'],
  ['another job', { ...waiting, resourceModel: { Id: 'a'.repeat(32) } }, 'the identifier that was asked about'],
])('%s breaks the contract', async (_what, event, rule) => {
  await expect(drive(async () => event, world.clock, { action: 'READ', model: { Id } })).rejects.toThrow(rule);
});

test('neither may an operation forget what exists or what was asked', async () => {
  const model = MINIMAL.EXPORT_ASSET_TO_SIGNED_URL;
  const events: ProgressEvent[] = [waiting, { status: 'FAILED', errorCode: 'Throttling', message: 'slow' }];
  const retriable = drive(async () => events.shift() as ProgressEvent, world.clock, { action: 'CREATE', model });
  await expect(retriable).rejects.toThrow(/keeps its identifier; no code after which CloudFormation starts over/);
  const other: ProgressEvent = { status: 'SUCCESS', resourceModel: { ...model, Id, AssetId: 'a'.repeat(31) } };
  const create = drive(async () => other, world.clock, { action: 'CREATE', model });
  await expect(create).rejects.toThrow(/StartOnCreation as requested: false, not undefined; AssetId as requested/);
});
