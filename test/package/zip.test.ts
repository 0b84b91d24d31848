import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unzipSync } from 'fflate';
import type { Properties } from '../../src/job/properties';
import { makePackage } from '../../tools/package/make-package';
import { FunctionProcess } from '../../tools/support/function-process';
import { nodeOf } from '../../tools/support/paths';
import { run } from '../../tools/support/processes';
import type { Entrypoint } from '../support/wire';
import { useWorld } from '../support/world';
import { makeCase, onlyId } from '../wire/cases';

/** The package, as the registry takes it, in a Node process that has nothing else. */

let folder: string;
let file: string;
let entrypointName: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'package-'));
  const { zip } = await makePackage('Acme::DataExchange::Job', path.join(folder, 'build'));
  const entries = unzipSync(readFileSync(zip));
  const { entrypoint } = JSON.parse(Buffer.from(entries['.rpdk-config'] as Uint8Array).toString()) as {
    entrypoint: string;
  };
  const [, module, exported] = /^(.*)\.([^.]+)$/.exec(entrypoint) as RegExpExecArray;
  file = path.join(folder, 'task', `${module}.js`);
  entrypointName = exported as string;
  for (const [name, content] of Object.entries(unzipSync(entries['ResourceProvider.zip'] as Uint8Array))) {
    const unpacked = path.join(folder, 'task', name);
    mkdirSync(path.dirname(unpacked), { recursive: true });
    writeFileSync(unpacked, content);
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

// The oldest version that the code supports, and the one that runs it in AWS.
describe.each(['20', '22'])('the function of the package, on Node %s', (major) => {
  const world = useWorld();
  let lambda: FunctionProcess;
  const entrypoint: Entrypoint = (event) => lambda.invoke(event, world.clock.now());

  beforeAll(async () => {
    const node = nodeOf(major);
    expect((await run(node, ['--version'])).stdout).toMatch(new RegExp(`^v${major}\\.`));
    lambda = new FunctionProcess(file, world.emulator.url, { entrypoint: entrypointName, node });
  });

  afterAll(() => lambda.stop());

  test.each([
    ['plain', false],
    ['compressed', true],
  ])('creates, reads, lists, updates and deletes by %s events', async (_form, compressed) => {
    const cloudFormation = world.cloudFormation({ entrypoint, compressed });
    const { model: asked, expectDone, DataSetId } = await makeCase('IMPORT_ASSET_FROM_API_GATEWAY_API', world, true);
    const desired = { ...asked, StartOnCreation: true, FinalizeRevision: true };
    const { event } = await cloudFormation.create(desired);
    expect(event).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'COMPLETED', FinalizeRevision: true } });
    const model = event.resourceModel as Properties;
    await expectDone(model);
    expect(await cloudFormation.read(onlyId(model))).toEqual(event);
    const { Id, AssetIds: _, ...shown } = model;
    expect((await cloudFormation.list({ DataSetId })).models).toEqual([{ ...shown, Id }]);
    const opened = await cloudFormation.update({ ...desired, Id }, { ...desired, Id, FinalizeRevision: false });
    expect(opened.event).toMatchObject({ status: 'SUCCESS', resourceModel: { FinalizeRevision: false } });
    expect((await cloudFormation.delete(onlyId(model))).event).toEqual({ status: 'SUCCESS' });
    expect((await world.holdings(DataSetId)).revisions).toEqual([]);
  });

  // Within Jest's realm `test/support/one-realm.ts` patches the errors of a connection; here they are as in Lambda.
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

  test('prints JSON lines without secrets', async () => {
    await lambda.stop();
    expect(lambda.printed).toContain('CreateJob');
    // The world checks the lines after the test.
    world.log.push(...lambda.printed.trim().split('\n'));
  });
});
