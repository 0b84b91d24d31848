import {
  CancelJobCommand,
  CreateJobCommand,
  type CreateJobCommandInput,
  type DataExchangeClient,
  GetJobCommand,
  ListJobsCommand,
  StartJobCommand,
} from '@aws-sdk/client-dataexchange';
import type { Call, Outcome } from '../decision/steps';
import type { Job } from '../job/job';
import { isRecord } from '../job/properties';
import { withoutNulls } from '../job/translate';
import { within } from './budget';
import { UnusableAnswer } from './errors';

/**
 * Makes one call to Data Exchange.
 *
 * @throws what the SDK throws, `UnusableAnswer`, or the signal's reason; `refusalOf` reads them all
 */
export async function perform(client: DataExchangeClient, call: Call, signal: AbortSignal): Promise<Outcome> {
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
    }
  });
}

/** A job as the SDK shows it, free of SDK types: times as ISO 8601 strings, no nulls, no metadata. */
function jobOf(output: object): Job {
  const { $metadata: _, ...members } = output as Record<string, unknown>;
  const job = withoutNulls(withIsoTimes(members)) as Partial<Job>;
  if (typeof job.Id !== 'string' || typeof job.State !== 'string') {
    throw new UnusableAnswer('the answer shows no job');
  }
  return job as Job;
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
