import { backOff, failed, failedWithoutJob, jobIdOf } from './answers';
import { contextOf } from './context';
import { onLook } from './looks';
import { jobSeen } from './outcomes';
import { waitForSlot } from './slots';
import type { CallName, Refusal, Situation, Step } from './steps';

/** What follows a call that was refused or got no answer. */
export function onRefusal(situation: Situation, call: CallName, refusal: Refusal): Step {
  switch (call) {
    case 'ListJobs':
      // A data set that does not exist has no jobs.
      return refusal.kind === 'absent' ? { status: 'SUCCESS', models: [] } : beforeJobExists(refusal);
    case 'GetJob':
    case 'GetRevision':
      return situation.operation === 'READ' && refusal.kind !== 'absent'
        ? beforeJobExists(refusal)
        : onceJobExists(situation, call, refusal);
    default:
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
function onceJobExists(situation: Situation, call: CallName, refusal: Refusal): Step {
  switch (refusal.kind) {
    case 'absent':
      return onAbsent(situation, call, refusal);
    case 'conflict':
      return onConflict(situation, call, refusal);
    case 'quota':
      return call === 'StartJob'
        ? waitForSlot(situation, contextOf(situation), refusal)
        : backOff(situation, contextOf(situation), refusal);
    case 'fault':
      return backOff(situation, contextOf(situation), refusal);
    case 'final':
      return onFinal(situation, call, refusal);
  }
}

/** What a refusal is about: the job, or the revision that it fills. */
const ABOUT_REVISION: readonly CallName[] = ['GetRevision', 'UpdateRevision', 'DeleteRevision', 'TagResource'];

function onAbsent(situation: Situation, call: CallName, refusal: Refusal): Step {
  if (call === 'TagResource') {
    return onFinal(situation, call, { ...refusal, code: 'NotStabilized' });
  }
  if (!ABOUT_REVISION.includes(call)) {
    return onLook(situation, undefined);
  }
  return situation.operation === 'DELETE' && call !== 'GetRevision'
    ? { status: 'SUCCESS' }
    : onLook(situation, jobSeen(situation));
}

/** A conflict about a job says: look at its state. One about a revision says that it is published, or was filled meanwhile. */
function onConflict(situation: Situation, call: CallName, refusal: Refusal): Step {
  if (call === 'StartJob' || call === 'CancelJob') {
    return { call: 'GetJob', jobId: jobIdOf(situation) as string };
  }
  return ABOUT_REVISION.includes(call)
    ? onFinal(situation, call, {
        ...refusal,
        message: `${refusal.message} ${conflictAdvice(situation)}`,
      })
    : backOff(situation, contextOf(situation), refusal);
}

function conflictAdvice({ operation }: Situation): string {
  if (operation === 'CREATE') {
    return 'The revision cannot be finalised as it is: look at it in AWS Data Exchange.';
  }
  return operation === 'DELETE'
    ? 'A published revision cannot be removed: revoke it, or keep it by DeletionPolicy: Retain.'
    : 'A published revision cannot be opened again: revoke it, or leave FinalizeRevision true.';
}

/** In a rollback the true model is the best answer: a stack must not hang because a revision cannot be brought back. */
function onFinal(situation: Situation, call: CallName, refusal: Refusal): Step {
  return situation.operation === 'UPDATE' && situation.rollback && call === 'UpdateRevision'
    ? onLook(situation, jobSeen(situation))
    : failed(situation, refusal.code, `Job ${jobIdOf(situation)}: ${refusal.message}`, jobSeen(situation));
}
