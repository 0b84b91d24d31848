import type { Job } from '../job/job';
import { isUntagged, type Revision, type RevisionName, revisionOf, wantsOwnRevision } from '../job/revision';
import { hasEnded } from '../job/states';
import { type Answer, notFound } from './answer';
import { changeRevision, tagWithJob, wantedChanges } from './change-revision';
import { ifPresent, Refusal } from './exchange';
import type { JobOperation } from './job-operation';
import { fullModel, isGoneWithRevision } from './read';

/**
 * Ends a create or update with the model as the service shows it. Before that, what the operation is to change of the
 * revision that the job fills is changed.
 *
 * @param seen the revision, where the operation has looked at it already
 */
export async function finish(operation: JobOperation, job: Job, seen?: Revision | 'absent'): Promise<Answer> {
  const { exchange, request } = operation;
  const name = revisionOf(job);
  if (name === undefined) {
    return success(operation, job);
  }
  const revision = seen ?? (await ifPresent(exchange.getRevision(name))) ?? 'absent';
  if (revision === 'absent') {
    return withoutRevision(operation, job, name);
  }
  // A create whose context was lost does not know that its tag failed. No create succeeds without it.
  if (request.operation === 'CREATE' && wantsOwnRevision(request.desired) && isUntagged(revision)) {
    await tagWithJob(operation, revision.Arn);
  }
  try {
    return await success(operation, job, await changeRevision(operation, job, name, revision));
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error;
    }
    if (error.kind === 'absent') {
      return withoutRevision(operation, job, name);
    }
    // A stack must not hang in its rollback because a revision cannot be brought back.
    if (request.operation === 'UPDATE' && request.rollback && error.kind === 'permanent') {
      // Some of the change may have been made before the refusal.
      return success(operation, job, await ifPresent(exchange.getRevision(name)));
    }
    throw error;
  }
}

async function success({ exchange }: JobOperation, job: Job, revision?: Revision): Promise<Answer> {
  return { status: 'SUCCESS', resourceModel: await fullModel(job, revision, exchange) };
}

/** What to answer if the revision of the job does not exist. */
async function withoutRevision(operation: JobOperation, job: Job, { revisionId }: RevisionName): Promise<Answer> {
  const { request, jobId } = operation;
  if (!isLostWithRevision(operation, job)) {
    return success(operation, job);
  }
  if (request.operation === 'CREATE') {
    throw new Refusal(
      'permanent',
      'NotStabilized',
      `revision ${revisionId} was removed by somebody else. Create both again.`,
    );
  }
  return notFound(jobId, `its revision ${revisionId} is gone`);
}

/** Whether the operation cannot succeed any more because the revision of its job does not exist. */
function isLostWithRevision(operation: JobOperation, job: Job): boolean {
  const { desired, rollback } = operation.request;
  if (isGoneWithRevision(job, desired)) {
    return true;
  }
  // A stack must not hang in its rollback: the job is as it was.
  if (rollback) {
    return false;
  }
  // Without its own revision a job can never run, and nothing has the comment and the tags that the template asks for.
  // An operation that is to finalise a revision has failed without it, whoever made the revision.
  return wantsOwnRevision(desired) || (hasEnded(job.State) && wantedChanges(operation, job).finalised === true);
}
