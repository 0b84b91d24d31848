import type { Job } from '../job/job';
import { modelOf } from '../job/translate';
import { jobIdOf, wantsStart } from './answers';
import type { CallbackContext, Phase } from './callback-context';
import { changeOf } from './changes';
import type { Situation } from './steps';

/**
 * The context to go on with: the one that came back (or, in a first invocation or where it was lost, the one that the
 * models tell) and what this invocation's calls have added to it.
 */
export function contextOf(situation: Situation): CallbackContext {
  const context = situation.context ?? { phase: firstPhase(situation), beganAt: situation.now };
  const job = jobSeen(situation);
  const before = situation.previous ?? (job === undefined ? undefined : modelOf(job));
  const undecided = situation.operation === 'UPDATE' && context.change === undefined;
  return {
    ...context,
    phase: phaseAfterCalls(situation, context.phase, job),
    jobId: jobIdOf(situation),
    ...(undecided && before !== undefined ? { change: changeOf(situation.desired, before) } : {}),
    ...(job === undefined ? {} : { lastSeen: job.State }),
  };
}

/** Whether this invocation has already asked for something: a refusal is not answered by asking again at once. */
export function tried(situation: Situation, call: 'StartJob' | 'CancelJob'): boolean {
  return situation.outcomes.some((outcome) => outcome.call === call);
}

/** The job as this invocation saw it last. */
function jobSeen(situation: Situation): Job | undefined {
  return situation.outcomes.flatMap((outcome) => ('job' in outcome ? [outcome.job] : [])).at(-1);
}

function firstPhase({ operation, desired }: Situation): Phase {
  if (operation !== 'CREATE') {
    return 'new';
  }
  return wantsStart(desired) ? 'to-start' : 'idle';
}

function phaseAfterCalls(situation: Situation, phase: Phase, job: Job | undefined): Phase {
  if (situation.operation === 'DELETE') {
    return job === undefined ? phase : 'leaving';
  }
  return tried(situation, 'StartJob') && phase !== 'started' ? 'to-start' : phase;
}
