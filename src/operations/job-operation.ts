import type { Job } from '../job/job';
import { jobType } from '../job/job-types';
import type { Properties } from '../job/properties';
import { sentences } from '../job/sentences';
import { modelOf, withoutWriteOnly } from '../job/translate';
import { type Answer, type ErrorCode, type Failure, type InProgress, internalFailure, RETRIABLE } from './answer';
import type { CallbackContext } from './callback-context';
import { type Exchange, ifPresent, Refusal } from './exchange';
import type { Environment, Request } from './request';
import { DEADLINE_MS, duration, faultDelay, pollDelay, slotDelay } from './schedule';

/** A request about one job, which takes as many invocations as the job needs. */
export type JobRequest = Request & { readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' };

/**
 * One invocation of a create, update or delete of a job that exists: what is known, and the answers that are possible.
 */
export class JobOperation {
  /** The job as this invocation last saw it. */
  job?: Job;
  /** What the next invocation has to know. */
  context: CallbackContext;

  constructor(
    readonly request: JobRequest,
    context: CallbackContext,
    readonly exchange: Exchange,
    readonly environment: Environment,
  ) {
    this.context = context;
  }

  get jobId(): string {
    return this.context.jobId;
  }

  /** Epoch milliseconds. */
  get now(): number {
    return this.environment.now();
  }

  remember(facts: Partial<CallbackContext>): void {
    this.context = { ...this.context, ...facts };
  }

  /** Calls GetJob. @returns undefined if the service does not know the job */
  async look(): Promise<Job | undefined> {
    const job = await ifPresent(this.exchange.getJob(this.jobId));
    if (job !== undefined) {
      this.saw(job);
    }
    return job;
  }

  saw(job: Job): void {
    this.job = job;
    this.remember({ lastSeen: job.State });
  }

  /**
   * Runs what an operation does with its job. A refusal that may pass never fails an operation whose job exists: the
   * answer is IN_PROGRESS. Only a permanent one is FAILED.
   */
  async run(steps: (operation: JobOperation) => Promise<Answer>): Promise<Answer> {
    try {
      return await steps(this);
    } catch (error) {
      if (!(error instanceof Refusal)) {
        this.environment.log('the handler itself failed', { error });
        return internalFailure(this.jobId);
      }
      return error.kind === 'permanent'
        ? this.failed(error.errorCode, `Job ${this.jobId}: ${error.message}`)
        : this.backOff(error);
    }
  }

  isPastDeadline(): boolean {
    return this.remainingMs() <= 0;
  }

  /**
   * FAILED with a model, so that a rollback can act on the identifier, and never with a retriable code, for
   * CloudFormation would start over and make another job.
   */
  failed(code: ErrorCode, message: string): Failure {
    const errorCode = RETRIABLE.includes(code) ? 'GeneralServiceException' : code;
    const resourceModel =
      this.job === undefined || this.request.operation === 'DELETE' ? this.requestedModel() : modelOf(this.job);
    return { status: 'FAILED', errorCode, message, resourceModel };
  }

  /** IN_PROGRESS until the operation's deadline, NotStabilized after it. */
  inProgress(delaySeconds: number, message: string): InProgress | Failure {
    const remainingMs = this.remainingMs();
    return remainingMs > 0
      ? {
          status: 'IN_PROGRESS',
          message,
          resourceModel: this.requestedModel(),
          callbackContext: this.context,
          callbackDelaySeconds: Math.max(1, Math.min(delaySeconds, Math.ceil(remainingMs / 1_000))),
        }
      : this.gaveUp(message);
  }

  /** IN_PROGRESS until the next look at the job. @param since when the wait began, in epoch milliseconds */
  poll(message: string, since: number): InProgress | Failure {
    this.remember({ faults: undefined });
    return this.inProgress(pollDelay(this.now - since), message);
  }

  /**
   * IN_PROGRESS until the next StartJob.
   *
   * @param refusal why the last one was refused: a quota, or a conflict that may pass
   */
  waitToStart(refusal: Refusal): InProgress | Failure {
    const slotSince = this.context.slotSince ?? this.now;
    const waited = this.now - slotSince;
    const slots = refusal.details.limitValue ?? jobType(this.job?.Type ?? this.request.desired.Type)?.concurrentJobs;
    const what = refusal.details.isLimit === true ? `for one of ${slots ?? 'the'} job slots` : 'to start the job';
    const time = waited < 1_000 ? '' : ` for ${duration(waited)}`;
    this.remember({ slotSince, faults: undefined });
    return this.inProgress(
      slotDelay(waited, this.environment.random()),
      `waiting ${what}${time}; the last answer: ${refusal.message}`,
    );
  }

  private backOff(refusal: Refusal): InProgress | Failure {
    const faults = (this.context.faults ?? 0) + 1;
    const delay = faultDelay(faults, this.environment.random());
    this.remember({ faults });
    return this.isPastDeadline()
      ? this.gaveUp(refusal.message)
      : this.inProgress(delay, sentences(refusal.message, `Trying again in ${delay} s (try ${faults})`));
  }

  private gaveUp(lastMessage: string): Failure {
    const { lastSeen, beganAt } = this.context;
    const seen = lastSeen === undefined ? 'the job was never seen' : `the job was last seen ${lastSeen}`;
    return this.failed(
      'NotStabilized',
      sentences(
        `Gave up on job ${this.jobId} after ${duration(this.now - beganAt)}; ${seen}`,
        `At the end: ${lastMessage}`,
        'Look at the job in AWS Data Exchange; if it still runs, wait for its end before you try again',
      ),
    );
  }

  private remainingMs(): number {
    return this.context.beganAt + DEADLINE_MS[this.request.operation] - this.now;
  }

  /** The model of an event before the operation ends: the desired one without write-only values, and the identifier. */
  private requestedModel(): Properties {
    const { operation, desired } = this.request;
    return operation === 'DELETE' ? { Id: this.jobId } : { ...withoutWriteOnly(desired), Id: this.jobId };
  }
}
