import { backOff, failed, failedWithoutJob, jobIdOf, notFound } from './answers';
import { contextOf } from './context';
import { onLook } from './looks';
import { waitForSlot } from './slots';
import type { CallName, Refusal, Situation, Step } from './steps';

/** What follows a call that was refused or got no answer. */
export function onRefusal(situation: Situation, call: CallName, refusal: Refusal): Step {
  switch (call) {
    case 'ListJobs':
      // A data set that does not exist has no jobs.
      return refusal.kind === 'absent' ? { status: 'SUCCESS', models: [] } : beforeJobExists(refusal);
    case 'CreateJob':
      return beforeJobExists(refusal);
    case 'GetJob':
      if (situation.operation === 'READ') {
        return refusal.kind === 'absent' ? notFound(situation) : beforeJobExists(refusal);
      }
      return onceJobExists(situation, call, refusal);
    case 'StartJob':
    case 'CancelJob':
      return onceJobExists(situation, call, refusal);
  }
}

function beforeJobExists(refusal: Refusal): Step {
  return failedWithoutJob(refusal.code, refusal.message);
}

/**
 * A job exists. What may pass by itself never fails the operation, and a retriable code is never answered: CloudFormation
 * would start over and make another job.
 */
function onceJobExists(situation: Situation, call: 'GetJob' | 'StartJob' | 'CancelJob', refusal: Refusal): Step {
  switch (refusal.kind) {
    case 'absent':
      return onLook(situation, undefined);
    case 'conflict':
      return call === 'GetJob'
        ? backOff(situation, contextOf(situation), refusal)
        : { call: 'GetJob', jobId: jobIdOf(situation) as string };
    case 'quota':
      return call === 'StartJob'
        ? waitForSlot(situation, contextOf(situation), refusal)
        : backOff(situation, contextOf(situation), refusal);
    case 'fault':
      return backOff(situation, contextOf(situation), refusal);
    case 'final':
      return failed(situation, refusal.code, `Job ${jobIdOf(situation)}: ${refusal.message}`);
  }
}
