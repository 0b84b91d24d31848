import { text } from '../job/properties';
import {
  belongsToJob,
  createdRevisionOf,
  isUntagged,
  jobTag,
  type Revision,
  revisionOf,
  wantsOwnRevision,
} from '../job/revision';
import { hasEnded } from '../job/states';
import { failed, jobIdOf, notFound, success } from './answers';
import type { Look, Rule } from './look';
import { accepted, jobSeen, revisionSeen, tried } from './outcomes';
import type { Step } from './steps';

/**
 * Ends an operation with the model as the service shows it. The revision that the job fills is looked at first, and finalised
 * or opened where this operation is to do that.
 */
export function settle(look: Look): Step {
  const { situation, job } = look;
  const name = revisionOf(job);
  if (name === undefined) {
    return success(job);
  }
  const revision = revisionSeen(situation);
  if (revision === undefined) {
    return { call: 'GetRevision', ...name };
  }
  if (revision === 'absent') {
    // Of a revision that the template names, it is the template's business whether it still exists.
    const given = text(situation.desired, 'RevisionId') !== undefined;
    return hasEnded(job.State) && !given ? revisionGone(look, name.revisionId) : success(job);
  }
  if (lacksTag(look, revision)) {
    return { call: 'TagResource', arn: revision.Arn as string, tags: jobTag(job.Id) };
  }
  const finalized = wantedFinalized(look);
  if (finalized === undefined || finalized === (revision.Finalized === true) || tried(situation, 'UpdateRevision')) {
    return success(job, revision);
  }
  return { call: 'UpdateRevision', ...name, finalized };
}

/** A create that lost its context after the tag had failed sees to it here: no create succeeds without. */
function lacksTag({ situation }: Look, revision: Revision): boolean {
  const mine = situation.operation === 'CREATE' && wantsOwnRevision(situation.desired);
  return mine && revision.Arn !== undefined && isUntagged(revision) && !tried(situation, 'TagResource');
}

/** What this operation makes of the revision's Finalized; undefined: it leaves it. */
function wantedFinalized({ situation, context, job }: Look): boolean | undefined {
  switch (situation.operation) {
    case 'CREATE':
      return context.finalise;
    case 'UPDATE': {
      const { change } = context;
      const finalise = change !== undefined && 'finalise' in change ? change.finalise : undefined;
      // A rollback answers at once: it does not wait for a job that still fills the revision.
      return situation.rollback && !hasEnded(job.State) ? undefined : finalise;
    }
    default:
      return undefined;
  }
}

/** A job that is over is nothing without what it made. */
function revisionGone({ situation, job }: Look, revisionId: string): Step {
  return situation.operation === 'CREATE'
    ? failed(
        situation,
        'NotStabilized',
        `Revision ${revisionId} was removed while job ${job.Id} filled it. Create both again.`,
      )
    : notFound(situation, `its revision ${revisionId} is gone`);
}

/**
 * Ends a delete. The data goes with the resource that made it: the job's own revision is opened, if it was finalised, and
 * removed. A revision that was given by id is never touched.
 *
 * @param nothingLeft what to answer where there is no revision of the job's own (any more)
 */
export function removeOwnRevision(look: Look, nothingLeft: Rule): Step {
  const { situation } = look;
  const job = jobSeen(situation);
  // The service forgets a job after 90 days, and its revision then is known by the model alone.
  const name = job === undefined ? createdRevisionOf(situation.desired) : revisionOf(job);
  if (accepted(situation, 'DeleteRevision')) {
    return { status: 'SUCCESS' };
  }
  if (name === undefined) {
    return nothingLeft(look);
  }
  const revision = revisionSeen(situation);
  if (revision === undefined) {
    return { call: 'GetRevision', ...name };
  }
  if (revision === 'absent' || !belongsToJob(revision, jobIdOf(situation) as string)) {
    return nothingLeft(look);
  }
  return mustBeOpened(revision) && !tried(situation, 'UpdateRevision')
    ? { call: 'UpdateRevision', ...name, finalized: false }
    : { call: 'DeleteRevision', ...name };
}

/** A finalised revision is read-only; a revoked one cannot be opened, and need not be. */
function mustBeOpened(revision: Revision): boolean {
  return revision.Finalized === true && revision.Revoked !== true;
}
