import { GetRevisionCommand, RevokeRevisionCommand, UpdateRevisionCommand } from '@aws-sdk/client-dataexchange';
import type { FaultAction } from 'local-data-exchange';
import type { Properties } from '../../src/job/properties';
import { invokeOnce, newToken } from '../support/cloudformation';
import type { ProgressEvent } from '../support/contract';
import { overTheWire } from '../support/wire';
import { useWorld } from '../support/world';
import { makeCase, onlyId } from './cases';

/**
 * Jobs with a revision of their own. Whatever goes wrong, and at whichever call: in the end the service holds no
 * revision and no job that CloudFormation does not know.
 */

const world = useWorld();
const cloudFormation = world.cloudFormation({ retries: 3 });

/** What the template asks for, in a data set of its own. */
interface Asked {
  readonly DataSetId: string;
  readonly desired: Properties;
}

/** An import from S3, to be started and finalised. */
async function s3Import(): Promise<Asked> {
  const { model, DataSetId } = await makeCase('IMPORT_ASSETS_FROM_S3', world, true);
  return { DataSetId, desired: { ...model, StartOnCreation: true, FinalizeRevision: true } };
}

/** The same with a file in the template, so that a create makes every call that there is. */
async function fileImport(): Promise<Asked> {
  const { model, DataSetId } = await makeCase('IMPORT_ASSET_FROM_SIGNED_URL', world, true);
  return { DataSetId, desired: { ...model, StartOnCreation: true, FinalizeRevision: true } };
}

/** An import that is to wait. */
async function waitingImport(): Promise<Asked> {
  const { model, DataSetId } = await makeCase('IMPORT_ASSETS_FROM_S3', world, true);
  return { DataSetId, desired: model };
}

async function create(model: Properties): Promise<ProgressEvent> {
  return (await cloudFormation.create(model)).event;
}

async function update(before: Properties, after: Properties, rollback = false): Promise<ProgressEvent> {
  return (await cloudFormation.update(before, after, { rollback })).event;
}

async function remove(model: Properties | undefined): Promise<ProgressEvent> {
  return (await cloudFormation.delete(onlyId(model))).event;
}

/** A create that fails, and the delete of the rollback if there is something to delete. */
async function createAndRollBack(model: Properties): Promise<ProgressEvent> {
  const event = await create(model);
  expect(event.status).toBe('FAILED');
  world.faults();
  if (event.resourceModel !== undefined) {
    expect(await remove(event.resourceModel)).toEqual({ status: 'SUCCESS' });
  }
  return event;
}

/** A job that has run, with its finalised revision. */
async function finalised(asked: Asked): Promise<Asked & { readonly model: Properties; readonly RevisionId: string }> {
  const { resourceModel: model = {} } = await create(asked.desired);
  return {
    ...asked,
    desired: { ...asked.desired, Id: model.Id },
    model,
    RevisionId: model.TargetRevisionId as string,
  };
}

const THROTTLE: FaultAction = { error: 'ThrottlingException' };
const LOST_ANSWER: FaultAction = { connection: 'reset', effect: 'done' };
/** What passes by itself, without the effect of the call and with it. */
const PASSING = [THROTTLE, LOST_ANSWER];

/** The calls of the first invocation: one that fails for good fails the create. */
const FIRST_CALLS = ['ListDataSetRevisions', 'CreateRevision', 'CreateJob', 'SignedUrlPut'];
const LATER_CALLS = ['TagResource', 'StartJob', 'GetJob', 'GetRevision', 'UpdateRevision', 'ListRevisionAssets'];

