import { conflict } from '../errors';
import { id, structure } from '../validation/shapes';
import { operation } from './operation';

/** Only while WAITING (API reference). The job stays, CANCELLED. */
export const cancelJob = operation<{ JobId: string }>({
  name: 'CancelJob',
  method: 'DELETE',
  path: '/v1/jobs/:JobId',
  status: 204,
  input: structure({ JobId: id }),
  run({ exchange, input, now }) {
    const job = exchange.jobs.call(input.JobId);
    const state = exchange.jobs.view(job)?.state;
    if (state !== 'WAITING')
      throw conflict('JOB', job.id, `Job ${job.id} is ${state} and can be cancelled only while it is WAITING.`);
    job.cancelledAt = now;
    return undefined;
  },
});
