import type { Job } from '../../../src/job/job';
import type { Revision } from '../../../src/job/revision';
import { modelOf } from '../../../src/job/translate';
import type { ErrorCode } from '../../../src/operations/answer';
import type { CallbackContext } from '../../../src/operations/callback-context';
import { JOB_ID } from '../../job/examples';
import { NOW } from './invocation';
import type { Method } from './refusals';

/** Answers as transcripts expect them. */

/**
 * IN_PROGRESS with the job's identifier.
 *
 * @param seconds until the next invocation
 * @param changes what the callback context has that differs from the one given; undefined: no longer there
 */
export function inProgress(seconds: number, message: string, changes: Partial<CallbackContext>): object {
  return {
    status: 'IN_PROGRESS',
    message,
    resourceModel: expect.objectContaining({ Id: JOB_ID }),
    callbackContext: changes,
    callbackDelaySeconds: seconds,
  };
}

/** IN_PROGRESS after a transient refusal, the first in a row. @param changes see inProgress */
export function triesAgain(method: Method, changes: Partial<CallbackContext> = {}): object {
  const message = `${method} was refused: transient. Trying again in 2 s (try 1).`;
  return inProgress(2, message, { faults: 1, ...changes });
}

/** IN_PROGRESS after an accepted StartJob. @param changes see inProgress */
export function started(noun: string, changes: Partial<CallbackContext> = {}): object {
  return inProgress(2, `${noun} started`, { phase: 'started', startedAt: NOW, ...changes });
}

/** SUCCESS, with the model as job and revision show it. */
export function shown(job: Job, ofRevision?: Revision): object {
  return { status: 'SUCCESS', resourceModel: modelOf(job, ofRevision) };
}

/** FAILED with the job's identifier. @param part of the message */
export function failed(
  errorCode: ErrorCode,
  part: string,
  resourceModel: object = expect.objectContaining({ Id: JOB_ID }),
): object {
  return { status: 'FAILED', errorCode, message: expect.stringContaining(part), resourceModel };
}

/** FAILED without a model. @param part of the message */
export function withoutJob(errorCode: ErrorCode, part: string): object {
  return { status: 'FAILED', errorCode, message: expect.stringContaining(part) };
}
