import './time';
import { entrypoint } from '../../src/handlers';
import type { JobTypeName } from '../../src/job/job-types';
import type { Properties } from '../../src/job/properties';
import { requested } from './contract';
import { type Filled, LocalExchange, onlyId } from './local-exchange';
import { captureLog } from './log';
import { Registry } from './registry';
import { files, makeCase, TYPES, uploadFile } from './types';

/** The life of a resource of each type, as CloudFormation leads it. */

let exchange: LocalExchange;
let filled: Filled;
const log = captureLog();
beforeAll(async () => {
  exchange = await LocalExchange.start();
  filled = await exchange.filled(files());
});
afterAll(() => exchange.stop());
beforeEach(() => exchange.faults());
afterEach(() => log.check());

/** The value of a property as the answer shows it, for those that were asked for. */
const asAsked = (asked: Properties, shown: Properties | undefined): Properties =>
  Object.fromEntries(Object.keys(requested(asked)).map((name) => [name, shown?.[name]]));

/** Each type in the usual way and in one of the others; `faults.test.ts` mixes all. The bundle gets all types in both forms. */
const ROWS = TYPES.flatMap((type, n) => [
  { type, compressed: false, kept: 'both' as const },
  n % 2 === 0
    ? { type, compressed: true, kept: 'context' as const }
    : { type, compressed: true, kept: 'model' as const },
]);

describe.each(ROWS)('$type, fed back: $kept, compressed: $compressed', ({ type, compressed, kept }) => {
  test('is created waiting, read, listed, started by update, deleted', async () => {
    const registry = new Registry(entrypoint, { compressed, kept });
    const job = await makeCase(type, exchange, filled);

    const created = await registry.create(job.model);
    expect(created.last).toMatchObject({
      status: 'SUCCESS',
      resourceModel: { State: 'WAITING', StartOnCreation: false },
    });
    const model = created.last.resourceModel as Properties;
    await uploadFile(exchange, job, model.Id as string);

    const read = await registry.read(onlyId(model));
    expect(read.resourceModel).toEqual(model);
    expect(asAsked(job.model, read.resourceModel)).toEqual(requested(job.model));
    expect((await registry.list({ DataSetId: job.DataSetId })).models.map(({ Id }) => Id)).toContain(model.Id);

    const desired = { ...job.model, StartOnCreation: true, Id: model.Id };
    const updated = await registry.update({ ...model }, desired);
    expect(updated.last).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'COMPLETED', Id: model.Id } });
    await job.done(updated.last.resourceModel as Properties);
    expect((await registry.read(onlyId(model))).resourceModel).toEqual(updated.last.resourceModel);

    // The same again changes nothing and is no second run.
    const started = exchange.calls().filter((call) => call === 'StartJob').length;
    expect((await registry.update(desired, desired)).last.status).toBe('SUCCESS');
    expect(exchange.calls().filter((call) => call === 'StartJob')).toHaveLength(started);

    expect((await registry.delete(onlyId(model))).last).toEqual({ status: 'SUCCESS' });
  });

  test('is created and started in one go', async () => {
    const registry = new Registry(entrypoint, { compressed, kept });
    const job = await makeCase(type, exchange, filled);
    const uploaded: string[] = [];
    const meanwhile = async ({ status, resourceModel }: { status: string; resourceModel?: Properties }) => {
      const id = resourceModel?.Id as string;
      if (status !== 'IN_PROGRESS' || uploaded.includes(id)) return;
      uploaded.push(id);
      // What runs is known: at this moment CloudFormation has the identifier and nothing was started.
      expect((await exchange.job(id)).State).toBe('WAITING');
      await uploadFile(exchange, job, id);
    };
    const created = await registry.create({ ...job.model, StartOnCreation: true }, { meanwhile });
    expect(created.last).toMatchObject({
      status: 'SUCCESS',
      resourceModel: { State: 'COMPLETED', StartOnCreation: true },
    });
    expect(created.answers[0]).toMatchObject({ status: 'IN_PROGRESS', resourceModel: { Id: uploaded[0] } });
    await job.done(created.last.resourceModel as Properties);
    expect((await registry.read(onlyId(created.last.resourceModel))).resourceModel).toEqual(created.last.resourceModel);
    expect((await registry.delete(created.last.resourceModel as Properties)).last).toEqual({ status: 'SUCCESS' });
  });
});

