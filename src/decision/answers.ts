import type { Job } from '../job/job';
import { own, type Properties, text } from '../job/properties';
import type { Revision } from '../job/revision';
import { modelOf, withoutWriteOnly } from '../job/translate';
import type { CallbackContext } from './callback-context';
import { DEADLINE_MS, duration, faultDelay } from './schedule';
import type { Answer, ErrorCode, Refusal, Situation } from './steps';

/** The id of the job that this operation is about, from the context or the model, whichever has it. */
export function jobIdOf(situation: Situation): string | undefined {
  return situation.context?.jobId ?? text(situation.desired, 'Id');
}

/**
 * The model of an event before the operation is over: what was desired and the identifier, without secrets.
 * A delete's holds the identifier alone.
 */
function standing(situation: Situation, job?: Job): Properties {
  const Id = job?.Id ?? jobIdOf(situation);
  return situation.operation === 'DELETE' ? { Id } : { ...withoutWriteOnly(situation.desired), Id };
}

/** @param revision the job's revision, where its type may own one and it exists */
export function success(job: Job, revision?: Revision): Answer {
  return { status: 'SUCCESS', model: modelOf(job, revision) };
}

/** The codes after which CloudFormation starts the operation over (contract, section 2). */
export const RETRIABLE: readonly ErrorCode[] = [
  'ResourceConflict',
  'Throttling',
  'ServiceInternalError',
  'NetworkFailure',
];

/**
 * FAILED once a job exists: with the model, so that rollback and clean-up can act on the identifier, and never with a
 * retriable code, for CloudFormation would start over and make another job.
 */
export function failed(situation: Situation, code: ErrorCode, message: string, job?: Job): Answer {
  const model = job !== undefined && situation.operation !== 'DELETE' ? modelOf(job) : standing(situation, job);
  return { status: 'FAILED', code: RETRIABLE.includes(code) ? 'GeneralServiceException' : code, message, model };
}

/** FAILED where nothing exists: without a model. */
export function failedWithoutJob(code: ErrorCode, message: string): Answer {
  return { status: 'FAILED', code, message };
}

/** @param why what is known of the reason */
export function notFound(
  situation: Situation,
  why = 'it never existed, was cancelled, or is older than the 90 days for which the service keeps a job',
): Answer {
  const id = jobIdOf(situation);
  const message = id === undefined ? 'The model names no job: Id is missing.' : `There is no job ${id}: ${why}.`;
  return failedWithoutJob('NotFound', message);
}

/** IN_PROGRESS until the deadline, NotStabilized after it. */
export function inProgress(
  situation: Situation,
  context: CallbackContext,
  delaySeconds: number,
  message: string,
  job?: Job,
): Answer {
  const left = context.beganAt + deadline(situation) - situation.now;
  if (left <= 0) {
    const seen =
      context.lastSeen === undefined ? 'the job was never seen' : `the job was last seen ${context.lastSeen}`;
    return failed(
      situation,
      'NotStabilized',
      `Gave up on job ${context.jobId} after ${duration(situation.now - context.beganAt)}; ${seen}. At the end: ${message.replace(/\.$/, '')}. ` +
        'Look at the job in AWS Data Exchange; if it still runs, wait for its end before you try again.',
      job,
    );
  }
  return {
    status: 'IN_PROGRESS',
    message,
    model: standing(situation, job),
    context,
    delaySeconds: Math.max(1, Math.min(delaySeconds, Math.ceil(left / 1_000))),
  };
}

/** The job exists and the service, or the way to it, has a bad moment: try again, never fail for it. */
export function backOff(situation: Situation, context: CallbackContext, refusal: Refusal): Answer {
  const faults = (context.faults ?? 0) + 1;
  const delay = faultDelay(faults, situation.jitter);
  const message = pastDeadline(situation, context)
    ? refusal.message
    : `${refusal.message}; trying again in ${delay} s (try ${faults})`;
  return inProgress(situation, { ...context, faults }, delay, message);
}

export function pastDeadline(situation: Situation, context: CallbackContext): boolean {
  return situation.now >= context.beganAt + deadline(situation);
}

export function wantsStart(model: Properties | undefined): boolean {
  return own(model, 'StartOnCreation') === true;
}

function deadline({ operation }: Situation): number {
  if (operation === 'READ' || operation === 'LIST') {
    throw new TypeError(`${operation} never waits`);
  }
  return DEADLINE_MS[operation];
}
