import type { Asset, Job } from '../../../src/job/job';
import { jobType } from '../../../src/job/job-types';
import { type Revision, type RevisionName, revisionOf } from '../../../src/job/revision';
import type { CreateJobInput } from '../../../src/job/translate';
import { type Exchange, type JobFilter, Refusal, type RefusalKind, type Tags } from '../../../src/operations/exchange';
import { DATA_SET, REVISION } from '../../job/examples';
import type { Clock } from '../../support/cloudformation';

export interface Behaviour {
  /** How long each job runs. Milliseconds. */
  readonly lengthMs?: number;
  /** The state in which a job ends. */
  readonly end?: string;
  /** How many jobs may run at once. */
  readonly quota?: number;
  /** How long a started job still shows WAITING. Milliseconds. */
  readonly lagMs?: number;
  /** How long a new job is not visible to calls that name it. Milliseconds. */
  readonly hiddenMs?: number;
  /** Whether finalising a revision publishes it, as in the data set of a product. */
  readonly publishes?: boolean;
}

interface SimulatedJob {
  readonly id: string;
  readonly input: CreateJobInput;
  readonly createdAt: number;
  startedAt?: number;
  cancelled?: true;
}

/** AWS Data Exchange in memory, with one data set and one revision in it. A job's state follows from the clock. */
export class SimulatedExchange implements Exchange {
  readonly jobs = new Map<string, SimulatedJob>();
  /** By id, in the order in which they were made. */
  readonly revisions = new Map<string, Revision>();
  private readonly published = new Set<string>();
  /** The most jobs that ever ran at the same time. */
  mostRunning = 0;
  private readonly behaviour: Required<Behaviour>;
  private revisionsMade = 0;

  constructor(
    private readonly clock: Clock,
    behaviour: Behaviour = {},
  ) {
    this.behaviour = {
      lengthMs: 1_000,
      end: 'COMPLETED',
      quota: 1_000,
      lagMs: 0,
      hiddenMs: 0,
      publishes: false,
      ...behaviour,
    };
    this.revisions.set(REVISION, { Id: REVISION, Arn: arnOf(REVISION), Finalized: false, Tags: {} });
  }

  /** The revisions that the calls have made and not removed. */
  madeRevisions(): Revision[] {
    return [...this.revisions.values()].filter(({ Id }) => Id !== REVISION);
  }

  startedJobs(): SimulatedJob[] {
    return [...this.jobs.values()].filter(({ startedAt }) => startedAt !== undefined);
  }

  async createJob(input: CreateJobInput): Promise<Job> {
    const named = revisionOf({ Id: '', State: '', ...input });
    if (named !== undefined && this.revision(named).Finalized === true) {
      throw refusal('conflict');
    }
    const id = numbered('job', this.jobs.size);
    const job = { id, input, createdAt: this.clock.now() };
    this.jobs.set(id, job);
    return this.show(job);
  }

  async getJob(jobId: string): Promise<Job> {
    return this.show(this.job(jobId));
  }

  async startJob(jobId: string): Promise<void> {
    const job = this.job(jobId);
    if (this.stateOf(job) !== 'WAITING') {
      throw refusal('conflict');
    }
    if (this.running() >= this.behaviour.quota) {
      throw refusal('quota', this.behaviour.quota);
    }
    job.startedAt = this.clock.now();
    this.mostRunning = Math.max(this.mostRunning, this.running());
  }

  async cancelJob(jobId: string): Promise<void> {
    const job = this.job(jobId);
    if (this.stateOf(job) !== 'WAITING') {
      throw refusal('conflict');
    }
    job.cancelled = true;
  }

  async listJobs({ revisionId }: JobFilter): Promise<{ jobs: readonly Job[] }> {
    const jobs = [...this.jobs.values()].reverse().map((job) => this.show(job));
    return { jobs: jobs.filter((job) => revisionId === undefined || revisionOf(job)?.revisionId === revisionId) };
  }

  async listRevisions(): Promise<{ revisions: readonly Revision[] }> {
    return { revisions: [...this.revisions.values()].reverse().map(withoutTags) };
  }

  async createRevision(_dataSetId: string, comment: string | undefined, tags: Tags): Promise<Revision> {
    const id = numbered('revision', this.revisionsMade++);
    const revision: Revision = {
      Id: id,
      Arn: arnOf(id),
      ...(comment === undefined ? {} : { Comment: comment }),
      CreatedAt: new Date(this.clock.now()).toISOString(),
      Finalized: false,
      Tags: tags,
    };
    this.revisions.set(id, revision);
    return withoutTags(revision);
  }

  async getRevision(name: RevisionName): Promise<Revision> {
    return this.revision(name);
  }

