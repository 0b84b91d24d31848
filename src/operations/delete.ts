import type { Job } from '../job/job';
import { createdRevisionOf, revisionOf } from '../job/revision';
import { hasEnded } from '../job/states';
import { type Answer, notFound } from './answer';
import { refusalOf } from './exchange';
import { nounOf } from './job-failure';
import type { JobOperation } from './job-operation';
import { removeOwnRevision } from './own-revision';
import { duration } from './schedule';

const DELETED: Answer = { status: 'SUCCESS' };

/** Cancels a job that waits, waits for the end of one that runs, and removes the revision that the job made. */
export async function deleteJob(operation: JobOperation): Promise<Answer> {
  const { exchange, jobId, request } = operation;
  const isFirst = operation.context.phase === 'new';
  const job = await operation.look();
  // The service forgets a job after 90 days. Its revision is then known by the model alone.
  const revision = job === undefined ? createdRevisionOf(request.desired) : revisionOf(job);
  if (job === undefined || job.State === 'CANCELLED') {
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
  return isFirst && removal === 'absent' ? notFound(jobId) : DELETED;
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