describe('a create', () => {
  test.each([...FIRST_CALLS, ...LATER_CALLS])('gets over a fault at %s', async (on) => {
    for (const fault of PASSING) {
      const { DataSetId, desired } = await fileImport();
      world.faults({ faults: [{ on, calls: 1, do: fault }] });
      const event = await create(desired);
      expect(world.firedFaults()).toBe(1);
      expect(event).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'COMPLETED', FinalizeRevision: true } });
      const { Id, TargetRevisionId } = event.resourceModel as Properties;
      expect(await world.holdings(DataSetId)).toEqual({ revisions: [TargetRevisionId], jobs: [Id] });
    }
  });

  test.each([...FIRST_CALLS, ...LATER_CALLS])('that fails because %s is refused leaves nothing behind', async (on) => {
    const { DataSetId, desired } = await fileImport();
    world.faults({ faults: [{ on, do: { error: 'AccessDeniedException' } }] });
    const event = await createAndRollBack(desired);
    const left = await world.holdings(DataSetId);
    expect(left.revisions).toEqual([]);
    // The service keeps the record of a job that has run.
    expect(left.jobs.filter((id) => id !== event.resourceModel?.Id)).toEqual([]);
  });

  test.each(FIRST_CALLS)('that is throttled again and again at %s leaves nothing behind', async (on) => {
    const { DataSetId, desired } = await fileImport();
    // An upload is tried again for as long as its URL lives.
    world.faults({ faults: [{ on, do: THROTTLE }], assumptions: { signedUrlSeconds: 1 } });
    await createAndRollBack(desired);
    expect(await world.holdings(DataSetId)).toEqual({ revisions: [], jobs: [] });
  });

  test('whose upload is refused names the job and the answer, and starts nothing', async () => {
    const { DataSetId, desired } = await fileImport();
    world.faults({ faults: [{ on: 'SignedUrlPut', do: { error: 'AccessDeniedException' } }] });
    const event = await create(desired);
    expect(event).toMatchObject({ status: 'FAILED', errorCode: 'GeneralServiceException' });
    expect(event.message).toContain('HTTP status 403');
    expect([...(await world.states(DataSetId))]).toEqual([[event.resourceModel?.Id, 'WAITING']]);
  });

  test('whose budget ends while an upload is tried again fails and leaves nothing behind', async () => {
    const { DataSetId, desired } = await fileImport();
    const budget = new AbortController();
    // An upload asks for the time between two tries; the budget ends in the pause that follows.
    const now = (): number => {
      if (world.emulator.requests('SignedUrlPut').length > 0) {
        setImmediate(() => budget.abort());
      }
      return world.clock.now();
    };
    world.faults({ faults: [{ on: 'SignedUrlPut', do: THROTTLE }] });
    const entrypoint = world.entrypointWith({ now, budgetFor: () => budget.signal });
    const { event } = await world.cloudFormation({ entrypoint }).create(desired);
    expect(event).toMatchObject({ status: 'FAILED', errorCode: 'GeneralServiceException' });
    expect(event.message).toContain('The upload failed');
    expect(world.firedFaults()).toBe(1);
    expect(await remove(event.resourceModel)).toEqual({ status: 'SUCCESS' });
    expect(await world.holdings(DataSetId)).toEqual({ revisions: [], jobs: [] });
  });

  test('of a job that fails leaves neither revision nor data after the rollback', async () => {
    const { DataSetId, desired } = await s3Import();
    const event = await createAndRollBack({ ...desired, S3AssetSources: [{ Bucket: 'source', Key: 'missing.csv' }] });
    expect(event).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest' });
    expect(event.message).toContain('s3://source/missing.csv');
    expect((await world.holdings(DataSetId)).revisions).toEqual([]);
  });

  test('of a job that vanishes leaves no revision after the rollback', async () => {
    const { DataSetId, desired } = await s3Import();
    world.faults({ faults: [{ on: 'CreateJob', do: { job: { seconds: 2, end: 'VANISHED' } } }] });
    const event = await create(desired);
    expect(event).toMatchObject({ status: 'FAILED', errorCode: 'NotStabilized' });
    expect((await cloudFormation.delete(event.resourceModel as Properties)).event).toEqual({ status: 'SUCCESS' });
    expect(await world.holdings(DataSetId)).toEqual({ revisions: [], jobs: [] });
  });

  test('tags its revision later if that failed at first, even if the context is lost', async () => {
    const { DataSetId, desired } = await s3Import();
    world.faults({ faults: [{ on: 'TagResource', calls: 1, do: { connection: 'reset' } }] });
    const { event } = await cloudFormation.create(desired, { keeps: 'model' });
    const { Id, TargetRevisionId: RevisionId } = event.resourceModel as Record<string, string>;
    const { Tags } = await world.client.send(new GetRevisionCommand({ DataSetId, RevisionId }));
    expect(Object.values(Tags ?? {})).toContain(Id);
  });

  test('whose credentials expire between revision and job is repeated, and finds the revision', async () => {
    const { DataSetId, desired } = await s3Import();
    world.faults({
      faults: [{ on: ['CreateJob', 'ListJobs'], calls: [1, 2], do: { error: 'ExpiredTokenException' } }],
    });
    const event = await create(desired);
    expect(event).toMatchObject({ status: 'SUCCESS' });
    expect((await world.holdings(DataSetId)).revisions).toEqual([event.resourceModel?.TargetRevisionId]);
  });

  test('with the token of one whose answer was lost goes on with its revision and job', async () => {
    const { DataSetId, desired } = await s3Import();
    const token = newToken();
    await invokeOnce(overTheWire(world.entrypoint), { action: 'CREATE', model: desired, token });
    const [RevisionId] = (await world.holdings(DataSetId)).revisions as [string];
    await world.client.send(new UpdateRevisionCommand({ DataSetId, RevisionId, Comment: 'touched' }));
    const { event } = await cloudFormation.create(desired, { token });
    expect(event).toMatchObject({ status: 'SUCCESS', resourceModel: { TargetRevisionId: RevisionId } });
    expect(await world.holdings(DataSetId)).toEqual({ revisions: [RevisionId], jobs: [event.resourceModel?.Id] });
  });
});

