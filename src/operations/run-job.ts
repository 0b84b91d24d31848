import type { Job } from '../job/job';
import { revisionOf } from '../job/revision';
import { type Answer, notFound } from './answer';
import { isAbsent } from './callback-context';
import { type Refusal, refusalOf } from './exchange';
import { finish } from './finish';
import { ifFinalised } from './given-revision';
import { jobFailure, nounOf } from './job-failure';
import type { JobOperation } from './job-operation';
import { keyCollision } from './key-collision';
import { duration, NOT_YET_VISIBLE_MS, pollDelay, START_LAG_MS } from './schedule';

/** What create and update share: starts a job that is to run, follows it to its end, and finishes the operation. */
export async function runJob(operation: JobOperation): Promise<Answer> {
  // A job that is to start is started without a look at it: a refusal says that there is something to look at. Where
  // the context was lost, the job may have been started long ago.
  const isToStart = operation.context.phase === 'to-start' && !isAbsent(operation.request.callbackContext);
  return isToStart && !operation.isPastDeadline() ? startJob(operation) : followJob(operation, await operation.look());
}

/** Starts the job. If it turns out to be in another state than WAITING, follows it. */
export async function startJob(operation: JobOperation): Promise<Answer> {
  const { exchange, jobId, request } = operation;
  if (operation.isPastDeadline()) {
    return operation.inProgress(1, 'the job was never started');
  }
  if (operation.context.phase !== 'started') {
    operation.remember({ phase: 'to-start' });
  }
  const refusal = await refusalOf(exchange.startJob(jobId));
  switch (refusal?.kind) {
    case undefined:
      // Only now the job counts as started, whatever GetJob shows for a while.
      operation.remember({ phase: 'started', startedAt: operation.now, slotSince: undefined, faults: undefined });
      return operation.inProgress(pollDelay(0), `${nounOf(operation.job ?? request.desired)} started`);
    case 'conflict':
      return followJob(operation, await operation.look(), refusal);
    case 'quota':
      return operation.waitToStart(refusal);
    case 'absent':
      return goneJob(operation);
    default:
      throw refusal;
  }
}

/** @param refusedStart why StartJob, which an invocation tries once, was refused in this one */
async function followJob(operation: JobOperation, job: Job | undefined, refusedStart?: Refusal): Promise<Answer> {
  if (job === undefined) {
    return goneJob(operation);
  }
  const isIdle = operation.context.phase === 'idle';
  switch (job.State) {
    case 'WAITING':
      return isIdle ? finish(operation, job) : followWaitingJob(operation, job, refusedStart);
    case 'COMPLETED':
      return finish(operation, job);
    case 'ERROR': {
      const { code, message } = jobFailure(job, await keyCollision(job, operation.exchange));
      return operation.failed(code, message);
    }
    case 'TIMED_OUT':
      return operation.failed(
        'NotStabilized',
        `The ${nounOf(job)} took too long for the service: job ${job.Id} ended in TIMED_OUT. ` +
          'Try again with less data in one job.',
      );
    case 'CANCELLED':
      return operation.request.operation === 'CREATE'
        ? operation.failed(
            'NotStabilized',
            `Job ${job.Id} was cancelled by somebody else before it ran. Create it again.`,
          )
        : notFound(operation.jobId);
    default:
      // IN_PROGRESS, or a state that this type does not know.
      return isIdle ? finish(operation, job) : watchJob(operation, job);
  }
}

/** A job that is to run, and waits. */
async function followWaitingJob(operation: JobOperation, job: Job, refusedStart?: Refusal): Promise<Answer> {
  const { exchange, context, now } = operation;
  if (context.phase === 'started') {
    // StartJob was accepted: that it does not show is a lag for a while, then a start that was lost.
    const startedAt = context.startedAt ?? now;
    const lag = now - startedAt;
    return lag >= START_LAG_MS && refusedStart === undefined
      ? startJob(operation)
      : operation.poll(`${nounOf(job)} started ${duration(lag)} ago, not shown as running yet`, startedAt);
  }
  if (refusedStart === undefined) {
    return startJob(operation);
  }
  const revision = revisionOf(job);
  const finalised = revision && (await ifFinalised(revision, refusedStart, exchange));
  if (finalised !== undefined) {
    throw finalised;
  }
  return operation.waitToStart(refusedStart);
}

/** Waits while the job runs. A job that is seen running is as good as an accepted StartJob. */
export function watchJob(operation: JobOperation, job: Job): Answer {
  const startedAt = operation.context.startedAt ?? operation.now;
  const verb = job.State === 'IN_PROGRESS' ? 'running' : `in state ${job.State}`;
  operation.remember({ phase: 'started', startedAt });
  return operation.poll(`${nounOf(job)} ${verb} for ${duration(operation.now - startedAt)}`, startedAt);
}

/** The service does not know the job: right after CreateJob it may not show it yet; later the job is gone. */
function goneJob(operation: JobOperation): Answer {
  const { jobId, context, request } = operation;
  if (request.operation !== 'CREATE') {
    return notFound(jobId);
  }
  const since = context.createdAt ?? context.beganAt;
  return operation.now - since < NOT_YET_VISIBLE_MS
    ? operation.poll(`job ${jobId} is not visible yet`, since)
    : operation.failed(
        'NotStabilized',
        `Job ${jobId} is gone: the service had created it and no longer knows it. Create it again.`,
      );
}
