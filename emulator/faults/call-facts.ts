import type { Exchange } from '../exchange';
import { typeOf } from '../jobs/job-types';
import type { Job } from '../store/records';
import type { CallFacts } from './fault-engine';

/** What can be told of an API call from its path labels and body, before anything is checked: hostile input must not matter here. */
export function factsOfCall(
  operation: string,
  exchange: Exchange,
  labels: Record<string, string>,
  body: unknown,
): CallFacts {
  const job = labels.JobId === undefined ? undefined : exchange.store.jobs.get(labels.JobId);
  if (job) return factsOfJob(operation, exchange, job);
  const dataSetIds = labels.DataSetId === undefined ? [] : [labels.DataSetId];
  const revisionIds = labels.RevisionId === undefined ? [] : [labels.RevisionId];
  const type = own(body, 'Type');
  for (const branch of Object.values(asRecord(own(body, 'Details')))) {
    const dataSetId = own(branch, 'DataSetId');
    if (typeof dataSetId === 'string') dataSetIds.push(dataSetId);
    const destinations = own(branch, 'RevisionDestinations');
    for (const place of [branch, ...(Array.isArray(destinations) ? destinations.slice(0, 10) : [])]) {
      const revisionId = own(place, 'RevisionId');
      if (typeof revisionId === 'string') revisionIds.push(revisionId);
    }
  }
  return {
    operation,
    region: exchange.region,
    ...(labels.JobId === undefined ? {} : { jobId: labels.JobId }),
    ...(typeof type === 'string' ? { jobType: type } : {}),
    dataSetIds,
    revisionIds,
  };
}

/** What can be told of a call that is about a job which exists. */
export function factsOfJob(operation: string, exchange: Exchange, job: Job): CallFacts {
  const { dataSetId, revisionIds } = typeOf(job).references(job.details);
  return {
    operation,
    region: exchange.region,
    jobId: job.id,
    jobType: job.type,
    jobState: exchange.jobs.view(job)?.state,
    jobAge: (exchange.clock.now() - job.createdAt) / 1000,
    dataSetIds: [dataSetId],
    revisionIds,
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function own(value: unknown, name: string): unknown {
  const record = asRecord(value);
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
