import { notFound } from '../errors';
import { id, structure } from '../validation/shapes';
import { operation } from './operation';
import { jobView } from './present';

export const getJob = operation<{ JobId: string }>({
  name: 'GetJob',
  method: 'GET',
  path: '/v1/jobs/:JobId',
  status: 200,
  input: structure({ JobId: id }),
  run({ exchange, input }) {
    const job = exchange.jobs.call(input.JobId);
    if (job.startedAt !== undefined) job.readsSinceStart += 1;
    const view = exchange.jobs.shown(job);
    if (!view) throw notFound('JOB', input.JobId);
    return jobView(job, view, exchange);
  },
});
