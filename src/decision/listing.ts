import type { Job } from '../job/job';
import { type Revision, type RevisionName, revisionOf } from '../job/revision';
import { hasEnded } from '../job/states';
import { modelOf } from '../job/translate';
import type { Outcome, Situation, Step } from './steps';

/**
 * A page of a list, once ListJobs has answered. It shows what a read of each job would: what is listed has to be readable, so
 * every revision that the jobs fill is looked at, once. A look that fails ends the looking, not the list.
 */
export function listPage(situation: Situation, page: Extract<Outcome, { jobs: unknown }>): Step {
  const jobs = page.jobs.filter(isThere);
  const names = revisionsOf(jobs);
  const looks = situation.outcomes.filter((outcome) => outcome.call === 'GetRevision');
  const next = names[looks.length];
  if (next !== undefined && looks.every((look) => seenBy(look) !== undefined)) {
    return { call: 'GetRevision', ...next };
  }
  const seen = new Map(looks.map((look, i) => [names[i]?.revisionId, seenBy(look)]));
  const models = jobs.flatMap((job) => {
    const revision = seen.get(revisionOf(job)?.revisionId);
    if (revision === 'absent') {
      return hasEnded(job.State) ? [] : [modelOf(job)];
    }
    return [modelOf(job, revision)];
  });
  return { status: 'SUCCESS', models, nextToken: page.nextToken };
}

/** A cancelled job counts as deleted. */
function isThere(job: Job): boolean {
  return job.State !== 'CANCELLED';
}

/** The revisions that jobs fill, each once. */
function revisionsOf(jobs: readonly Job[]): RevisionName[] {
  const names = jobs.map(revisionOf).filter((name) => name !== undefined);
  return [...new Map(names.map((name) => [name.revisionId, name])).values()];
}

/** What a look has shown; undefined: nothing. */
function seenBy(look: Outcome): Revision | 'absent' | undefined {
  if ('revision' in look) {
    return look.revision;
  }
  return 'refusal' in look && look.refusal.kind === 'absent' ? 'absent' : undefined;
}
