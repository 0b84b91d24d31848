import type { Job } from '../job/job';
import { own, type Properties, text } from '../job/properties';
import { revisionOf, wantsOwnRevision } from '../job/revision';
import { hasEnded } from '../job/states';
import { type Answer, notFound } from './answer';
import type { CallbackContext } from './callback-context';
import { refusalOf } from './exchange';
import { nounOf } from './job-failure';
import type { JobOperation } from './job-operation';
import { findOwnRevision, removeOwnRevision } from './remove-revision';
import { duration, STORE_DELAY_SECONDS } from './schedule';

const DEFAULT_REVOCATION_COMMENT = 'The CloudFormation resource that made this revision was removed.';

/**
 * What a delete needs of the template's properties is taken from its first event. Cloud Control API sends the
 * identifier alone, and an IN_PROGRESS answer of a delete has no other property.
 */
export function firstDeleteContext(desired: Properties, jobId: string, beganAt: number): CallbackContext {
  return {
    phase: 'new',
    jobId,
    beganAt,
    dataSetId: wantsOwnRevision(desired) ? text(desired, 'DataSetId') : undefined,
    revocationComment:
      own(desired, 'RevokeOnDelete') === true
        ? (text(desired, 'RevocationComment') ?? DEFAULT_REVOCATION_COMMENT)
        : undefined,
  };
}

const DELETED: Answer = { status: 'SUCCESS' };

/** Cancels a job that waits, waits for the end of one that runs, and removes the revision that the job made. */
export async function deleteJob(operation: JobOperation): Promise<Answer> {
  const { exchange, jobId } = operation;
  const isFirst = operation.context.phase === 'new';
  const job = await operation.look();
  if (job === undefined) {
    return deleteForgotten(operation);
  }
  const revision = revisionOf(job);
  if (job.State === 'CANCELLED') {
    const removal = await removeOwnRevision(operation, revision);
    return isFirst && removal !== 'removed' ? notFound(jobId) : DELETED;
  }

  operation.remember({ phase: 'leaving' });
  if (job.State === 'WAITING') {
    const refusal = await refusalOf(exchange.cancelJob(jobId));
    if (refusal?.kind === 'conflict') {
      const running = await startedMeanwhile(operation);
      if (running !== undefined) {
        return running;
      }
    } else if (refusal !== undefined && refusal.kind !== 'absent') {
      throw refusal;
    }
    await removeOwnRevision(operation, revision);
    return DELETED;
  }
  if (!hasEnded(job.State)) {
    return waitForEnd(operation, job);
  }
  const removal = await removeOwnRevision(operation, revision);
  return isFirst && removal === 'absent' ? notFound(jobId, `its revision ${revision?.revisionId} is gone`) : DELETED;
}

/** The service does not know the job: it never existed, or is forgotten after 90 days. Its revision may still exist. */
async function deleteForgotten(operation: JobOperation): Promise<Answer> {
  const { jobId, context } = operation;
  const isFirst = context.phase === 'new';
  const revision = await findOwnRevision(operation);
  if (revision === 'unfinished') {
    return operation.inProgress(
      STORE_DELAY_SECONDS,
      `job ${jobId} is gone; looking for its revision among those of data set ${context.dataSetId}`,
    );
  }
  const removal = await removeOwnRevision(operation, revision);
  return isFirst && removal !== 'removed' ? notFound(jobId) : DELETED;
}

/** CancelJob met a conflict: somebody has started the job. @returns undefined if it has ended, or is gone, by now */
async function startedMeanwhile(operation: JobOperation): Promise<Answer | undefined> {
  const job = await operation.look();
  if (job === undefined || hasEnded(job.State)) {
    return undefined;
  }
  return job.State === 'WAITING'
    ? operation.poll(
        `job ${job.Id} was started and cannot be cancelled; waiting for its end`,
        operation.context.beganAt,
      )
    : waitForEnd(operation, job);
}

function waitForEnd(operation: JobOperation, job: Job): Answer {
  const { beganAt } = operation.context;
  const waited = duration(operation.now - beganAt);
  return operation.poll(`${nounOf(job)} is running and cannot be cancelled; waiting for its end (${waited})`, beganAt);
}