describe('an update', () => {
  test.each(['GetJob', 'GetRevision', 'UpdateRevision'])('gets over a fault at %s', async (on) => {
    for (const fault of PASSING) {
      const { DataSetId, desired, RevisionId } = await finalised(await s3Import());
      world.faults({ faults: [{ on, calls: 1, do: fault }] });
      const opened = await update(desired, { ...desired, FinalizeRevision: false });
      expect(world.firedFaults()).toBe(1);
      expect(opened).toMatchObject({ status: 'SUCCESS', resourceModel: { FinalizeRevision: false } });
      expect(await world.holdings(DataSetId)).toEqual({ revisions: [RevisionId], jobs: [desired.Id] });
    }
  });

  test('starts a job and finalises its revision', async () => {
    const { desired } = await waitingImport();
    const { resourceModel } = await create(desired);
    const before = { ...desired, Id: resourceModel?.Id };
    const event = await update(before, { ...before, StartOnCreation: true, FinalizeRevision: true });
    expect(event).toMatchObject({ status: 'SUCCESS', resourceModel: { State: 'COMPLETED', FinalizeRevision: true } });
  });

  test('in a rollback succeeds with the true model if the revision cannot be opened', async () => {
    const { desired, RevisionId } = await finalised(await s3Import());
    world.emulator.publishRevision(RevisionId);
    const event = await update(desired, { ...desired, FinalizeRevision: false }, true);
    expect(event).toMatchObject({ status: 'SUCCESS', resourceModel: { FinalizeRevision: true } });
  });
});

