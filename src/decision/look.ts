import type { Job } from '../job/job';
import type { CallbackContext, Phase } from './callback-context';
import type { Situation, Step } from './steps';

/** A look at the job, and where the operation stood before it. */
export interface Look {
  readonly situation: Situation;
  readonly phase: Phase;
  readonly context: CallbackContext;
  readonly job: Job;
}

/** What follows a look. */
export type Rule = (look: Look) => Step;
