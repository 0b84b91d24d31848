import type { Job } from '../job/job';
import { own, type Properties } from '../job/properties';
import { revisionOf } from '../job/revision';
import { modelOf } from '../job/translate';
import { jobIdOf, wantsStart } from './answers';
import type { CallbackContext, Phase } from './callback-context';
import { changeOf } from './changes';
import { accepted, jobSeen, revisionSeen, tried } from './outcomes';
import type { Situation } from './steps';

/**
 * The context to go on with: the one that came back (or, in a first invocation or where it was lost, the one that the
 * models tell) and what this invocation's calls have added to it.
 */
export function contextOf(situation: Situation): CallbackContext {
  const context = situation.context ?? firstContext(situation);
  const job = jobSeen(situation);
  const before = situation.previous ?? shownModel(situation, job);
  const undecided = situation.operation === 'UPDATE' && context.change === undefined;
  return {
    ...context,
    phase: phaseAfterCalls(situation, context.phase, job),
    jobId: jobIdOf(situation),
    ...(undecided && before !== undefined ? { change: changeOf(situation.desired, before) } : {}),
    ...(job === undefined ? {} : { lastSeen: job.State }),
    ...(accepted(situation, 'TagResource') ? { untagged: undefined } : {}),
  };
}

/** What the service shows, once all of it was seen that a comparison needs. */
function shownModel(situation: Situation, job: Job | undefined): Properties | undefined {
  const revision = revisionSeen(situation);
  if (job === undefined || (revision === undefined && revisionOf(job) !== undefined)) {
    return undefined;
  }
  return modelOf(job, revision === 'absent' ? undefined : revision);
}

/** The context of an operation that begins, or whose context was lost. */
export function firstContext({ operation, desired, now }: Situation): CallbackContext {
  if (operation !== 'CREATE') {
    return { phase: 'new', beganAt: now };
  }
  const finalise = own(desired, 'FinalizeRevision') === true || undefined;
  return { phase: wantsStart(desired) ? 'to-start' : 'idle', beganAt: now, finalise };
}

function phaseAfterCalls(situation: Situation, phase: Phase, job: Job | undefined): Phase {
  if (situation.operation === 'DELETE') {
    return job === undefined ? phase : 'leaving';
  }
  return tried(situation, 'StartJob') && phase !== 'started' ? 'to-start' : phase;
}
