import type { Job } from '../job/job';
import { text } from '../job/properties';
import {
  belongsToJob,
  isUntagged,
  jobTag,
  type Revision,
  type RevisionName,
  revisionOf,
  wantsOwnRevision,
} from '../job/revision';
import { hasEnded } from '../job/states';
import { modelOf } from '../job/translate';
import { type Answer, notFound } from './answer';
import { ifPresent, Refusal, refusalOf } from './exchange';
import type { JobOperation } from './job-operation';

/**
 * Ends an operation with the model as the service shows it. Finalises the revision that the job fills, or opens it, where
 * the operation is to do that.
 *
 * @param seen the revision, where the operation has looked at it already
 */
export async function finish(operation: JobOperation, job: Job, seen?: Revision | 'absent'): Promise<Answer> {
  const { exchange, request } = operation;
  const name = revisionOf(job);
  if (name === undefined) {
    return success(job);
  }
  const revision = seen ?? (await ifPresent(exchange.getRevision(name))) ?? 'absent';
  if (revision === 'absent') {
    return withoutRevision(operation, job, name);
  }
  // A create whose context was lost does not know that its tag failed. No create succeeds without it.
  if (request.operation === 'CREATE' && wantsOwnRevision(request.desired) && isUntagged(revision) && revision.Arn) {
    await tagRevision(operation, revision.Arn);
  }
  const finalized = wantedFinalized(operation, job);
  if (finalized === undefined || finalized === (revision.Finalized === true)) {
    return success(job, revision);
  }
  try {
    // UpdateRevision does not show the tags that GetRevision does.
    return success(job, { ...revision, ...(await exchange.updateRevision(name, finalized)) });
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error;
    }
    if (error.kind === 'absent') {
      return withoutRevision(operation, job, name);
    }
    // A stack must not hang in its rollback because a revision cannot be brought back.
    if (
      request.operation === 'UPDATE' &&
      request.rollback &&
      (error.kind === 'conflict' || error.kind === 'permanent')
    ) {
      return success(job, revision);
    }
    throw withAdvice(error, operation);
  }
}

function success(job: Job, revision?: Revision): Answer {
  return { status: 'SUCCESS', resourceModel: modelOf(job, revision) };
}

/** What this operation makes of the revision's Finalized; undefined: it leaves it. */
function wantedFinalized({ request, context }: JobOperation, job: Job): boolean | undefined {
  if (request.operation === 'CREATE') {
    return context.finalise;
  }
  // A rollback answers at once: it does not wait for a job that still fills the revision.
  if (request.rollback && !hasEnded(job.State)) {
    return undefined;
  }
  return context.change !== undefined && 'finalise' in context.change ? context.change.finalise : undefined;
}

/**
 * A job that is over is nothing without the revision that it made. One that the template names is the template's business,
 * unless this operation is to finalise it: then it has not done what was asked for.
 */
function withoutRevision(operation: JobOperation, job: Job, { revisionId }: RevisionName): Answer {
  const { request, jobId } = operation;
  const isGiven = text(request.desired, 'RevisionId') !== undefined;
  const isToBeFinalised = wantedFinalized(operation, job) === true && !request.rollback;
  if (!hasEnded(job.State) || (isGiven && !isToBeFinalised)) {
    return success(job);
  }
  if (request.operation === 'CREATE') {
    throw new Refusal(
      'permanent',
      'NotStabilized',
      `revision ${revisionId} was removed while the job filled it. Create both again.`,
    );
  }
  return notFound(jobId, `its revision ${revisionId} is gone`);
}

/** Gives the job's own revision the tag that names the job. */
export async function tagRevision(operation: JobOperation, arn: string): Promise<void> {
  try {
    await operation.exchange.tagResource(arn, jobTag(operation.jobId));
  } catch (error) {
    throw error instanceof Refusal && error.kind === 'absent'
      ? new Refusal('permanent', 'NotStabilized', error.message)
      : error;
  }
  operation.remember({ untagged: undefined });
}

/**
 * Removes a revision if it is the job's own. One that is finalised is opened first.
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
  // A finalised revision is read-only; a revoked one cannot be opened, and need not be.
  const mustBeOpened = revision.Finalized === true && revision.Revoked !== true;
  const refusal =
    (mustBeOpened ? await refusalOf(exchange.updateRevision(name, false)) : undefined) ??
    (await refusalOf(exchange.deleteRevision(name)));
  if (refusal !== undefined && refusal.kind !== 'absent') {
    throw withAdvice(refusal, operation);
  }
  return 'removed';
}

/** A conflict about a revision: it is published, or was filled meanwhile. It does not pass by itself. */
function withAdvice(refusal: Refusal, { request }: JobOperation): Refusal {
  const advice = {
    CREATE: 'The revision cannot be finalised as it is: look at it in AWS Data Exchange.',
    UPDATE: 'A published revision cannot be opened again: revoke it, or leave FinalizeRevision true.',
    DELETE: 'A published revision cannot be removed: revoke it, or keep it by DeletionPolicy: Retain.',
  }[request.operation];
  return refusal.kind === 'conflict'
    ? new Refusal('permanent', refusal.errorCode, `${refusal.message} ${advice}`)
    : refusal;
}