describe.each(TYPES)('%s', (type: JobTypeName) => {
  test('once deleted is gone for every operation', async () => {
    const registry = new Registry(entrypoint);
    const job = await makeCase(type, exchange, filled);
    const { resourceModel } = (await registry.create(job.model)).last;
    const model = resourceModel as Properties;
    expect((await registry.delete(model)).last).toEqual({ status: 'SUCCESS' });
    expect((await exchange.job(model.Id as string)).State).toBe('CANCELLED');
    const gone = { status: 'FAILED', errorCode: 'NotFound' };
    expect(await registry.read(onlyId(model))).toMatchObject(gone);
    expect((await registry.update(model, { ...model, StartOnCreation: true })).last).toMatchObject(gone);
    expect((await registry.update(model, { ...model, Type: 'NONE' }, { rollback: true })).last).toMatchObject(gone);
    expect((await registry.delete(onlyId(model))).last).toMatchObject(gone);
    expect((await registry.list({ DataSetId: job.DataSetId })).models.map(({ Id }) => Id)).not.toContain(model.Id);
  });

  test('cannot be changed in what is create-only, nor be un-started', async () => {
    const registry = new Registry(entrypoint);
    const job = await makeCase(type, exchange, filled);
    const { resourceModel } = (await registry.create(job.model)).last;
    const model = resourceModel as Properties;
    const other = (await exchange.place(type)).DataSetId;
    const refused = await registry.update(model, { ...job.model, Id: model.Id, DataSetId: other });
    expect(refused.last).toMatchObject({
      status: 'FAILED',
      errorCode: 'NotUpdatable',
      resourceModel: { Id: model.Id },
    });
    expect(refused.last.message).toContain('DataSetId');
    expect((await exchange.job(model.Id as string)).State).toBe('WAITING');

    await uploadFile(exchange, job, model.Id as string);
    const before = { ...job.model, Id: model.Id, StartOnCreation: true };
    await registry.update(model, before);
    const after = { ...before, StartOnCreation: false };
    expect((await registry.update(before, after)).last).toMatchObject({ errorCode: 'NotUpdatable' });
    expect((await registry.update(before, after, { rollback: true })).last).toMatchObject({
      status: 'SUCCESS',
      resourceModel: { Id: model.Id, StartOnCreation: true, State: 'COMPLETED' },
    });
  });

  test('is refused with every problem when it is wrong, and nothing is made', async () => {
    const registry = new Registry(entrypoint);
    const { model, DataSetId } = await makeCase(type, exchange, filled);
    const before = (await exchange.states(DataSetId)).size;
    const foreign = type === 'EXPORT_ASSET_TO_SIGNED_URL' ? { UrlAssetName: 'x' } : { AssetId: 'a'.repeat(32) };
    const { last } = await registry.create({ ...model, ...foreign, DataSetId: 'short', Comment: 'no such property' });
    expect(last).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest' });
    expect(last.resourceModel).toBeUndefined();
    for (const name of ['DataSetId', 'Comment', type, ...Object.keys(foreign)]) expect(last.message).toContain(name);
    const required = Object.keys(model).filter((name) => name !== 'Type');
    const bare = await registry.create({ Type: type });
    expect(bare.last).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest' });
    expect(required.some((name) => name !== 'DataSetId' && bare.last.message?.includes(name))).toBe(true);
    const unknown = await registry.create({ ...model, DataSetId: 'f'.repeat(32) });
    expect(unknown.last).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest' });
    expect(unknown.last.message).toContain('f'.repeat(32));
    expect((await exchange.states(DataSetId)).size).toBe(before);
  });
});
