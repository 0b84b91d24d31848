import { notFound } from '../errors';
import type { Exchange } from '../exchange';
import type { Job, JobOutcome } from '../store/records';
import { JobFailure } from './job-failure';
import { endOf, isHidden, type JobView, scriptedErrors, shownStateOf, stateOf } from './job-state';
import { typeOf } from './job-types';

const DAY = 86_400_000;

/**
 * Looks after the jobs of one Region. States come from the clock; what this class adds is that data has really moved before anybody can see the
 * end of a job. The work of a job is done when it is first looked at after its end, one job at a time, in the order in which they end.
 */
export class JobRunner {
  private readonly unsettled = new Set<Job>();
  private settling?: Promise<void>;

  constructor(private readonly exchange: Exchange) {}

  /** To be called once a job has its `startedAt`. */
  started(job: Job): void {
    this.unsettled.add(job);
  }

  /**
   * Does the work of all jobs that have ended by now. Whoever calls while that goes on waits for the same work. Must be awaited before anything
   * of the service is read or changed. Never rejects.
   */
  async settle(): Promise<void> {
    for (;;) {
      if (this.settling) {
        await this.settling;
        continue;
      }
      const due = this.firstDue();
      if (!due) return;
      this.settling = this.run(due).finally(() => {
        this.settling = undefined;
      });
    }
  }

  /** Finds a job for an operation that names it; such calls use up a scripted lag after CreateJob. @throws ServiceError 404 */
  call(id: string): Job {
    const job = this.exchange.store.jobs.get(id);
    if (job) job.callsSinceCreate += 1;
    if (!job || !this.view(job) || isHidden(job, this.exchange.clock.now())) throw notFound('JOB', id);
    return job;
  }

  /** The true state; undefined once the job is gone. */
  view(job: Job): JobView | undefined {
    return stateOf(job, this.exchange.clock.now(), this.retention());
  }

  /** The state as reads show it; undefined if they show nothing. */
  shown(job: Job): JobView | undefined {
    const now = this.exchange.clock.now();
    return isHidden(job, now) ? undefined : shownStateOf(job, now, this.retention());
  }

  /** How many jobs of a type are IN_PROGRESS, whatever reads show. */
  running(type: string): number {
    let running = 0;
    for (const job of this.exchange.store.jobs.values()) {
      if (job.type === type && job.startedAt !== undefined && this.view(job)?.state === 'IN_PROGRESS') running += 1;
    }
    return running;
  }

  /** Forgets jobs past retention. */
  prune(): void {
    const { store, clock, content } = this.exchange;
    const oldest = clock.now() - this.retention();
    for (const job of store.jobs.values()) {
      // Insertion order is order of creation, so the first that is young enough ends the search.
      if (job.createdAt > oldest) break;
      store.jobs.delete(job.id);
      void content.drop(job.upload);
    }
  }

  private retention(): number {
    return this.exchange.assumptions().retentionDays * DAY;
  }

  private firstDue(): Job | undefined {
    const now = this.exchange.clock.now();
    let first: { job: Job; end: number } | undefined;
    for (const job of this.unsettled) {
      const end = endOf(job) ?? Number.POSITIVE_INFINITY;
      if (end > now) continue;
      const sooner = !first || end < first.end || (end === first.end && job.id < first.job.id);
      if (sooner) first = { job, end };
    }
    return first?.job;
  }

  private async run(job: Job): Promise<void> {
    this.unsettled.delete(job);
    const end = endOf(job) ?? 0;
    // Somebody cancelled it, or it vanished, before its end: nothing moves.
    if (job.plan.becomesAt !== undefined && job.plan.becomesAt <= end) return;
    const planned = job.plan.end ?? 'COMPLETED';
    if (planned === 'COMPLETED' || job.plan.moves) {
      const outcome = await this.work(job, end);
      job.outcome =
        planned === 'COMPLETED' ? outcome : { state: planned, errors: planned === 'ERROR' ? scriptedErrors(job) : [] };
      return;
    }
    job.outcome = { state: planned, errors: planned === 'ERROR' ? scriptedErrors(job) : [] };
  }

  private async work(job: Job, at: number): Promise<JobOutcome> {
    try {
      await typeOf(job).run({ exchange: this.exchange, job, details: job.details, at });
      return { state: 'COMPLETED', errors: [] };
    } catch (error) {
      if (error instanceof JobFailure) return { state: 'ERROR', errors: error.errors };
      this.exchange.log(`job ${job.id} failed unexpectedly: ${error instanceof Error ? error.stack : String(error)}`);
      return {
        state: 'ERROR',
        errors: [{ Code: 'INTERNAL_SERVER_EXCEPTION', Message: 'The local Data Exchange failed; its log says more.' }],
      };
    }
  }
}
