import {
  CancelJobCommand,
  DeleteDataSetCommand,
  DeleteEventActionCommand,
  ListDataSetRevisionsCommand,
  paginateListDataSets,
  paginateListJobs,
  RevokeRevisionCommand,
} from '@aws-sdk/client-dataexchange';
import {
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectsCommand,
  ListBucketsCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import type { Kind, RemovalWorld } from '../kinds';
import type { Made } from '../probe';

/** A delete can be refused for a while, as long as the deletion of assets goes on (Terraform waits 2 s, ten times). */
const ATTEMPTS = 10;
const PAUSE_SECONDS = 2;
const REVOCATION = 'Made by an acceptance run, which is over.';

/** What the probes of Data Exchange make. Jobs cannot be removed: those that wait are cancelled. */
export const EXCHANGE_KINDS = {
  bucket: { remove: removeBucket, find: findBuckets },
  'data-set': { remove: removeDataSet, find: findDataSets },
  // Only the local Data Exchange can make one. A run that was killed leaves it by its id or not at all.
  entitlement: { remove: async ({ id }, { emulator }) => emulator?.endEntitlement(id), find: async () => [] },
  'event-action': { remove: removeEventAction, find: async () => [] },
  job: { remove: ({ id }, world) => cancel(id, world), find: async () => [] },
} as const satisfies Record<string, Kind>;

async function removeBucket({ id: Bucket }: Required<Made>, { clients: { s3 } }: RemovalWorld): Promise<void> {
  try {
    await s3.send(new DeleteBucketPolicyCommand({ Bucket }));
    for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket })) {
      const Objects = Contents.flatMap(({ Key }) => (Key === undefined ? [] : [{ Key }]));
      if (Objects.length > 0) {
        await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
      }
    }
    await s3.send(new DeleteBucketCommand({ Bucket }));
  } catch (error) {
    ignore(error, 'NoSuchBucket', 'NotFound');
  }
}

async function findBuckets(prefix: string, { clients: { s3 } }: RemovalWorld): Promise<Required<Made>[]> {
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  return Buckets.flatMap(({ Name = '' }) =>
    Name.startsWith(prefix) ? [{ kind: 'bucket', name: Name, id: Name }] : [],
  );
}

async function removeEventAction({ id: EventActionId }: Required<Made>, { clients }: RemovalWorld): Promise<void> {
  try {
    await clients.dataExchange.send(new DeleteEventActionCommand({ EventActionId }));
  } catch (error) {
    ignore(error, 'ResourceNotFoundException');
  }
}

async function removeDataSet({ id: DataSetId }: Required<Made>, world: RemovalWorld): Promise<void> {
  const { clients, wait } = world;
  const client = clients.dataExchange;
  try {
    for await (const { Jobs = [] } of paginateListJobs({ client }, { DataSetId })) {
      for (const { Id = '' } of Jobs.filter(({ State }) => State === 'WAITING')) {
        await cancel(Id, world);
      }
    }
    for (let attempt = 1; ; attempt += 1) {
      try {
        await client.send(new DeleteDataSetCommand({ DataSetId }));
        return;
      } catch (error) {
        if ((error as Error).name !== 'ConflictException' || attempt === ATTEMPTS) {
          throw error;
        }
        // Finalizing may have published a revision: then it has to be revoked first.
        await revokeAll(DataSetId, world);
        await wait(PAUSE_SECONDS);
      }
    }
  } catch (error) {
    ignore(error, 'ResourceNotFoundException');
  }
}

async function revokeAll(DataSetId: string, { clients }: RemovalWorld): Promise<void> {
  const { Revisions = [] } = await clients.dataExchange.send(
    new ListDataSetRevisionsCommand({ DataSetId, MaxResults: 200 }),
  );
  for (const { Id: RevisionId } of Revisions.filter(({ Finalized, Revoked }) => Finalized && !Revoked)) {
    try {
      const input = { DataSetId, RevisionId, RevocationComment: REVOCATION };
      await clients.dataExchange.send(new RevokeRevisionCommand(input));
    } catch (error) {
      ignore(error, 'ConflictException', 'ValidationException', 'ResourceNotFoundException');
    }
  }
}

async function findDataSets(prefix: string, { clients }: RemovalWorld): Promise<Required<Made>[]> {
  const found: Required<Made>[] = [];
  for await (const { DataSets = [] } of paginateListDataSets({ client: clients.dataExchange }, { Origin: 'OWNED' })) {
    for (const { Name = '', Id = '' } of DataSets) {
      if (Name.startsWith(prefix)) {
        found.push({ kind: 'data-set', name: Name, id: Id });
      }
    }
  }
  return found;
}

/** A job that has been started, has ended or is gone cannot be cancelled, and need not be. */
async function cancel(JobId: string, { clients }: RemovalWorld): Promise<void> {
  try {
    await clients.dataExchange.send(new CancelJobCommand({ JobId }));
  } catch (error) {
    ignore(error, 'ConflictException', 'ResourceNotFoundException', 'ValidationException');
  }
}

function ignore(error: unknown, ...names: readonly string[]): void {
  if (!names.includes((error as Error).name)) {
    throw error;
  }
}
