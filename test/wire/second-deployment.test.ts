import {
  CreateRevisionCommand,
  GetRevisionCommand,
  ListTagsForResourceCommand,
  UpdateRevisionCommand,
} from '@aws-sdk/client-dataexchange';
import type { FaultAction } from 'local-data-exchange';
import type { Properties } from '../../src/job/properties';
import type { ProgressEvent } from '../support/contract';
import { useWorld } from '../support/world';
import { makeCase, onlyId } from './cases';

/** What follows a first deployment: corrections in place, neighbours in one revision, publication, and removal. */

const world = useWorld();
const cloudFormation = world.cloudFormation({ retries: 3 });

const TAGS = [
  { Key: 'draft', Value: '' },
  { Key: 'team', Value: 'weather' },
];

/** An import that has run, with its own revision. */
interface Deployed {
  readonly DataSetId: string;
  readonly RevisionId: string;
  /** What the template asks for, with the identifier. */
  readonly desired: Properties;
  readonly shown: Properties;
}

async function deploy(more: Properties): Promise<Deployed> {
  const { model, DataSetId } = await makeCase('IMPORT_ASSETS_FROM_S3', world, true);
  const asked = { ...model, StartOnCreation: true, ...more };
  const { event } = await cloudFormation.create(asked);
  expect(event).toMatchObject({ status: 'SUCCESS' });
  const shown = event.resourceModel as Properties;
  return { DataSetId, RevisionId: shown.TargetRevisionId as string, desired: { ...asked, Id: shown.Id }, shown };
}

async function update(before: Properties, after: Properties, rollback = false): Promise<ProgressEvent> {
  return (await cloudFormation.update(before, after, { rollback })).event;
}

async function revisionIn({ DataSetId, RevisionId }: Deployed) {
  const revision = await world.client.send(new GetRevisionCommand({ DataSetId, RevisionId }));
  const { Tags = {} } = await world.client.send(new ListTagsForResourceCommand({ ResourceArn: revision.Arn }));
  return { ...revision, Tags };
}

async function open({ DataSetId, RevisionId }: Deployed): Promise<void> {
  await world.client.send(new UpdateRevisionCommand({ DataSetId, RevisionId, Finalized: false }));
}

const CORRECTED = { RevisionComment: 'October', RevisionTags: [{ Key: 'team', Value: 'climate' }] };

describe.each([false, true])('comment and tags of an own revision, finalised: %s', (FinalizeRevision) => {
  const more = { FinalizeRevision, RevisionComment: 'Oktober', RevisionTags: TAGS };

  test('change in place, and the tags of this type stay', async () => {
    const deployed = await deploy(more);
    const { desired, shown } = deployed;
    expect(shown).toMatchObject(more);
    const { Tags: before } = await revisionIn(deployed);
    const event = await update(desired, { ...desired, ...CORRECTED });
    expect(event).toEqual({ status: 'SUCCESS', resourceModel: { ...shown, ...CORRECTED } });
    expect((await cloudFormation.read(onlyId(shown))).resourceModel).toEqual(event.resourceModel);
    const after = await revisionIn(deployed);
    expect(after).toMatchObject({ Comment: 'October', Finalized: FinalizeRevision });
    const { draft: _, ...kept } = before;
    expect(after.Tags).toEqual({ ...kept, team: 'climate' });
  });

  const PASSING: readonly FaultAction[] = [{ error: 'ThrottlingException' }, { connection: 'reset', effect: 'done' }];
  test.each(['TagResource', 'UntagResource', 'UpdateRevision', 'GetRevision', 'ListRevisionAssets'])(
    'change although %s fails, at whichever of its calls',
    async (on) => {
      for (const fault of PASSING) {
        for (const calls of [1, 2, 3]) {
          const deployed = await deploy(more);
          world.faults({ faults: [{ on, calls, do: fault }] });
          const event = await update(deployed.desired, { ...deployed.desired, ...CORRECTED });
          expect(event).toEqual({ status: 'SUCCESS', resourceModel: { ...deployed.shown, ...CORRECTED } });
          world.faults();
          const { Finalized, Comment, Tags } = await revisionIn(deployed);
          expect([Finalized, Comment]).toEqual([FinalizeRevision, 'October']);
          expect(Object.keys(Tags).filter((key) => key.includes('Reopened'))).toEqual([]);
        }
      }
    },
    30_000,
  );

  test('a revision that the service lets nobody open is refused by a sentence, and stays as it is', async () => {
    const deployed = await deploy({ ...more, FinalizeRevision: true });
    world.emulator.publishRevision(deployed.RevisionId);
    const { Tags: before } = await revisionIn(deployed);
    const after = { ...deployed.desired, RevisionComment: 'October' };
    const event = await update(deployed.desired, after);
    expect(event).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest' });
    expect(event.message).toContain(`revision ${deployed.RevisionId} is published`);
    expect(await revisionIn(deployed)).toMatchObject({ Comment: 'Oktober', Finalized: true, Tags: before });
    // The rollback must not hang.
    expect(await update(after, deployed.desired, true)).toMatchObject({ status: 'SUCCESS' });
    // Tags are not part of the version.
    const { RevisionTags } = CORRECTED;
    expect(await update(deployed.desired, { ...deployed.desired, RevisionTags })).toMatchObject({
      status: 'SUCCESS',
      resourceModel: { RevisionTags, FinalizeRevision: true },
    });
  });
});

