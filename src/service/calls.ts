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
  StartJobCommand,
  TagResourceCommand,
  UpdateRevisionCommand,
} from '@aws-sdk/client-dataexchange';
import type { Call, Outcome } from '../decision/steps';
import type { Job } from '../job/job';
import { isRecord } from '../job/properties';
import type { Revision } from '../job/revision';
import { withoutNulls } from '../job/translate';
import { within } from './budget';
import { UnusableAnswer } from './errors';
import { upload } from './upload';

/**
 * Makes one call to Data Exchange.
 *
 * @throws what the SDK throws, `UnusableAnswer`, or the signal's reason; `refusalOf` reads them all
 */
export async function perform(
  client: DataExchangeClient,
  call: Call,
  signal: AbortSignal,
  now: () => number = Date.now,
): Promise<Outcome> {
  return within(signal, async (abortSignal): Promise<Outcome> => {
    const options = { abortSignal };
    switch (call.call) {
      case 'CreateJob':
        // The table of job types makes the Details; the SDK's type for them is not a union that could check it.
        return {
          call: 'CreateJob',
          job: jobOf(await client.send(new CreateJobCommand(call.input as CreateJobCommandInput), options)),
        };
      case 'GetJob':
        return { call: 'GetJob', job: jobOf(await client.send(new GetJobCommand({ JobId: call.jobId }), options)) };
      case 'StartJob':
        await client.send(new StartJobCommand({ JobId: call.jobId }), options);
        return { call: 'StartJob', accepted: true };
      case 'CancelJob':
        await client.send(new CancelJobCommand({ JobId: call.jobId }), options);
        return { call: 'CancelJob', accepted: true };
      case 'ListJobs': {
        const { dataSetId, revisionId, maxResults, nextToken } = call;
        const input = { DataSetId: dataSetId, RevisionId: revisionId, MaxResults: maxResults, NextToken: nextToken };
        const page = await client.send(new ListJobsCommand(input), options);
        return { call: 'ListJobs', jobs: (page.Jobs ?? []).map(jobOf), nextToken: page.NextToken || undefined };
      }
      case 'ListDataSetRevisions': {
        const page = await client.send(new ListDataSetRevisionsCommand({ DataSetId: call.dataSetId }), options);
        return { call: 'ListDataSetRevisions', revisions: (page.Revisions ?? []).map(revisionIn) };
      }
      case 'CreateRevision': {
        const input = { DataSetId: call.dataSetId, Comment: call.comment, Tags: { ...call.tags } };
        return {
          call: 'CreateRevision',
          revision: revisionIn(await client.send(new CreateRevisionCommand(input), options)),
        };
      }
      case 'GetRevision': {
        const command = new GetRevisionCommand({ DataSetId: call.dataSetId, RevisionId: call.revisionId });
        return { call: 'GetRevision', revision: revisionIn(await client.send(command, options)) };
      }
      case 'UpdateRevision': {
        const input = { DataSetId: call.dataSetId, RevisionId: call.revisionId, Finalized: call.finalized };
        return {
          call: 'UpdateRevision',
          revision: revisionIn(await client.send(new UpdateRevisionCommand(input), options)),
        };
      }
      case 'DeleteRevision': {
        const command = new DeleteRevisionCommand({ DataSetId: call.dataSetId, RevisionId: call.revisionId });
        await client.send(command, options);
        return { call: 'DeleteRevision', accepted: true };
      }
      case 'TagResource':
        await client.send(new TagResourceCommand({ ResourceArn: call.arn, Tags: { ...call.tags } }), options);
        return { call: 'TagResource', accepted: true };
      case 'Upload':
        await upload(call.file, call.url, call.expiresAt, { signal: abortSignal, now });
        return { call: 'Upload', accepted: true };
    }
  });
}

function jobOf(output: object): Job {
  const job = plain(output) as Partial<Job>;
  if (typeof job.Id !== 'string' || typeof job.State !== 'string') {
    throw new UnusableAnswer('the answer shows no job');
  }
  return job as Job;
}

function revisionIn(output: object): Revision {
  const revision = plain(output) as Partial<Revision>;
  if (typeof revision.Id !== 'string') {
    throw new UnusableAnswer('the answer shows no revision');
  }
  return revision as Revision;
}

/** An answer as the rest of the house knows it, free of SDK types: times as ISO 8601 strings, no nulls, no metadata. */
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
