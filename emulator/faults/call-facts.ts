import { typeOf } from '../jobs/job-types';
import type { JobState } from '../store/job-plan';
import { stateOf } from '../store/job-state';
import type { Job } from '../store/records';
import type { Region } from '../store/region';

/** What is known about a call before it takes effect. */
export interface CallFacts {
  readonly operation: string;
  readonly region: string;
  readonly jobId?: string;
  readonly jobType?: string;
  readonly jobState?: JobState;
  /** Seconds of service time. */
  readonly jobAge?: number;
  readonly dataSetIds: readonly string[];
  readonly revisionIds: readonly string[];
  /** Keys of the tags that the call gives. */
  readonly tagKeys: readonly string[];
}

/** Reads the facts of an API call from its path labels and body. Nothing has been checked yet: any body is harmless. */
export function factsOfCall(
  operation: string,
  region: Region,
  labels: Readonly<Record<string, string>>,
  body: unknown,
): CallFacts {
  const job = labels.JobId === undefined ? undefined : region.store.jobs.get(labels.JobId);
  if (job) {
    return factsOfJob(operation, region, job);
  }
  const dataSetIds = [labels.DataSetId, ownText(ownMember(ownMember(body, 'Event'), 'RevisionPublished'), 'DataSetId')];
  const revisionIds = [labels.RevisionId];
  for (const details of Object.values(asRecord(ownMember(body, 'Details')))) {
    dataSetIds.push(ownText(details, 'DataSetId'));
    const destinations = ownMember(details, 'RevisionDestinations');
    for (const place of [details, ...(Array.isArray(destinations) ? destinations.slice(0, 10) : [])]) {
      revisionIds.push(ownText(place, 'RevisionId'));
    }
  }
  return {
    operation,
    region: region.name,
    jobId: labels.JobId,
    jobType: ownText(body, 'Type'),
    dataSetIds: dataSetIds.filter((id) => id !== undefined),
    revisionIds: revisionIds.filter((id) => id !== undefined),
    tagKeys: ['Tags', 'tags'].flatMap((member) => Object.keys(asRecord(ownMember(body, member)))),
  };
}

/** The facts of a call that names an existing job. */
export function factsOfJob(operation: string, region: Region, job: Job): CallFacts {
  const { dataSetId, revisionIds } = typeOf(job).references(job.details);
  return {
    operation,
    region: region.name,
    jobId: job.id,
    jobType: job.type,
    jobState: stateOf(region, job)?.state,
    jobAge: (region.clock.now() - job.createdAt) / 1000,
    dataSetIds: [dataSetId],
    revisionIds,
    tagKeys: [],
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function ownMember(value: unknown, name: string): unknown {
  const record = asRecord(value);
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function ownText(value: unknown, name: string): string | undefined {
  const member = ownMember(value, name);
  return typeof member === 'string' ? member : undefined;
}