test('what changes nothing in the service is accepted on a published revision', async () => {
  const { desired, RevisionId } = await deploy({ FinalizeRevision: true });
  world.emulator.publishRevision(RevisionId);
  const after = { ...desired, RevokeOnDelete: true, RevocationComment: 'Two stations reported wrong values.' };
  expect(await update(desired, after)).toMatchObject({ status: 'SUCCESS' });
  expect(await update(after, { ...after, RevocationComment: 'short' })).toMatchObject({
    status: 'FAILED',
    errorCode: 'InvalidRequest',
  });
});

describe('several jobs in one revision', () => {
  const neighbour = ({ desired, RevisionId }: Deployed): Properties => ({
    ...desired,
    Id: undefined,
    RevisionId,
    FinalizeRevision: true,
  });

  test('each show what they did themselves, whoever finalises it', async () => {
    const first = await deploy({ FinalizeRevision: false });
    const second = (await cloudFormation.create(neighbour(first))).event.resourceModel as Properties;
    expect(second).toMatchObject({ FinalizeRevision: true, TargetRevisionId: first.RevisionId });
    expect(second.AssetIds).toHaveLength((first.shown.AssetIds as unknown[]).length);
    expect(second.AssetIds).not.toEqual(first.shown.AssetIds);
    expect((await cloudFormation.read(onlyId(first.shown))).resourceModel).toEqual(first.shown);
    // Somebody opens the revision: that is drift.
    await open(first);
    expect((await cloudFormation.read(onlyId(second))).resourceModel).toEqual({ ...second, FinalizeRevision: false });
  });

  test('leave it finalised as long as one of them wants that', async () => {
    const first = await deploy({ FinalizeRevision: false });
    const asked = neighbour(first);
    const second = (await cloudFormation.create(asked)).event.resourceModel as Properties;
    const finalising = { ...first.desired, FinalizeRevision: true };
    expect(await update(first.desired, finalising)).toMatchObject({ resourceModel: { FinalizeRevision: true } });
    const other = { ...asked, Id: second.Id };
    const event = await update(other, { ...other, FinalizeRevision: false });
    expect(event).toMatchObject({ status: 'SUCCESS', resourceModel: { FinalizeRevision: false } });
    expect(await revisionIn(first)).toMatchObject({ Finalized: true });
    expect(await update(finalising, first.desired)).toMatchObject({ resourceModel: { FinalizeRevision: false } });
    expect(await revisionIn(first)).toMatchObject({ Finalized: false });
  });

  test('that is finalised take no more, wherever the service says so', async () => {
    for (const finalizedRevisionImport of ['CreateJob', 'StartJob', 'job']) {
      const first = await deploy({ FinalizeRevision: true });
      world.faults({ assumptions: { finalizedRevisionImport } } as never);
      const { event } = await cloudFormation.create(neighbour(first));
      expect(event).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest' });
      expect(event.message).toContain('Change Triggers (or another property) of the resource that makes the revision');
      expect(event.message).not.toMatch(/\.\./);
      world.faults();
    }
  });
});

