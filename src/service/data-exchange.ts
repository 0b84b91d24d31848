import { setMaxListeners } from 'node:events';
import {
  CancelJobCommand,
  CreateJobCommand,
  type CreateJobCommandInput,
  CreateRevisionCommand,
  type DataExchangeClient,
  DeleteRevisionCommand,
  GetJobCommand,
  GetRevisionCommand,
  ListDataSetRevisionsCommand,
  ListJobsCommand,
  ListRevisionAssetsCommand,
  RevokeRevisionCommand,
  StartJobCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateRevisionCommand,
} from '@aws-sdk/client-dataexchange';
import type { Asset, Job } from '../job/job';
import { isRecord } from '../job/properties';
import type { Revision, RevisionName } from '../job/revision';
import { type CreateJobInput, withoutNulls } from '../job/translate';
import type { FileToUpload } from '../job/upload';
import type { Exchange, JobFilter, PageRequest, Tags } from '../operations/exchange';
import { within } from './budget';
import { type CallName, refusalFor, UnusableAnswer } from './errors';
import { upload } from './upload';

/** What bounds and records the calls of one invocation. */
export interface Surroundings {
  /** Ends every call of an invocation that takes too long. */
  readonly signal: AbortSignal;
  /** For messages. */
  readonly region?: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly log: (message: string, fields: Record<string, unknown>) => void;
}

/** AWS Data Exchange by its SDK client. Each call is one line in the log. */
export class DataExchange implements Exchange {
  constructor(
    private readonly client: DataExchangeClient,
    private readonly surroundings: Surroundings,
  ) {
    // Every call that is under way listens to the signal, and there may be more of them than Node takes for a leak.
    setMaxListeners(0, surroundings.signal);
  }

  createJob(input: CreateJobInput): Promise<Job> {
    // The table of job types makes the Details; the SDK's type for them is not a union that could check it.
    const command = new CreateJobCommand(input as CreateJobCommandInput);
    return this.call('CreateJob', {}, async (options) => jobIn(await this.client.send(command, options)));
  }

  getJob(jobId: string): Promise<Job> {
    const command = new GetJobCommand({ JobId: jobId });
    return this.call('GetJob', { jobId }, async (options) => jobIn(await this.client.send(command, options)));
  }

  startJob(jobId: string): Promise<void> {
    const command = new StartJobCommand({ JobId: jobId });
    return this.call('StartJob', { jobId }, async (options) => void (await this.client.send(command, options)));
  }

  cancelJob(jobId: string): Promise<void> {
    const command = new CancelJobCommand({ JobId: jobId });
    return this.call('CancelJob', { jobId }, async (options) => void (await this.client.send(command, options)));
  }

  listJobs({ dataSetId, revisionId, maxResults, nextToken }: JobFilter): ReturnType<Exchange['listJobs']> {
    const command = new ListJobsCommand({
      DataSetId: dataSetId,
      RevisionId: revisionId,
      MaxResults: maxResults,
      NextToken: nextToken,
    });
    return this.call('ListJobs', {}, async (options) => {
      const page = await this.client.send(command, options);
      return { jobs: (page.Jobs ?? []).map(jobIn), nextToken: page.NextToken || undefined };
    });
  }

  listRevisions(dataSetId: string, { maxResults, nextToken }: PageRequest): ReturnType<Exchange['listRevisions']> {
    const command = new ListDataSetRevisionsCommand({
      DataSetId: dataSetId,
      MaxResults: maxResults,
      NextToken: nextToken,
    });
    return this.call('ListDataSetRevisions', {}, async (options) => {
      const page = await this.client.send(command, options);
      return { revisions: (page.Revisions ?? []).map(revisionIn), nextToken: page.NextToken || undefined };
    });
  }

  createRevision(dataSetId: string, comment: string | undefined, tags: Tags): Promise<Revision> {
    const command = new CreateRevisionCommand({ DataSetId: dataSetId, Comment: comment, Tags: { ...tags } });
    return this.call('CreateRevision', {}, async (options) => revisionIn(await this.client.send(command, options)));
  }

  getRevision({ dataSetId, revisionId }: RevisionName): Promise<Revision> {
    const command = new GetRevisionCommand({ DataSetId: dataSetId, RevisionId: revisionId });
    return this.call('GetRevision', {}, async (options) => revisionIn(await this.client.send(command, options)));
  }