  async updateRevision(
    name: RevisionName,
    { comment, finalized }: { readonly comment?: string; readonly finalized?: boolean },
  ): Promise<Revision> {
    const before = this.revision(name);
    // A finalised revision has to be opened before its comment changes, and a published one cannot be.
    if (
      before.Finalized === true &&
      (this.published.has(before.Id) || (comment !== undefined && finalized !== false))
    ) {
      throw refusal('conflict');
    }
    const revision = { ...before, Comment: comment ?? before.Comment, Finalized: finalized ?? before.Finalized };
    this.revisions.set(revision.Id, revision);
    if (finalized === true && this.behaviour.publishes) {
      this.published.add(revision.Id);
    }
    return withoutTags(revision);
  }

  async revokeRevision(name: RevisionName): Promise<void> {
    const revision = this.revision(name);
    if (!this.published.has(revision.Id)) {
      throw refusal('conflict');
    }
    this.revisions.set(revision.Id, { ...revision, Revoked: true });
  }

  async deleteRevision(name: RevisionName): Promise<void> {
    const { Id, Finalized, Revoked } = this.revision(name);
    if (Finalized === true && Revoked !== true) {
      throw refusal('conflict');
    }
    this.revisions.delete(Id);
  }

  async listAssets(): Promise<{ assets: readonly Asset[] }> {
    return { assets: [] };
  }

  async tagResource(arn: string, tags: Tags): Promise<void> {
    const revision = this.revision({ dataSetId: DATA_SET, revisionId: arn.split('/').at(-1) as string });
    this.revisions.set(revision.Id, { ...revision, Tags: { ...revision.Tags, ...tags } });
  }

  async untagResource(arn: string, keys: readonly string[]): Promise<void> {
    const revision = this.revision({ dataSetId: DATA_SET, revisionId: arn.split('/').at(-1) as string });
    const Tags = Object.fromEntries(Object.entries(revision.Tags ?? {}).filter(([key]) => !keys.includes(key)));
    this.revisions.set(revision.Id, { ...revision, Tags });
  }

  async upload(): Promise<void> {}

  private job(jobId: string): SimulatedJob {
    const job = this.jobs.get(jobId);
    if (job === undefined || this.clock.now() < job.createdAt + this.behaviour.hiddenMs) {
      throw refusal('absent');
    }
    return job;
  }

  private revision({ revisionId }: RevisionName): Revision {
    const revision = this.revisions.get(revisionId);
    if (revision === undefined) {
      throw refusal('absent');
    }
    return revision;
  }

  private running(): number {
    return [...this.jobs.values()].filter((job) => this.stateOf(job) === 'IN_PROGRESS').length;
  }

  /** The state as it is, which a job shows only after the lag. */
  private stateOf({ cancelled, startedAt }: SimulatedJob): string {
    if (cancelled) {
      return 'CANCELLED';
    }
    if (startedAt === undefined) {
      return 'WAITING';
    }
    return this.clock.now() < startedAt + this.behaviour.lengthMs ? 'IN_PROGRESS' : this.behaviour.end;
  }

  private show(job: SimulatedJob): Job {
    const { id, input, createdAt, startedAt } = job;
    const lags = startedAt !== undefined && this.clock.now() < startedAt + this.behaviour.lagMs;
    const state = lags ? 'WAITING' : this.stateOf(job);
    return {
      Id: id,
      Arn: `arn:aws:dataexchange:us-east-1:123456789012:jobs/${id}`,
      State: state,
      CreatedAt: new Date(createdAt).toISOString(),
      UpdatedAt: new Date(startedAt ?? createdAt).toISOString(),
      ...withUploadUrl(input, id),
      ...(state === 'ERROR' ? { Errors: [{ Code: 'VALIDATION_EXCEPTION', Message: 'bad data' }] } : {}),
    };
  }
}

/** The types that wait for a file show the URL to send it to. */
function withUploadUrl(input: CreateJobInput, id: string): CreateJobInput {
  const type = jobType(input.Type);
  const attribute = type?.attributes?.find(({ property }) => property === type.upload?.url);
  if (type === undefined || attribute === undefined || 'asset' in attribute) {
    return input;
  }
  const branch = { ...input.Details[type.details], [attribute.member]: `https://upload.example/${id}` };
  return { ...input, Details: { [type.details]: branch } };
}

function arnOf(revisionId: string): string {
  return `arn:aws:dataexchange:us-east-1:123456789012:data-sets/${DATA_SET}/revisions/${revisionId}`;
}

function numbered(what: string, number: number): string {
  return what.padEnd(20, '0') + String(number).padStart(12, '0');
}

/** Only GetRevision shows tags. */
function withoutTags({ Tags: _, ...revision }: Revision): Revision {
  return revision;
}

function refusal(kind: RefusalKind, limitValue?: number): Refusal {
  const errorCode = { absent: 'NotFound', conflict: 'ResourceConflict', quota: 'ServiceLimitExceeded' } as const;
  return new Refusal(kind, errorCode[kind as keyof typeof errorCode], `refused: ${kind}`, {
    isLimit: kind === 'quota',
    limitValue,
  });
}
