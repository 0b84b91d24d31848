import type { Job } from '../job/job';
import { type Answer, notFound } from './answer';
import { isAbsent } from './callback-context';
import { refusalOf } from './exchange';
import { jobFailure, nounOf } from './job-failure';
import type { JobOperation } from './job-operation';
import { finish } from './own-revision';
import { duration, NOT_YET_VISIBLE_MS, pollDelay, START_LAG_MS } from './schedule';

/** What create and update share: starts a job that is to run, follows it to its end, and finishes the operation. */
export async function runJob(operation: JobOperation): Promise<Answer> {
  // A job that is to start is started without a look at it: a refusal says that there is something to look at. Where the
  // context was lost, the job may have been started long ago.
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
      return followJob(operation, await operation.look(), 'start refused');
    case 'quota':
      return operation.waitForSlot(refusal.limitValue);
    case 'absent':
      return goneJob(operation);
    default:
      throw refusal;
  }
}

/** @param start whether this invocation has tried to start the job, which it does once */
async function followJob(
  operation: JobOperation,
  job: Job | undefined,
  start: 'not tried' | 'start refused' = 'not tried',
): Promise<Answer> {
  if (job === undefined) {
    return goneJob(operation);
  }
  const { phase } = operation.context;
  switch (job.State) {
    case 'WAITING':
      if (phase === 'idle') {
        return finish(operation, job);
      }
      return phase === 'started'
        ? afterStart(operation, job, start)
        : start === 'not tried'
          ? startJob(operation)
          : operation.waitForSlot();
    case 'COMPLETED':
      return finish(operation, job);
    case 'ERROR': {
      const { code, message } = jobFailure(job);
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
      return phase === 'idle' ? finish(operation, job) : watchJob(operation, job);
  }
}

/** StartJob was accepted, and the job still shows WAITING: that is a lag for a while, then a start that was lost. */
async function afterStart(operation: JobOperation, job: Job, start: 'not tried' | 'start refused'): Promise<Answer> {
  const startedAt = operation.context.startedAt ?? operation.now;
  const lag = operation.now - startedAt;
  return lag >= START_LAG_MS && start === 'not tried'
    ? startJob(operation)
    : operation.poll(`${nounOf(job)} started ${duration(lag)} ago, not shown as running yet`, startedAt);
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
        `Job ${jobId} is gone: the service had created it and does not know it any more. Create it again.`,
      );
}
