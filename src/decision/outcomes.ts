import type { Job } from '../job/job';
import type { Revision } from '../job/revision';
import type { CallName, Outcome, Refusal, Situation } from './steps';

/** What this invocation's calls have shown. */

export function tried({ outcomes }: Situation, call: CallName): boolean {
  return outcomes.some((outcome) => outcome.call === call);
}

export function refusalsTo({ outcomes }: Situation, call: CallName): Refusal[] {
  return outcomes.flatMap((outcome) => ('refusal' in outcome && outcome.call === call ? [outcome.refusal] : []));
}

/** The job as this invocation saw it last. */
export function jobSeen({ outcomes }: Situation): Job | undefined {
  return outcomes.flatMap((outcome) => ('job' in outcome ? [outcome.job] : [])).at(-1);
}

/** Whether a call without an answer of its own was accepted. */
export function accepted({ outcomes }: Situation, call: CallName): boolean {
  return outcomes.some((outcome) => outcome.call === call && 'accepted' in outcome);
}

/** The outcomes up to, and without, the last look at the job. A call that was refused because there is no job is one, too. */
export function beforeLook({ outcomes }: Situation): readonly Outcome[] {
  const look = outcomes.findLastIndex(
    (outcome) => outcome.call === 'GetJob' || (outcome.call === 'CancelJob' && isAbsent(outcome)),
  );
  return outcomes.slice(0, look < 0 ? -1 : look);
}

function isAbsent(outcome: Outcome): boolean {
  return 'refusal' in outcome && outcome.refusal.kind === 'absent';
}

/** The job's revision as it was seen since the last look at the job. UpdateRevision does not show the tags that GetRevision does. */
export function revisionSeen({ outcomes }: Situation): Revision | 'absent' | undefined {
  const look = outcomes.findLastIndex((outcome) => outcome.call === 'GetJob');
  let seen: Revision | 'absent' | undefined;
  for (const outcome of outcomes.slice(look + 1)) {
    if ('revision' in outcome) {
      seen = { ...(seen === 'absent' ? undefined : seen), ...outcome.revision };
    } else if ((outcome.call === 'GetRevision' || outcome.call === 'UpdateRevision') && isAbsent(outcome)) {
      seen = 'absent';
    }
  }
  return seen;
}
