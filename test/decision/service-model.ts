import type { Call, Outcome } from '../../src/decision/steps';
import type { Job } from '../../src/job/job';
import type { CreateJobInput } from '../../src/job/translate';
import { refusalOf } from '../../src/service/errors';

/** One clock for service, handlers and CloudFormation; nothing in these tests sleeps. */
export interface Clock {
  now: number;
}

export interface ServiceOptions {
  /** How long a job runs. */
  readonly lengthMs: number | ((nth: number) => number);
  /** How it ends. */
  readonly end?: string;
  /** How many may run at once. */
  readonly quota?: number;
  /** How long a started job still shows WAITING. */
  readonly lagMs?: number;
  /** How long a new job is not visible to GetJob and StartJob. */
  readonly hiddenMs?: number;
}

interface ModelJob {
  readonly id: string;
  readonly input: CreateJobInput;
  readonly createdAt: number;
  readonly lengthMs: number;
  startedAt?: number;
  cancelled?: boolean;
}

/** An error as the SDK would throw it. */
export class ModelError extends Error {
  readonly $metadata: { httpStatusCode: number };
  constructor(
    override readonly name: string,
    httpStatusCode: number,
    members: object = {},
  ) {
    super(`${name} by the model`);
    this.$metadata = { httpStatusCode };
    Object.assign(this, members);
  }
}

/** Data Exchange in a hundred lines: states are derived from the clock when they are looked at. */
export class ServiceModel {
  readonly jobs = new Map<string, ModelJob>();
  readonly calls: string[] = [];
  /** The most jobs that ever ran at the same time. */
  mostRunning = 0;

  constructor(
    readonly clock: Clock,
    readonly options: ServiceOptions,
  ) {}

  create(input: CreateJobInput): Job {
    const nth = this.jobs.size;
    const { lengthMs } = this.options;
    const id = `${'job'.padEnd(20, '0')}${String(nth).padStart(12, '0')}`;
    const job = {
      id,
      input,
      createdAt: this.clock.now,
      lengthMs: typeof lengthMs === 'number' ? lengthMs : lengthMs(nth),
    };
    this.jobs.set(id, job);
    return this.shown(job);
  }

  get(id: string): Job {
    return this.shown(this.find(id));
  }

  start(id: string): void {
    const job = this.find(id);
    if (job.startedAt !== undefined || job.cancelled) {
      throw new ModelError('ConflictException', 409, { ResourceId: id, ResourceType: 'JOB' });
    }
    const { quota = Number.POSITIVE_INFINITY } = this.options;
    if (this.running().length >= quota) {
      throw new ModelError('ServiceLimitExceededException', 402, {
        LimitName: 'Concurrent in progress jobs to import assets from Amazon S3',
        LimitValue: quota,
      });
    }
    job.startedAt = this.clock.now;
    this.mostRunning = Math.max(this.mostRunning, this.running().length);
  }

  cancel(id: string): void {
    const job = this.find(id);
    if (job.startedAt !== undefined || job.cancelled) {
      throw new ModelError('ConflictException', 409, { ResourceId: id, ResourceType: 'JOB' });
    }
    job.cancelled = true;
  }

  /** The state as it is, before any lag. */
  stateOf(job: ModelJob): string {
    if (job.cancelled) {
      return 'CANCELLED';
    }
    if (job.startedAt === undefined) {
      return 'WAITING';
    }
    return this.clock.now < job.startedAt + job.lengthMs ? 'IN_PROGRESS' : (this.options.end ?? 'COMPLETED');
  }

  running(): ModelJob[] {
    return [...this.jobs.values()].filter((job) => this.stateOf(job) === 'IN_PROGRESS');
  }

  started(): ModelJob[] {
    return [...this.jobs.values()].filter((job) => job.startedAt !== undefined);
  }

  /** A call of the decision, with errors turned into refusals by the real table. */
  async answer(call: Call): Promise<Outcome> {
    this.calls.push(call.call);
    try {
      switch (call.call) {
        case 'CreateJob':
          return { call: 'CreateJob', job: this.create(call.input) };
        case 'GetJob':
          return { call: 'GetJob', job: this.get(call.jobId) };
        case 'StartJob':
          this.start(call.jobId);
          return { call: 'StartJob', accepted: true };
        case 'CancelJob':
          this.cancel(call.jobId);
          return { call: 'CancelJob', accepted: true };
        case 'ListJobs':
          return { call: 'ListJobs', jobs: [...this.jobs.values()].map((job) => this.shown(job)) };
      }
    } catch (error) {
      return { call: call.call, refusal: refusalOf(error, call.call) };
    }
  }

  private find(id: string): ModelJob {
    const job = this.jobs.get(id);
    if (job === undefined || this.clock.now < job.createdAt + (this.options.hiddenMs ?? 0)) {
      throw new ModelError('ResourceNotFoundException', 404, { ResourceId: id, ResourceType: 'JOB' });
    }
    return job;
  }

  private shown(job: ModelJob): Job {
    const lagging = job.startedAt !== undefined && this.clock.now < job.startedAt + (this.options.lagMs ?? 0);
    const State = lagging ? 'WAITING' : this.stateOf(job);
    return {
      Id: job.id,
      Arn: `arn:aws:dataexchange:us-east-1:123456789012:jobs/${job.id}`,
      State,
      CreatedAt: new Date(job.createdAt).toISOString(),
      UpdatedAt: new Date(job.startedAt ?? job.createdAt).toISOString(),
      ...job.input,
      ...(State === 'ERROR' ? { Errors: [{ Code: 'VALIDATION_EXCEPTION', Message: 'bad data' }] } : {}),
    };
  }
}