describe('an export in which two assets would be written to one object', () => {
  test('names them, says how that comes about, and what to do', async () => {
    const { DataSetId, RevisionId, desired } = await deploy({});
    const again = { ...desired, Id: undefined, RevisionId };
    expect((await cloudFormation.create(again)).event).toMatchObject({ status: 'SUCCESS' });
    const assets = await world.assets({ DataSetId, RevisionId });
    const [{ Name: name } = {}] = assets;
    const twins = assets.filter(({ Name }) => Name === name).map(({ Id }) => Id as string);
    const exports = [
      { Type: 'EXPORT_REVISIONS_TO_S3', S3RevisionDestinations: [{ RevisionId, Bucket: 'target' }] },
      {
        Type: 'EXPORT_ASSETS_TO_S3',
        RevisionId,
        S3AssetDestinations: twins.map((AssetId) => ({ AssetId, Bucket: 'target' })),
      },
    ];
    for (const model of exports) {
      const { event } = await cloudFormation.create({ ...model, DataSetId, StartOnCreation: true });
      expect(event).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest' });
      expect(event.message).toMatch(/would both be written to s3:\/\/target\/.*several jobs.*changing Triggers/);
      expect(event.message).not.toContain('..');
    }
    // The explanation must not hide the failure.
    world.faults({ faults: [{ on: 'ListRevisionAssets', do: { error: 'AccessDeniedException' } }] });
    const { event } = await cloudFormation.create({ ...exports[0], DataSetId, StartOnCreation: true });
    expect(event).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest' });
  });
});

test('the id of a job in the place of a revision’s is suspected to be a Ref', async () => {
  const { desired, shown } = await deploy({});
  const { model: exported } = await makeCase('EXPORT_REVISIONS_TO_S3', world);
  const destination = (exported.S3RevisionDestinations as object[])[0];
  const wrong = [
    { ...desired, Id: undefined, RevisionId: shown.Id },
    { ...exported, DataSetId: desired.DataSetId, S3RevisionDestinations: [{ ...destination, RevisionId: shown.Id }] },
  ];
  for (const createJobChecks of ['all', 'details'] as const) {
    for (const model of wrong) {
      world.faults({ assumptions: { createJobChecks } });
      const { event } = await cloudFormation.create({ ...model, StartOnCreation: true });
      expect(event).toMatchObject({ status: 'FAILED', errorCode: 'InvalidRequest' });
      expect(event.message).toContain('If RevisionId is the Ref of another job');
    }
  }
});

