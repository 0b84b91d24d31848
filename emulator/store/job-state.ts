import { notFound } from '../errors';
import type { JobError, JobState } from './job-plan';
import type { Job } from './records';
import type { Region } from './region';

const DAY = 86_400_000;

/** What a read of a job shows at one moment. */
export interface JobView {
  readonly state: JobState;
  /** Epoch milliseconds. */
  readonly updatedAt: number;
  readonly errors: readonly JobError[];
}

/** When a started job ends, epoch milliseconds; undefined before StartJob. */
export function endOf(job: Job): number | undefined {
  return job.startedAt === undefined ? undefined : job.startedAt + (job.plan.seconds ?? job.seconds) * 1000;
}

/**
 * The state of a job. It follows from the clock and is never stored.
 * @returns undefined if the job is gone: vanished by script, or past its retention
 */
export function stateOf(region: Region, job: Job): JobView | undefined {
  const now = region.clock.now();
  if (now >= job.createdAt + retentionOf(region)) {
    return undefined;
  }
  const { becomes, becomesAt } = job.plan;
  if (becomes && becomesAt !== undefined && now >= becomesAt) {
    return viewOf(becomes.state, becomesAt, becomes.state === 'ERROR' ? scriptedErrors(job) : []);
  }
  if (job.cancelledAt !== undefined) {
    return viewOf('CANCELLED', job.cancelledAt);
  }
  const end = endOf(job);
  if (job.startedAt === undefined || end === undefined) {
    return viewOf('WAITING', job.createdAt);
  }
  // Without a result the work is still being done: nobody may see the end before the data has moved.
  if (now < end || !job.result) {
    return viewOf('IN_PROGRESS', job.startedAt);
  }
  return viewOf(job.result.state, end, job.result.errors);
}

/** The state that reads show; undefined if they show no such job. A script can let it lag behind the true state. */
export function shownStateOf(region: Region, job: Job): JobView | undefined {
  const now = region.clock.now();
  if (isHidden(job, now)) {
    return undefined;
  }
  const view = stateOf(region, job);
  if (!view || job.startedAt === undefined || view.state === 'CANCELLED') {
    return view;
  }
  const { reads = 0, seconds = 0 } = job.plan.lag ?? {};
  const lags = (reads > 0 && job.readsSinceStart <= reads) || now < job.startedAt + seconds * 1000;
  return lags ? viewOf('WAITING', job.createdAt) : view;
}

/** Finds a job for an operation that names it, and counts the call for a scripted lag. @throws ServiceError 404 */
export function findJob(region: Region, id: string): Job {
  const job = region.store.jobs.get(id);
  if (job) {
    job.callsSinceCreate += 1;
  }
  if (!job || !stateOf(region, job) || isHidden(job, region.clock.now())) {
    throw notFound('JOB', id);
  }
  return job;
}

/** How many jobs of a type are IN_PROGRESS, whatever reads show. */
export function countRunning(region: Region, type: string): number {
  return [...region.store.jobs.values()].filter(
    (job) => job.type === type && job.startedAt !== undefined && stateOf(region, job)?.state === 'IN_PROGRESS',
  ).length;
}

/** Removes the jobs that are past their retention. */
export function forgetOldJobs(region: Region): void {
  const { store, clock, content } = region;
  const oldest = clock.now() - retentionOf(region);
  for (const job of store.jobs.values()) {
    // The map has the order of creation, so the first job that is young enough ends the search.
    if (job.createdAt > oldest) {
      break;
    }
    store.jobs.delete(job.id);
    void content.drop(job.upload);
  }
}

/** The Errors of a job that fails by script: the script's own, else one that says so. */
export function scriptedErrors(job: Job): readonly JobError[] {
  return job.plan.errors ?? [{ Code: 'INTERNAL_SERVER_EXCEPTION', Message: 'The fault script lets this job fail.' }];
}

function viewOf(
  state: JobState | 'VANISHED',
  updatedAt: number,
  errors: readonly JobError[] = [],
): JobView | undefined {
  return state === 'VANISHED' ? undefined : { state, updatedAt, errors };
}

/** Whether a scripted lag after CreateJob still hides the job. */
function isHidden(job: Job, now: number): boolean {
  const { calls = 0, seconds = 0 } = job.plan.hidden ?? {};
  return (calls > 0 && job.callsSinceCreate <= calls) || now < job.createdAt + seconds * 1000;
}

/** Milliseconds. */
function retentionOf(region: Region): number {
  return region.assumptions().retentionDays * DAY;
}
