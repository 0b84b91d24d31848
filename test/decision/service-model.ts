import type { Call, Outcome } from '../../src/decision/steps';
import type { Job } from '../../src/job/job';
import { type JobType, jobType } from '../../src/job/job-types';
import { type Revision, revisionOf } from '../../src/job/revision';
import type { CreateJobInput } from '../../src/job/translate';
import { refusalOf } from '../../src/service/errors';
import { DATA_SET, REVISION } from '../job/examples';

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

export interface ModelRevision {
  readonly id: string;
  readonly comment?: string;
  readonly createdAt: number;
  tags: Record<string, string>;
  finalized: boolean;
  published: boolean;
  revoked: boolean;
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

/** Data Exchange in two hundred lines: states are derived from the clock when they are looked at. */
export class ServiceModel {
  readonly jobs = new Map<string, ModelJob>();
  /** In the order of their making. One is there already: the one that templates name. */
  readonly revisions = new Map<string, ModelRevision>();
  /** What was uploaded, by job. */
  readonly uploads = new Map<string, string>();
  readonly calls: string[] = [];
  /** The most jobs that ever ran at the same time. */
  mostRunning = 0;

  constructor(
    readonly clock: Clock,
    readonly options: ServiceOptions,
  ) {
    this.addRevision(REVISION, {});
  }

  /** The revisions that were made since the beginning. */
  made(): ModelRevision[] {
    return [...this.revisions.values()].filter(({ id }) => id !== REVISION);
  }

  create(input: CreateJobInput): Job {
    const named = revisionOf({ Id: '', State: '', ...input });
    if (named !== undefined && this.findRevision(named.revisionId).finalized) {
      throw new ModelError('ConflictException', 409, { ResourceId: named.revisionId, ResourceType: 'REVISION' });
    }
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

  createRevision(comment: string | undefined, tags: Readonly<Record<string, string>>): Revision {
    const id = `${'revision'.padEnd(20, '0')}${String(this.nthRevision++).padStart(12, '0')}`;
    return withoutTags(shownRevision(this.addRevision(id, tags, comment)));
  }

  getRevision(id: string): Revision {
    return shownRevision(this.findRevision(id));
  }

  updateRevision(id: string, finalized: boolean): Revision {
    const revision = this.findRevision(id);
    if (revision.published && !finalized) {
      throw new ModelError('ConflictException', 409, { ResourceId: id, ResourceType: 'REVISION' });
    }
    revision.finalized = finalized;
    return withoutTags(shownRevision(revision));
  }

  deleteRevision(id: string): void {
    const revision = this.findRevision(id);
    if (!revision.revoked && (revision.published || revision.finalized)) {
      throw new ModelError('ConflictException', 409, { ResourceId: id, ResourceType: 'REVISION' });
    }
    this.revisions.delete(id);
  }

  listRevisions(): Revision[] {
    return [...this.revisions.values()].reverse().map((revision) => withoutTags(shownRevision(revision)));
  }

  tag(arn: string, tags: Readonly<Record<string, string>>): void {
    const revision = this.findRevision(arn.split('/').at(-1) as string);
    revision.tags = { ...revision.tags, ...tags };
  }

  /** Jobs that name the revision, newest first. */
  list(revisionId?: string): Job[] {
    return [...this.jobs.values()]
      .reverse()
      .map((job) => this.shown(job))
      .filter((job) => revisionId === undefined || revisionOf(job)?.revisionId === revisionId);
  }

  private nthRevision = 0;

  private addRevision(id: string, tags: Readonly<Record<string, string>>, comment?: string): ModelRevision {
    const revision = {
      id,
      comment,
      tags: { ...tags },
      createdAt: this.clock.now,
      finalized: false,
      published: false,
      revoked: false,
    };
    this.revisions.set(id, revision);
    return revision;
  }

  private findRevision(id: string): ModelRevision {
    const revision = this.revisions.get(id);
    if (revision === undefined) {
      throw new ModelError('ResourceNotFoundException', 404, { ResourceId: id, ResourceType: 'REVISION' });
    }
    return revision;
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
          return { call: 'ListJobs', jobs: this.list(call.revisionId) };
        case 'ListDataSetRevisions':
          return { call: 'ListDataSetRevisions', revisions: this.listRevisions() };
        case 'CreateRevision':
          return { call: 'CreateRevision', revision: this.createRevision(call.comment, call.tags) };
        case 'GetRevision':
          return { call: 'GetRevision', revision: this.getRevision(call.revisionId) };
        case 'UpdateRevision':
          return { call: 'UpdateRevision', revision: this.updateRevision(call.revisionId, call.finalized) };
        case 'DeleteRevision':
          this.deleteRevision(call.revisionId);
          return { call: 'DeleteRevision', accepted: true };
        case 'TagResource':
          this.tag(call.arn, call.tags);
          return { call: 'TagResource', accepted: true };
        case 'Upload':
          this.uploads.set(call.url, call.file.content);
          return { call: 'Upload', accepted: true };
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
      ...withUploadUrl(job),
      ...(State === 'ERROR' ? { Errors: [{ Code: 'VALIDATION_EXCEPTION', Message: 'bad data' }] } : {}),
    };
  }
}

/** The types that wait for a file show where to put it. */
function withUploadUrl({ id, input, createdAt }: ModelJob): CreateJobInput {
  const type = jobType(input.Type) as JobType;
  const expiresAt = new Date(createdAt + 60_000).toISOString();
  const attributes = type.upload === undefined ? [] : (type.attributes ?? []);
  const shown = attributes.map(({ property, member }) => [
    member,
    property === type.upload?.url ? `https://upload.example/${id}?X-Amz-Signature=s` : expiresAt,
  ]);
  return {
    Type: input.Type,
    Details: { [type.details]: { ...input.Details[type.details], ...Object.fromEntries(shown) } },
  };
}

function shownRevision({ id, comment, createdAt, finalized, revoked, tags }: ModelRevision): Revision {
  return {
    Id: id,
    Arn: `arn:aws:dataexchange:us-east-1:123456789012:data-sets/${DATA_SET}/revisions/${id}`,
    ...(comment === undefined ? {} : { Comment: comment }),
    CreatedAt: new Date(createdAt).toISOString(),
    Finalized: finalized,
    ...(revoked ? { Revoked: true } : {}),
    Tags: { ...tags },
  };
}

/** UpdateRevision and ListDataSetRevisions show no tags. */
function withoutTags({ Tags: _, ...revision }: Revision): Revision {
  return revision;
}
