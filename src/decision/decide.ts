import type { Job } from '../job/job';
import { modelOf } from '../job/translate';
import { created, started } from './accepted';
import { begin } from './begin';
import { onLook } from './looks';
import { onRefusal } from './refusals';
import type { Situation, Step } from './steps';

/**
 * The next step of an operation: one more call to the service, or the answer that ends this invocation.
 * Pure: everything that it depends on stands in the situation, so that every path is tested as a table, without a mock.
 */
export function decide(situation: Situation): Step {
  const last = situation.outcomes.at(-1);
  if (last === undefined) {
    return begin(situation);
  }
  if ('refusal' in last) {
    return onRefusal(situation, last.call, last.refusal);
  }
  switch (last.call) {
    case 'CreateJob':
      return created(situation, last.job);
    case 'GetJob':
      return onLook(situation, last.job);
    case 'StartJob':
      return started(situation);
    case 'CancelJob':
      return { status: 'SUCCESS' };
    case 'ListJobs':
      return { status: 'SUCCESS', models: last.jobs.filter(notCancelled).map(modelOf), nextToken: last.nextToken };
  }
}

/** A cancelled job counts as deleted. */
function notCancelled(job: Job): boolean {
  return job.State !== 'CANCELLED';
}
