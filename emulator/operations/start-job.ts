import { conflict, invalid, limitExceeded, ServiceError } from '../errors';
import type { Exchange } from '../exchange';
import { failure } from '../jobs/job-failure';
import type { JobType } from '../jobs/job-type';
import { typeOf } from '../jobs/job-types';
import type { Job } from '../store/records';
import { id, structure } from '../validation/shapes';
import { checkReferences, refuseFinalized } from './job-references';
import { operation } from './operation';

/** Looks at the state and the quota only; what else is missing ends the job in ERROR. */
export const startJob = operation<{ JobId: string }>({
  name: 'StartJob',
  method: 'PATCH',
  path: '/v1/jobs/:JobId',
  status: 202,
  input: structure({ JobId: id }),
  run({ exchange, input, now }) {
    const { jobs } = exchange;
    const { finalizedRevisionImport, startJobChecks } = exchange.assumptions();
    const job = jobs.call(input.JobId);
    const state = jobs.view(job)?.state;
    if (state !== 'WAITING')
      throw conflict('JOB', job.id, `Job ${job.id} is ${state} and can be started only while it is WAITING.`);
    const type = typeOf(job);
    if (startJobChecks === 'all') {
      checkReferences(exchange, type, job.details);
      if (type.upload && !job.upload) throw invalid([`Nothing was uploaded for job ${job.id}`]);
    }
    if (finalizedRevisionImport === 'StartJob') refuseFinalized(exchange, type, job.details);
    checkQuota(exchange, type, job);
    job.startedAt = now;
    jobs.started(job);
    return {};
  },
});

/** @throws ServiceError in the form that `overQuota` says, or lets the job end in ERROR */
function checkQuota(exchange: Exchange, type: JobType, job: Job): void {
  const assumptions = exchange.assumptions();
  const most = assumptions.concurrentJobs[type.name] ?? type.concurrent;
  if (exchange.jobs.running(type.name) < most) return;
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
    default:
      job.plan = {
        ...job.plan,
        seconds: 0,
        end: 'ERROR',
        errors: failure('overQuota', text, assumptions, { LimitValue: most }).errors,
      };
  }
}
