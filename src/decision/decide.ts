import { jobIdOf } from './answers';
import { begin, lookOrStart } from './begin';
import { createSequence } from './create-sequence';
import { listPage } from './listing';
import { onLook } from './looks';
import { jobSeen } from './outcomes';
import { onRefusal } from './refusals';
import { started } from './started';
import type { Situation, Step } from './steps';

/**
 * The next step of an operation: one more call to the service, or the answer that ends this invocation.
 * Pure: everything that it depends on stands in the situation, so that every path is tested as a table, without a mock.
 */
export function decide(situation: Situation): Step {
  const jobId = jobIdOf(situation);
  if (situation.operation === 'CREATE' && jobId === undefined && situation.context === undefined) {
    return createSequence(situation);
  }
  const last = situation.outcomes.at(-1);
  if (last === undefined) {
    return begin(situation);
  }
  const [first] = situation.outcomes;
  if (situation.operation === 'LIST' && first !== undefined && 'jobs' in first) {
    return listPage(situation, first);
  }
  if ('refusal' in last) {
    return onRefusal(situation, last.call, last.refusal);
  }
  const seen = jobSeen(situation);
  switch (last.call) {
    case 'GetJob':
    case 'CancelJob':
    case 'GetRevision':
    case 'UpdateRevision':
    case 'DeleteRevision':
      return onLook(situation, seen);
    case 'StartJob':
      return started(situation);
    case 'TagResource':
      return seen === undefined ? lookOrStart(situation, jobId as string) : onLook(situation, seen);
    default:
      throw new TypeError(`${situation.operation} does not call ${last.call}`);
  }
}
