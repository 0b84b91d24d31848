import type { Job, JobError, JobState } from '../store/records';

/** What somebody who looks at a job at a given moment sees. */
export interface JobView {
  state: JobState;
  updatedAt: number;
  errors: JobError[];
}

/** When a started job ends, epoch milliseconds; undefined before StartJob. */
export function endOf(job: Job): number | undefined {
  return job.startedAt === undefined ? undefined : job.startedAt + (job.plan.seconds ?? job.seconds) * 1000;
}

/**
 * The true state of a job, derived from the clock alone and never stored. `undefined` means that the job is no more: vanished by script, or past
 * retention (jobs are deleted 90 days after creation).
 */
export function stateOf(job: Job, now: number, retentionMs: number): JobView | undefined {
  if (now >= job.createdAt + retentionMs) return undefined;
  const { becomes, becomesAt } = job.plan;
  if (becomes && becomesAt !== undefined && now >= becomesAt) {
    if (becomes.state === 'VANISHED') return undefined;
    return { state: becomes.state, updatedAt: becomesAt, errors: becomes.state === 'ERROR' ? scriptedErrors(job) : [] };
  }
  if (job.cancelledAt !== undefined) return { state: 'CANCELLED', updatedAt: job.cancelledAt, errors: [] };
  const end = endOf(job);
  if (job.startedAt === undefined || end === undefined)
    return { state: 'WAITING', updatedAt: job.createdAt, errors: [] };
  // Without an outcome the work is still being settled: nobody may see the end before the data has moved.
  if (now < end || !job.outcome) return { state: 'IN_PROGRESS', updatedAt: job.startedAt, errors: [] };
  if (job.outcome.state === 'VANISHED') return undefined;
  return { state: job.outcome.state, updatedAt: end, errors: job.outcome.errors };
}

/** The state as shown, with a scripted lag between StartJob's answer and what reads say. */
export function shownStateOf(job: Job, now: number, retentionMs: number): JobView | undefined {
  const view = stateOf(job, now, retentionMs);
  if (!view || job.startedAt === undefined || view.state === 'CANCELLED') return view;
  const lag = job.plan.lag ?? {};
  const lagging = job.readsSinceStart <= (lag.reads ?? 0) && (lag.reads ?? 0) > 0;
  const early = now < job.startedAt + (lag.seconds ?? 0) * 1000;
  return lagging || early ? { state: 'WAITING', updatedAt: job.createdAt, errors: [] } : view;
}

/** Whether a scripted lag after CreateJob still hides the job. */
export function isHidden(job: Job, now: number): boolean {
  const hidden = job.plan.hidden ?? {};
  return (
    (hidden.calls !== undefined && hidden.calls > 0 && job.callsSinceCreate <= hidden.calls) ||
    now < job.createdAt + (hidden.seconds ?? 0) * 1000
  );
}

/** The Errors of a job that a script lets fail: the script's own, else one that says so. */
export function scriptedErrors(job: Job): JobError[] {
  return job.plan.errors ?? [{ Code: 'INTERNAL_SERVER_EXCEPTION', Message: 'The fault script lets this job fail.' }];
}
