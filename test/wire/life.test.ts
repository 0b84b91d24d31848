import { GetRevisionCommand } from '@aws-sdk/client-dataexchange';
import type { Properties } from '../../src/job/properties';
import { requested } from '../support/contract';
import { useWorld } from '../support/world';
import { IMPORTS, makeCase, onlyId, TYPES, uploadFile, uploadingOnce } from './cases';

/** The life of a resource of each type, as CloudFormation leads it. */

const world = useWorld();
const plain = world.cloudFormation();
/** The large form of the event, and only the context given back; `test/world` mixes all habits. */
const compressed = world.cloudFormation({ compressed: true, keeps: 'context' });

describe.each(TYPES)('%s', (type) => {
  test('is created waiting, read, listed, started by an update, and deleted', async () => {
    const job = await makeCase(type, world);
    const created = await plain.create(job.model);
    const model = created.event.resourceModel as Properties;
    expect(created.event).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'WAITING' } });
    await uploadFile(world, job, model.Id);

    const read = await plain.read(onlyId(model));
    expect(read.resourceModel).toEqual(model);
    expect(read.resourceModel).toMatchObject(requested(job.model));
    expect((await plain.list({ DataSetId: job.DataSetId })).models).toContainEqual(model);

    const desired = { ...job.model, StartOnCreation: true, Id: model.Id };
    const updated = await plain.update(model, desired);
    expect(updated.event).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'COMPLETED', Id: model.Id } });
    await job.expectDone(updated.event.resourceModel as Properties);
    expect((await plain.read(onlyId(model))).resourceModel).toEqual(updated.event.resourceModel);

    // The same template once more does not run the job again.
    world.emulator.clearRequests();
    expect((await plain.update(desired, desired)).event.status).toBe('SUCCESS');
    expect(world.operations()).not.toContain('StartJob');

    expect((await plain.delete(onlyId(model))).event).toEqual({ status: 'SUCCESS' });
  });

  test('is created and started in one operation', async () => {
    const job = await makeCase(type, world);
    const uploadOnce = uploadingOnce(world, job);
    const states: unknown[] = [];
    const { event, events } = await compressed.create(
      { ...job.model, StartOnCreation: true },
      {
        async afterEach(each) {
          states.push((await world.job(each.resourceModel?.Id as string)).State);
          await uploadOnce(each);
        },
      },
    );
    // Nothing runs before CloudFormation has the identifier.
    expect(states[0]).toBe('WAITING');
    expect(event).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'COMPLETED', StartOnCreation: true } });
    expect(events[0]).toMatchObject({ status: 'IN_PROGRESS', resourceModel: onlyId(event.resourceModel) });
    await job.expectDone(event.resourceModel as Properties);
    expect((await compressed.read(onlyId(event.resourceModel))).resourceModel).toEqual(event.resourceModel);
    expect((await compressed.delete(event.resourceModel as Properties)).event).toEqual({ status: 'SUCCESS' });
  });
});

test.each(IMPORTS)('%s makes, fills, finalises and removes a revision of its own', async (type) => {
  const job = await makeCase(type, world, true);
  const { DataSetId } = job;
  const desired = { ...job.model, StartOnCreation: true, FinalizeRevision: true, RevisionComment: 'a comment' };
  const { event: created } = await plain.create(desired);
  expect(created).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'COMPLETED', FinalizeRevision: true } });
  const model = created.resourceModel as Properties;
  const { Id } = model;
  const RevisionId = model.TargetRevisionId as string;
  expect(model).not.toHaveProperty('RevisionId');
  const revision = await world.client.send(new GetRevisionCommand({ DataSetId, RevisionId }));
  expect(revision).toMatchObject({ Finalized: true, Comment: 'a comment' });
  await job.expectDone(model);
  expect(await plain.read({ Id })).toEqual(created);

  const opened = await plain.update({ ...desired, Id }, { ...desired, Id, FinalizeRevision: false });
  expect(opened.event).toMatchObject({ status: 'SUCCESS', resourceModel: { FinalizeRevision: false } });
  // Without a previous model the desired one is compared with the job and its revision.
  const finalised = await plain.update(undefined, { ...desired, Id });
  expect(finalised.event).toMatchObject({ status: 'SUCCESS', resourceModel: { FinalizeRevision: true } });

  expect((await plain.delete({ Id })).event).toEqual({ status: 'SUCCESS' });
  expect((await world.holdings(DataSetId)).revisions).toEqual([]);
  expect(await plain.read({ Id })).toMatchObject({ status: 'FAILED', errorCode: 'NotFound' });
  expect((await plain.delete({ Id })).event).toMatchObject({ status: 'FAILED', errorCode: 'NotFound' });
});