describe('a delete', () => {
  test.each(['GetJob', 'GetRevision', 'UpdateRevision', 'DeleteRevision'])('gets over a fault at %s', async (on) => {
    for (const fault of PASSING) {
      const { DataSetId, model } = await finalised(await s3Import());
      world.faults({ faults: [{ on, calls: 1, do: fault }] });
      expect(await remove(model)).toEqual({ status: 'SUCCESS' });
      expect(world.firedFaults()).toBe(1);
      expect((await world.holdings(DataSetId)).revisions).toEqual([]);
    }
  });

  test.each(['CancelJob', 'DeleteRevision', 'GetRevision'])(
    'of a job that waits removes its revision too, also after a fault at %s',
    async (on) => {
      for (const fault of PASSING) {
        const { DataSetId, desired } = await waitingImport();
        const { resourceModel } = await create(desired);
        expect(resourceModel).toMatchObject({ State: 'WAITING', FinalizeRevision: false });
        world.faults({ faults: [{ on, calls: 1, do: fault }] });
        expect(await remove(resourceModel)).toEqual({ status: 'SUCCESS' });
        expect(world.firedFaults()).toBe(1);
        expect(await world.holdings(DataSetId)).toEqual({ revisions: [], jobs: [] });
        expect(await remove(resourceModel)).toMatchObject({ errorCode: 'NotFound' });
      }
    },
  );

  test('of a job that somebody else has cancelled removes its revision', async () => {
    const { DataSetId, desired } = await waitingImport();
    const { resourceModel } = await create(desired);
    await world.cancelJob(resourceModel?.Id as string);
    expect(await remove(resourceModel)).toEqual({ status: 'SUCCESS' });
    expect((await world.holdings(DataSetId)).revisions).toEqual([]);
  });

  test('after 90 days, when the service has forgotten the job, finds the revision by the model', async () => {
    const { DataSetId, model } = await finalised(await s3Import());
    world.clock.advance(91 * 24 * 60 * 60 * 1_000);
    expect(await cloudFormation.read(onlyId(model))).toMatchObject({ errorCode: 'NotFound' });
    expect((await cloudFormation.delete(model)).event).toEqual({ status: 'SUCCESS' });
    expect((await world.holdings(DataSetId)).revisions).toEqual([]);
    expect((await cloudFormation.delete(model)).event).toMatchObject({ errorCode: 'NotFound' });
  });

  test('never removes a revision that another job made', async () => {
    const { DataSetId, desired } = await waitingImport();
    const { resourceModel: first } = await create({ ...desired, StartOnCreation: true });
    const RevisionId = first?.TargetRevisionId;
    const { resourceModel: second } = await create({
      Type: 'IMPORT_ASSET_FROM_SIGNED_URL',
      DataSetId,
      RevisionId,
      UrlAssetName: 'more.csv',
      UrlAssetContent: 'more\n',
      StartOnCreation: true,
      FinalizeRevision: true,
    });
    expect(second).toMatchObject({ RevisionId, TargetRevisionId: RevisionId, FinalizeRevision: true });
    expect(await remove(second)).toEqual({ status: 'SUCCESS' });
    expect((await world.holdings(DataSetId)).revisions).toEqual([RevisionId]);
    expect(await remove(first)).toEqual({ status: 'SUCCESS' });
    expect((await world.holdings(DataSetId)).revisions).toEqual([]);
  });
});

test('a published revision is neither opened nor removed, and the message says what to do', async () => {
  const { DataSetId, desired, model, RevisionId } = await finalised(await s3Import());
  world.emulator.publishRevision(RevisionId);
  const opened = await update(desired, { ...desired, FinalizeRevision: false });
  expect(opened).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest' });
  expect(opened.message).toContain('a published revision can be neither changed nor opened');
  const deleted = await remove(model);
  expect(deleted).toMatchObject({ status: 'FAILED', resourceModel: onlyId(model) });
  expect(deleted.message).toMatch(/DeletionPolicy: Retain/);
  expect((await world.holdings(DataSetId)).revisions).toEqual([RevisionId]);

  await world.client.send(new RevokeRevisionCommand({ DataSetId, RevisionId, RevocationComment: 'no longer right' }));
  expect(await remove(model)).toEqual({ status: 'SUCCESS' });
  expect((await world.holdings(DataSetId)).revisions).toEqual([]);
});

describe('a list', () => {
  test('shows what reads show, and no job whose revision was removed with it', async () => {
    const { DataSetId, desired, model } = await finalised(await s3Import());
    const { resourceModel: waiting } = await create({
      ...desired,
      Id: undefined,
      StartOnCreation: false,
      FinalizeRevision: false,
    });
    const { models } = await cloudFormation.list({ DataSetId });
    expect(models).toHaveLength(2);
    for (const listed of models) {
      const { AssetIds: _, ...shown } = (await cloudFormation.read(onlyId(listed))).resourceModel as Properties;
      expect(listed).toEqual(shown);
    }
    expect(await remove(model)).toEqual({ status: 'SUCCESS' });
    expect((await cloudFormation.list({ DataSetId })).models.map(onlyId)).toEqual([onlyId(waiting)]);
  });

  test('reads each revision once, and shows a job whose revision cannot be read', async () => {
    const { DataSetId, model } = await finalised(await s3Import());
    world.emulator.clearRequests();
    await cloudFormation.list({ DataSetId });
    expect(world.operations()).toEqual(['ListJobs', 'GetRevision']);
    world.faults({ faults: [{ on: 'GetRevision', do: { error: 'AccessDeniedException' } }] });
    expect((await cloudFormation.list({ DataSetId })).models.map(onlyId)).toEqual([onlyId(model)]);
  });
});
