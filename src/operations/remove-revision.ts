import { belongsToJob, isTaggedFor, type RevisionName } from '../job/revision';
import { sentences } from '../job/sentences';
import { ifPresent, Refusal, refusalOf } from './exchange';
import type { JobOperation } from './job-operation';
import { CONFLICT_PATIENCE_MS } from './schedule';
import { sideBySide } from './side-by-side';

/**
 * How to keep a revision after a delete that failed. CloudFormation does not update a stack that is in DELETE_FAILED or
 * ROLLBACK_FAILED, so the template cannot say so any more.
 */
const KEEP = 'delete the stack again with --retain-resources';

/**
 * Removes a revision if it is the job's own. One that is finalised is opened first; one that is published is revoked
 * first where the template asks for that.
 *
 * @returns whether it was removed, belongs to somebody else, or did not exist
 * @throws Refusal
 */
export async function removeOwnRevision(
  operation: JobOperation,
  name: RevisionName | undefined,
): Promise<'removed' | 'foreign' | 'absent'> {
  const { exchange, jobId } = operation;
  if (name === undefined) {
    return 'foreign';
  }
  const revision = await ifPresent(exchange.getRevision(name));
  if (revision === undefined) {
    return 'absent';
  }
  if (!belongsToJob(revision, jobId)) {
    return 'foreign';
  }
  operation.remember({ phase: 'leaving' });
  // A revoked revision cannot be opened, and need not be.
  const isRevoked = revision.Revoked === true || (revision.Finalized === true && (await openOrRevoke(operation, name)));
  const refusal = await refusalOf(exchange.deleteRevision(name));
  if (refusal?.kind === 'conflict') {
    await waitOrJudge(operation, name, refusal, isRevoked);
  } else if (refusal !== undefined && refusal.kind !== 'absent') {
    throw refusal;
  }
  return 'removed';
}

/** Makes a finalised revision removable. @returns whether it was revoked, because it is published */
async function openOrRevoke({ exchange, context }: JobOperation, name: RevisionName): Promise<boolean> {
  const refusal = await refusalOf(exchange.updateRevision(name, { finalized: false }));
  if (refusal === undefined || refusal.kind === 'absent') {
    return false;
  }
  if (refusal.kind !== 'conflict') {
    throw refusal;
  }
  if (context.revocationComment === undefined) {
    throw new Refusal(
      'permanent',
      refusal.errorCode,
      sentences(
        refusal.message,
        `Revision ${name.revisionId} is published, so it can be neither opened nor removed. Revoke it and delete again, or ` +
          `keep it: ${KEEP}. Another time, deploy RevokeOnDelete: true or DeletionPolicy: Retain before the delete`,
      ),
    );
  }
  const revocation = await refusalOf(exchange.revokeRevision(name, context.revocationComment));
  if (revocation !== undefined && revocation.kind !== 'absent') {
    throw revocation.kind === 'conflict'
      ? new Refusal(
          'permanent',
          revocation.errorCode,
          sentences(
            revocation.message,
            `Revision ${name.revisionId} can be neither opened nor revoked: look at it in AWS Data Exchange`,
          ),
        )
      : revocation;
  }
  return true;
}

/** A conflict at DeleteRevision may pass: assets may still be on their way out. After a while it counts. */
async function waitOrJudge(
  operation: JobOperation,
  name: RevisionName,
  conflict: Refusal,
  isRevoked: boolean,
): Promise<void> {
  const conflictSince = operation.context.conflictSince ?? operation.now;
  operation.remember({ conflictSince });
  if (operation.now - conflictSince < CONFLICT_PATIENCE_MS) {
    throw new Refusal('transient', conflict.errorCode, conflict.message);
  }
  // A service that does not remove a revoked revision has still revoked it: nobody can use it any more.
  if (!isRevoked) {
    throw new Refusal(
      'permanent',
      conflict.errorCode,
      sentences(
        conflict.message,
        `Revision ${name.revisionId} cannot be removed as it is: look at it in AWS Data Exchange and delete again, or keep it: ${KEEP}`,
      ),
    );
  }
}

/**
 * The job's own revision, for when the service has forgotten the job (after 90 days): it is the one of the data set's
 * revisions that has the job's tag. A delete event has the data set's id, unless it comes from Cloud Control API.
 *
 * @returns `unfinished` if there are more revisions than one invocation looks at; the place is remembered
 * @throws Refusal
 */
export async function findOwnRevision(operation: JobOperation): Promise<RevisionName | 'unfinished' | undefined> {
  const { exchange, jobId } = operation;
  const { dataSetId, searchFrom } = operation.context;
  if (dataSetId === undefined) {
    return undefined;
  }
  // The listing shows no tags, so each revision is looked at.
  const page = await ifPresent(exchange.listRevisions(dataSetId, { maxResults: 200, nextToken: searchFrom }));
  let found: RevisionName | undefined;
  await sideBySide(
    page?.revisions ?? [],
    async ({ Id: revisionId }) => {
      const revision = await ifPresent(exchange.getRevision({ dataSetId, revisionId }));
      if (revision !== undefined && isTaggedFor(revision, jobId)) {
        found = { dataSetId, revisionId };
      }
    },
    () => found !== undefined,
  );
  if (found !== undefined || page?.nextToken === undefined) {
    return found;
  }
  operation.remember({ searchFrom: page.nextToken });
  return 'unfinished';
}
