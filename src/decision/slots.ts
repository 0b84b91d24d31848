import type { Job } from '../job/job';
import { jobType } from '../job/job-types';
import { inProgress } from './answers';
import type { CallbackContext } from './callback-context';
import { duration, slotDelay } from './schedule';
import type { Answer, Refusal, Situation } from './steps';

/** All slots for running jobs of this type are taken: wait for one, however long that takes, up to the deadline. */
export function waitForSlot(
  situation: Situation,
  context: CallbackContext,
  refusal: Refusal | undefined,
  job?: Job,
): Answer {
  const { now, jitter, desired } = situation;
  const slotSince = context.slotSince ?? now;
  const slots = refusal?.limitValue ?? jobType(job?.Type ?? desired.Type)?.concurrentJobs;
  const waited = now - slotSince;
  const message = `waiting for one of ${slots ?? 'the'} job slots${waited < 1_000 ? '' : ` for ${duration(waited)}`}`;
  return inProgress(situation, { ...context, slotSince, faults: undefined }, slotDelay(waited, jitter), message, job);
}