describe('a delete', () => {
  const PUBLISHED = { FinalizeRevision: true, RevokeOnDelete: true };

  async function deployPublished(more: Properties = {}): Promise<Deployed> {
    const deployed = await deploy({ ...PUBLISHED, ...more });
    world.emulator.publishRevision(deployed.RevisionId);
    return deployed;
  }

  test('revokes and removes a published revision where the template asks for that', async () => {
    for (const RevocationComment of [undefined, 'Two stations reported wrong values.']) {
      const { DataSetId, desired } = await deployPublished({ RevocationComment });
      world.emulator.clearRequests();
      expect((await cloudFormation.delete(desired)).event).toEqual({ status: 'SUCCESS' });
      expect(world.operations()).toContain('RevokeRevision');
      expect((await world.holdings(DataSetId)).revisions).toEqual([]);
    }
  });

  test('fails on a published revision otherwise, and names the ways out', async () => {
    for (const desired of [{ RevokeOnDelete: false }, { RevokeOnDelete: undefined }]) {
      const deployed = await deployPublished(desired);
      const { event } = await cloudFormation.delete(deployed.desired);
      expect(event).toMatchObject({ status: 'FAILED', resourceModel: onlyId(deployed.shown) });
      expect(event.message).toMatch(
        /is published.*Revoke it and delete again.*--retain-resources.*RevokeOnDelete: true or DeletionPolicy: Retain/,
      );
      expect(await revisionIn(deployed)).toMatchObject({ Finalized: true });
    }
  });

  test('succeeds where the service revokes a revision and does not remove it', async () => {
    const deployed = await deployPublished();
    world.faults({ assumptions: { deleteRevokedRevision: 'refused' } } as never);
    expect((await cloudFormation.delete(deployed.desired)).event).toEqual({ status: 'SUCCESS' });
    expect(await revisionIn(deployed)).toMatchObject({ Revoked: true });
  });

  test.each(['UpdateRevision', 'RevokeRevision', 'DeleteRevision', 'GetRevision', 'GetJob'])(
    'gets over a fault at %s',
    async (on) => {
      const PASSING: readonly FaultAction[] = [
        { error: 'ThrottlingException' },
        { connection: 'reset', effect: 'done' },
      ];
      for (const fault of PASSING) {
        const { DataSetId, desired } = await deployPublished();
        world.faults({ faults: [{ on, calls: 1, do: fault }] });
        expect((await cloudFormation.delete(desired)).event).toEqual({ status: 'SUCCESS' });
        world.faults();
        expect((await world.holdings(DataSetId)).revisions).toEqual([]);
      }
    },
  );

  test('waits half a minute for a conflict to pass, and then says what it is', async () => {
    const conflict: FaultAction = { error: 'ConflictException' };
    const passing = await deploy({});
    world.faults({ faults: [{ on: 'DeleteRevision', calls: [1, 2, 3], do: conflict }] } as never);
    expect((await cloudFormation.delete(passing.desired)).event).toEqual({ status: 'SUCCESS' });
    const lasting = await deploy({});
    world.faults({ faults: [{ on: 'DeleteRevision', do: conflict }] });
    const { event, seconds } = await cloudFormation.delete(lasting.desired);
    expect(event).toMatchObject({ status: 'FAILED', errorCode: 'GeneralServiceException' });
    expect(event.message).toContain('cannot be removed as it is');
    expect(seconds).toBeGreaterThanOrEqual(30);
    expect(seconds).toBeLessThan(90);
  });

  test('finds the revision of a job that the service has forgotten, by its tag', async () => {
    const { DataSetId, desired, shown } = await deploy({ FinalizeRevision: true });
    world.clock.advance(91 * 24 * 3_600_000);
    expect((await cloudFormation.delete(onlyId(shown))).event).toMatchObject({ errorCode: 'NotFound' });
    expect((await cloudFormation.delete(desired)).event).toEqual({ status: 'SUCCESS' });
    expect((await world.holdings(DataSetId)).revisions).toEqual([]);
    expect((await cloudFormation.delete(desired)).event).toMatchObject({ errorCode: 'NotFound' });
  });

  test('looks for it among more revisions than one invocation can see', async () => {
    const { DataSetId, desired } = await deploy({});
    for (let count = 0; count < 205; count += 1) {
      world.clock.advance(1_000);
      await world.client.send(new CreateRevisionCommand({ DataSetId }));
    }
    world.clock.advance(91 * 24 * 3_600_000);
    world.faults({ faults: [{ on: 'GetRevision', calls: 100, do: { error: 'ThrottlingException' } }] });
    const { event, events } = await cloudFormation.delete(desired);
    expect(event).toEqual({ status: 'SUCCESS' });
    expect(events.map(({ message }) => message)).toContainEqual(
      expect.stringContaining(`looking for its revision among those of data set ${DataSetId}`),
    );
    expect((await world.holdings(DataSetId)).revisions).toHaveLength(25);
  }, 30_000);
});

describe('where the product publishes a revision as soon as it is finalised', () => {
  beforeEach(() => world.faults({ assumptions: { publishOnFinalize: true } }));

  test('a create finalises it, reads show that, and a delete that may revoke it leaves nothing', async () => {
    const { DataSetId, desired, shown } = await deploy({ FinalizeRevision: true, RevokeOnDelete: true });
    expect((await cloudFormation.read(onlyId(shown))).resourceModel).toEqual(shown);
    expect((await cloudFormation.delete(desired)).event).toEqual({ status: 'SUCCESS' });
    expect((await world.holdings(DataSetId)).revisions).toEqual([]);
  });

  test('a role that lacks the right to publish is told which right it lacks', async () => {
    const { model } = await makeCase('IMPORT_ASSETS_FROM_S3', world, true);
    world.faults({ faults: [{ on: 'UpdateRevision', do: { denied: 'dataexchange:PublishDataSet' } }] });
    const { event } = await cloudFormation.create({ ...model, StartOnCreation: true, FinalizeRevision: true });
    expect(event).toMatchObject({ status: 'FAILED', errorCode: 'AccessDenied' });
    expect(event.message).toMatch(/The type's execution role needs dataexchange:PublishDataSet\.$/);
  });
});
