import { conflict, invalid, limitExceeded, notFound, ServiceError } from '../errors';
import { failure } from '../jobs/job-failure';
import type { JobType } from '../jobs/job-type';
import { typeOf } from '../jobs/job-types';
import { countRunning, findJob, shownStateOf, stateOf } from '../store/job-state';
import type { Job } from '../store/records';
import type { Region } from '../store/region';
import { id, structure, text } from '../validation/shapes';
import { checkReferences, refuseFinalized } from './job-references';
import { operation, PAGING, type PagingInput } from './operation';
import { jobView, pageView } from './present';

interface JobInput {
  readonly JobId: string;
}

export const getJob = operation<JobInput>({
  name: 'GetJob',
  method: 'GET',
  path: '/v1/jobs/:JobId',
  status: 200,
  input: structure({ JobId: id }),
  run(call) {
    const job = findJob(call.region, call.input.JobId);
    if (job.startedAt !== undefined) {
      job.readsSinceStart += 1;
    }
    const view = shownStateOf(call.region, job);
    if (!view) {
      throw notFound('JOB', call.input.JobId);
    }
    return jobView(job, view, call);
  },
});

/** Newest first. */
export const listJobs = operation<PagingInput & { readonly DataSetId?: string; readonly RevisionId?: string }>({
  name: 'ListJobs',
  method: 'GET',
  path: '/v1/jobs',
  status: 200,
  query: {
    ...PAGING.query,
    dataSetId: { member: 'DataSetId', type: 'text' },
    revisionId: { member: 'RevisionId', type: 'text' },
  },
  input: structure({}, { ...PAGING.shape, DataSetId: text, RevisionId: text }),
  async run(call) {
    const { region } = call;
    const { DataSetId, RevisionId } = call.input;
    const { unknownDataSetInListJobs, nestedRevisionsInListJobs } = region.assumptions();
    if (DataSetId && !region.store.dataSets.has(DataSetId) && unknownDataSetInListJobs === 'refused') {
      throw notFound('DATA_SET', DataSetId);
    }
    const found = [...region.store.jobs.values()].flatMap((job) => {
      const { dataSetId, revisionIds } = typeOf(job).references(job.details);
      const isNested = !('RevisionId' in job.details);
      const isWanted =
        (!DataSetId || dataSetId === DataSetId) &&
        (!RevisionId || (revisionIds.includes(RevisionId) && (!isNested || nestedRevisionsInListJobs === 'found')));
      const view = isWanted ? shownStateOf(region, job) : undefined;
      return view ? [{ job, view }] : [];
    });
    const scope = ['ListJobs', DataSetId ?? '', RevisionId ?? ''];
    const { page, next } = pageView(call, scope, found, ({ job }) => [job.createdAt, job.id]);
    return { Jobs: await Promise.all(page.map(({ job, view }) => jobView(job, view, call))), ...next };
  },
});

/** Looks at the state and the quota only; what else is missing ends the job in ERROR. */
export const startJob = operation<JobInput>({
  name: 'StartJob',
  method: 'PATCH',
  path: '/v1/jobs/:JobId',
  status: 202,
  input: structure({ JobId: id }),
  run({ region, input, now }) {
    const { finalizedRevisionImport, startJobChecks } = region.assumptions();
    const job = findWaitingJob(region, input.JobId, 'started');
    const type = typeOf(job);
    if (startJobChecks === 'all') {
      checkReferences(region, type, job.details);
      if (type.upload && !job.upload) {
        throw invalid([`Nothing was uploaded for job ${job.id}`]);
      }
    }
    if (finalizedRevisionImport === 'StartJob') {
      refuseFinalized(region, type, job.details);
    }
    checkQuota(region, type, job);
    job.startedAt = now;
    region.store.unfinished.add(job);
    return {};
  },
});

/** Only while WAITING (API Reference). The job stays, CANCELLED. */
export const cancelJob = operation<JobInput>({
  name: 'CancelJob',
  method: 'DELETE',
  path: '/v1/jobs/:JobId',
  status: 204,
  input: structure({ JobId: id }),
  run({ region, input, now }) {
    findWaitingJob(region, input.JobId, 'cancelled').cancelledAt = now;
    return undefined;
  },
});

function findWaitingJob(region: Region, jobId: string, change: 'started' | 'cancelled'): Job {
  const job = findJob(region, jobId);
  const state = stateOf(region, job)?.state;
  if (state !== 'WAITING') {
    throw conflict('JOB', jobId, `Job ${jobId} is ${state} and can be ${change} only while it is WAITING.`);
  }
  return job;
}

/** Over quota it refuses as `overQuota` says, or plans that the job ends in ERROR. @throws ServiceError */
function checkQuota(region: Region, type: JobType, job: Job): void {
  const assumptions = region.assumptions();
  const most = assumptions.concurrentJobs[type.name] ?? type.concurrent;
  if (countRunning(region, type.name) < most) {
    return;
  }
  const text = `There are already ${most} jobs in progress: the limit "${type.limitName}" is reached.`;
  switch (assumptions.overQuota) {
    case '402':
      throw limitExceeded(type.limitName, most);
    case '409':
      throw conflict('JOB', job.id, text);
    case '429':
      throw new ServiceError('ThrottlingException', 429, text);
    case '400':
      throw invalid([text]);
    case 'job-error': {
      const { errors } = failure('overQuota', text, assumptions, { LimitValue: most });
      job.plan = { ...job.plan, seconds: 0, end: 'ERROR', errors };
    }
  }
}
