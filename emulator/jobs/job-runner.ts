import type { JobState } from '../store/job-plan';
import { endOf, forgetOldJobs, scriptedErrors } from '../store/job-state';
import type { Job, JobResult } from '../store/records';
import type { Region } from '../store/region';
import { JobFailure } from './job-failure';
import { typeOf } from './job-types';

/**
 * Does the work of the jobs of one Region. Their states follow from the clock; this class sees to it that data has
 * moved before anybody can see the end of a job. One job is worked on at a time, in the order in which they end.
 */
export class JobRunner {
  private working?: Promise<void>;

  constructor(private readonly region: Region) {}

  /**
   * Does the work of all jobs that have ended by now, and forgets old jobs. Concurrent callers wait for the same work.
   * Never rejects.
   */
  async settle(): Promise<void> {
    for (;;) {
      if (this.working) {
        await this.working;
        continue;
      }
      const due = this.firstDue();
      if (!due) {
        break;
      }
      this.working = this.finish(due).finally(() => {
        this.working = undefined;
      });
    }
    forgetOldJobs(this.region);
  }

  private firstDue(): Job | undefined {
    const now = this.region.clock.now();
    let first: { readonly job: Job; readonly end: number } | undefined;
    for (const job of this.region.store.unfinished) {
      const end = endOf(job) ?? Number.POSITIVE_INFINITY;
      if (end > now) {
        continue;
      }
      if (!first || end < first.end || (end === first.end && job.id < first.job.id)) {
        first = { job, end };
      }
    }
    return first?.job;
  }

  private async finish(job: Job): Promise<void> {
    this.region.store.unfinished.delete(job);
    const end = endOf(job) ?? 0;
    const { becomesAt, moves, end: planned = 'COMPLETED' } = job.plan;
    // Somebody cancelled it, or it vanished, before its end: nothing moves.
    if (becomesAt !== undefined && becomesAt <= end) {
      return;
    }
    const result = planned === 'COMPLETED' || moves ? await this.work(job, end) : undefined;
    job.result = planned === 'COMPLETED' && result ? result : scriptedResult(job, planned);
  }

  private async work(job: Job, at: number): Promise<JobResult> {
    try {
      await typeOf(job).run({ region: this.region, job, details: job.details, at });
      return { state: 'COMPLETED', errors: [] };
    } catch (error) {
      if (error instanceof JobFailure) {
        return { state: 'ERROR', errors: error.errors };
      }
      this.region.log(`job ${job.id} failed unexpectedly: ${error instanceof Error ? error.stack : String(error)}`);
      const Message = 'The local Data Exchange failed; its log says more.';
      return { state: 'ERROR', errors: [{ Code: 'INTERNAL_SERVER_EXCEPTION', Message }] };
    }
  }
}

function scriptedResult(job: Job, state: JobState | 'VANISHED'): JobResult {
  return { state, errors: state === 'ERROR' ? scriptedErrors(job) : [] };
}