  updateRevision(
    { dataSetId, revisionId }: RevisionName,
    { comment, finalized }: Parameters<Exchange['updateRevision']>[1],
  ): Promise<Revision> {
    const command = new UpdateRevisionCommand({
      DataSetId: dataSetId,
      RevisionId: revisionId,
      Comment: comment,
      Finalized: finalized,
    });
    return this.call('UpdateRevision', {}, async (options) => revisionIn(await this.client.send(command, options)));
  }

  revokeRevision({ dataSetId, revisionId }: RevisionName, comment: string): Promise<void> {
    const command = new RevokeRevisionCommand({
      DataSetId: dataSetId,
      RevisionId: revisionId,
      RevocationComment: comment,
    });
    return this.call('RevokeRevision', {}, async (options) => void (await this.client.send(command, options)));
  }

  deleteRevision({ dataSetId, revisionId }: RevisionName): Promise<void> {
    const command = new DeleteRevisionCommand({ DataSetId: dataSetId, RevisionId: revisionId });
    return this.call('DeleteRevision', {}, async (options) => void (await this.client.send(command, options)));
  }

  listAssets(
    { dataSetId, revisionId }: RevisionName,
    { maxResults, nextToken }: PageRequest,
  ): ReturnType<Exchange['listAssets']> {
    const command = new ListRevisionAssetsCommand({
      DataSetId: dataSetId,
      RevisionId: revisionId,
      MaxResults: maxResults,
      NextToken: nextToken,
    });
    return this.call('ListRevisionAssets', {}, async (options) => {
      const page = await this.client.send(command, options);
      return {
        assets: (page.Assets ?? []).map((asset) => plain(asset) as unknown as Asset),
        nextToken: page.NextToken || undefined,
      };
    });
  }

  tagResource(arn: string, tags: Tags): Promise<void> {
    const command = new TagResourceCommand({ ResourceArn: arn, Tags: { ...tags } });
    return this.call('TagResource', {}, async (options) => void (await this.client.send(command, options)));
  }

  untagResource(arn: string, keys: readonly string[]): Promise<void> {
    const command = new UntagResourceCommand({ ResourceArn: arn, TagKeys: [...keys] });
    return this.call('UntagResource', {}, async (options) => void (await this.client.send(command, options)));
  }

  upload(file: FileToUpload, url: string, expiresAt: string | undefined): Promise<void> {
    const { now } = this.surroundings;
    return this.call('Upload', {}, ({ abortSignal }) => upload(file, url, expiresAt, { signal: abortSignal, now }));
  }

  /** Makes a call within the invocation's budget and logs it. @throws Refusal */
  private async call<T>(
    name: CallName,
    about: { readonly jobId?: string },
    send: (options: { readonly abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    const { signal, region, log } = this.surroundings;
    try {
      const result = await within(signal, (abortSignal) => send({ abortSignal }));
      const shown = isRecord(result) && 'State' in result ? { jobId: result.Id, state: result.State } : about;
      log(name, shown);
      return result;
    } catch (error) {
      const refusal = refusalFor(error, name, region);
      const { errorCode, message } = refusal;
      log(name, {
        ...about,
        refused: errorCode,
        reason: message,
        ...(errorCode === 'InternalFailure' ? { error } : {}),
      });
      throw refusal;
    }
  }
}

function jobIn(output: object): Job {
  const job = plain(output) as Partial<Job>;
  if (typeof job.Id !== 'string' || typeof job.State !== 'string') {
    throw new UnusableAnswer('the answer shows no job');
  }
  return job as Job;
}

function revisionIn(output: object): Revision {
  const revision = plain(output) as Partial<Revision>;
  if (typeof revision.Id !== 'string' || typeof revision.Arn !== 'string') {
    throw new UnusableAnswer('the answer shows no revision');
  }
  return revision as Revision;
}

/** An answer free of SDK types: times as ISO 8601 strings, no nulls, no metadata. */
function plain(output: object): Record<string, unknown> {
  const { $metadata: _, ...members } = output as Record<string, unknown>;
  return withoutNulls(withIsoTimes(members)) as Record<string, unknown>;
}

function withIsoTimes(value: unknown): unknown {
  if (value instanceof Date) {
    return value.toISOString();
  }
  if (Array.isArray(value)) {
    return value.map(withIsoTimes);
  }
  return isRecord(value)
    ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withIsoTimes(member)]))
    : value;
}
