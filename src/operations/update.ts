import type { Job } from '../job/job';
import type { Properties } from '../job/properties';
import { type Revision, revisionOf } from '../job/revision';
import { hasEnded } from '../job/states';
import { modelOf } from '../job/translate';
import { type Answer, notFound } from './answer';
import type { CallbackContext, Change } from './callback-context';
import { changeOf } from './changes';
import { ifPresent } from './exchange';
import { finish } from './finish';
import type { JobOperation } from './job-operation';
import { runJob, startJob, watchJob } from './run-job';

export function firstUpdateContext(_desired: Properties, jobId: string, beganAt: number): CallbackContext {
  return { phase: 'new', jobId, beganAt };
}

/** Decides in the first invocation what changes, and does it. After that, an update runs like a resumed create. */
export async function update(operation: JobOperation): Promise<Answer> {
  if (operation.context.phase !== 'new') {
    return runJob(operation);
  }
  const { exchange, jobId, request } = operation;
  const { desired, previous, rollback } = request;
  let { change } = operation.context;
  if (change === undefined && previous !== undefined) {
    change = changeOf(desired, previous);
    operation.remember({ change });
  }

  const job = await operation.look();
  if (job === undefined || job.State === 'CANCELLED') {
    return notFound(jobId);
  }
  let revision: Revision | 'absent' | undefined;
  if (change === undefined) {
    // Without a previous model the desired one is compared with what the service shows.
    const name = revisionOf(job);
    revision = name && ((await ifPresent(exchange.getRevision(name))) ?? 'absent');
    change = changeOf(desired, modelOf(job, revision === 'absent' ? undefined : revision));
    operation.remember({ change });
  }
  // Work cannot be undone, and a stack must not hang in UPDATE_ROLLBACK_FAILED because of it: a rollback answers with
  // the model as it is.
  return rollback ? finish(operation, job, revision) : apply(change, operation, job, revision);
}

async function apply(
  change: Change,
  operation: JobOperation,
  job: Job,
  revision: Revision | 'absent' | undefined,
): Promise<Answer> {
  switch (change.change) {
    case 'invalid':
      return operation.failed('InvalidRequest', change.message);
    case 'replace':
      return operation.failed(
        'NotUpdatable',
        `${change.properties.join(', ')} can be set only when a job is created: replace the resource.`,
      );
    case 'none': {
      // A revision is finalised when the job that fills it has ended.
      const isRunning = job.State !== 'WAITING' && !hasEnded(job.State);
      return change.finalise === true && isRunning ? watchJob(operation, job) : finish(operation, job, revision);
    }
    case 'stop':
      return job.State === 'WAITING' ? finish(operation, job, revision) : tooLate(operation, job);
    case 'start':
      switch (job.State) {
        case 'WAITING':
          return startJob(operation);
        case 'COMPLETED':
          return finish(operation, job, revision);
        case 'ERROR':
        case 'TIMED_OUT':
          return tooLate(operation, job);
        default:
          return watchJob(operation, job);
      }
  }
}

/** A job runs once: one that runs or has ended can be neither started nor stopped; CloudFormation has to replace it. */
function tooLate(operation: JobOperation, job: Job): Answer {
  return operation.failed(
    'NotUpdatable',
    `StartOnCreation cannot change any more: job ${job.Id} was started and is ${job.State}. ` +
      'A new job is needed: replace the resource.',
  );
}
