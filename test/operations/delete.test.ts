import type { CallbackContext } from '../../src/operations/callback-context';
import { JOB_ID, REVISION } from '../job/examples';
import { failed, inProgress, triesAgain, withoutJob } from './support/answers';
import { cancelJob, deleteRevision, getJob, getRevision, updateRevision } from './support/calls';
import { context, HOUR, NOW } from './support/invocation';
import { exportIn, OWN_IMPORT, ownImportIn } from './support/jobs';
import { ABSENT, CONFLICT, PERMANENT, TRANSIENT } from './support/refusals';
import { FINALISED, OF_ANOTHER_JOB, OPEN, REVOKED, revision, UNTAGGED } from './support/revisions';
import { play, transcripts } from './support/transcript';

const FIRST = { operation: 'DELETE', desired: { Id: JOB_ID } } as const;
const LATER = { ...FIRST, callbackContext: context('leaving') };
const OWN_WAITING = getJob(ownImportIn('WAITING'));
const OWN_COMPLETED = getJob(ownImportIn('COMPLETED'));
const DELETED = { status: 'SUCCESS' };
const NOT_FOUND = withoutJob('NotFound', `There is no job ${JOB_ID}`);

/** What the context of a delete says once it has seen the job. */
function leaving(lastSeen: string): Partial<CallbackContext> {
  return { phase: 'leaving', lastSeen };
}

/** The event of a delete that has failed: the model is the identifier alone. */
function failedDelete(...[code, part]: Parameters<typeof failed>): object {
  return failed(code, part, { Id: JOB_ID });
}

describe('the delete of a job without a revision of its own', () => {
  const WAITING = getJob(exportIn('WAITING'));
  const RUNNING = getJob(exportIn('IN_PROGRESS'));
  const running = 'export is running and cannot be cancelled; waiting for its end';

  transcripts(FIRST, [
    ['cancels a job that waits', [WAITING, cancelJob()], DELETED],
    ['waits for the end of one that runs', [RUNNING], inProgress(2, `${running} (0 s)`, leaving('IN_PROGRESS'))],
    ['waits ever longer', [RUNNING], inProgress(60, `${running} (10 min)`, leaving('IN_PROGRESS')), LATER],
    ['waits in any other state', [getJob(exportIn('PAUSED'))], inProgress(2, `${running} (0 s)`, leaving('PAUSED'))],
    ['has nothing to do for a COMPLETED job', [getJob(exportIn('COMPLETED'))], DELETED],
    ['has nothing to do for a failed job', [getJob(exportIn('ERROR'))], DELETED],
    ['finds no job', [getJob(ABSENT)], NOT_FOUND],
    ['finds a cancelled job', [getJob(exportIn('CANCELLED'))], NOT_FOUND],
    ['is done when the job is gone later', [getJob(ABSENT)], DELETED, LATER],
    ['is done when the job is cancelled later', [getJob(exportIn('CANCELLED'))], DELETED, LATER],
  ]);

  describe('when the job was started meanwhile', () => {
    const tooLate = [WAITING, cancelJob(CONFLICT)];
    const wasStarted = `job ${JOB_ID} was started and cannot be cancelled; waiting for its end`;
    transcripts(FIRST, [
      ['waits for its end', [...tooLate, RUNNING], inProgress(2, `${running} (0 s)`, leaving('IN_PROGRESS'))],
      ['waits though it shows WAITING', [...tooLate, WAITING], inProgress(2, wasStarted, leaving('WAITING'))],
      ['is done if it has ended by now', [...tooLate, getJob(exportIn('COMPLETED'))], DELETED],
      ['is done if somebody else has cancelled it', [...tooLate, getJob(exportIn('CANCELLED'))], DELETED],
      ['is done if it is gone by now', [...tooLate, getJob(ABSENT)], DELETED],
    ]);
  });

  describe('fails', () => {
    transcripts(FIRST, [
      ['if it may not cancel', [WAITING, cancelJob(PERMANENT)], failedDelete('AccessDenied', 'cancelJob was refused')],
      [
        'at the deadline',
        [RUNNING],
        failedDelete('NotStabilized', `Gave up on job ${JOB_ID} after 12 h 0 min`),
        { callbackContext: context('leaving', { beganAt: NOW - 12 * HOUR }) },
      ],
    ]);
  });
});

describe('the revision of a job that has ended', () => {
  const before = [OWN_COMPLETED];

  transcripts(FIRST, [
    ['is removed', [...before, getRevision(OPEN), deleteRevision()], DELETED],
    ['is removed if the job failed', [getJob(ownImportIn('TIMED_OUT')), getRevision(OPEN), deleteRevision()], DELETED],
    ['is removed in a later invocation', [...before, getRevision(OPEN), deleteRevision()], DELETED, LATER],
    ['is opened first', [...before, getRevision(FINALISED), updateRevision(false), deleteRevision()], DELETED],
    ['is not opened if it is revoked', [...before, getRevision(REVOKED), deleteRevision()], DELETED],
    ['is removed though it has no tag of the job yet', [...before, getRevision(UNTAGGED), deleteRevision()], DELETED],
    ['stays if it was given', [...before, getRevision(revision({ Finalized: true }))], DELETED],
    ['stays if it is another job’s', [...before, getRevision(OF_ANOTHER_JOB)], DELETED],
    ['is gone with the resource', [...before, getRevision(ABSENT)], NOT_FOUND],
    ['is gone in a later invocation', [...before, getRevision(ABSENT)], DELETED, LATER],
    ['is gone when it is to be opened', [...before, getRevision(FINALISED), updateRevision(false, ABSENT)], DELETED],
    ['is gone when it is to be removed', [...before, getRevision(OPEN), deleteRevision(ABSENT)], DELETED],
  ]);

  describe('that is published', () => {
    const published = 'A published revision cannot be removed: revoke it, or keep it by DeletionPolicy: Retain.';
    const fails = failedDelete('GeneralServiceException', published);
    transcripts(FIRST, [
      ['cannot be opened', [...before, getRevision(FINALISED), updateRevision(false, CONFLICT)], fails],
      ['cannot be removed', [...before, getRevision(OPEN), deleteRevision(CONFLICT)], fails],
    ]);
  });
});

describe('the revision of a job that has not run', () => {
  const cancelled = [OWN_WAITING, cancelJob()];
  const WAS_CANCELLED = getJob(ownImportIn('CANCELLED'));
  const LOST_REMOVAL = [WAS_CANCELLED, getRevision(OPEN), deleteRevision(TRANSIENT)];

  transcripts(FIRST, [
    ['is removed after the job is cancelled', [...cancelled, getRevision(OPEN), deleteRevision()], DELETED],
    ['stays if it was given', [...cancelled, getRevision(revision())], DELETED],
    ['is gone', [...cancelled, getRevision(ABSENT)], DELETED],
    [
      'is left for the next invocation after a fault',
      [...cancelled, getRevision(TRANSIENT)],
      triesAgain('getRevision', leaving('WAITING')),
    ],
    [
      'is removed after the job has ended meanwhile',
      [OWN_WAITING, cancelJob(CONFLICT), OWN_COMPLETED, getRevision(OPEN), deleteRevision()],
      DELETED,
    ],
    ['is removed if the job was cancelled before', [WAS_CANCELLED, getRevision(OPEN), deleteRevision()], DELETED],
    [
      'is left for the next invocation, which knows that there was one',
      LOST_REMOVAL,
      triesAgain('deleteRevision', leaving('CANCELLED')),
    ],
    ['is gone with a job that was cancelled before', [WAS_CANCELLED, getRevision(ABSENT)], NOT_FOUND],
    ['stays if the job was cancelled before', [WAS_CANCELLED, getRevision(revision())], NOT_FOUND],
    ['is removed in a later invocation', [WAS_CANCELLED, getRevision(OPEN), deleteRevision()], DELETED, LATER],
    ['is gone in a later invocation', [WAS_CANCELLED, getRevision(ABSENT)], DELETED, LATER],
  ]);

  it('is removed after CancelJob did not find the job', async () => {
    const calls = [OWN_WAITING, cancelJob(ABSENT), getRevision(OPEN), deleteRevision()];
    expect(await play(FIRST, calls)).toEqual(DELETED);
  });
});

describe('the revision of a job that the service has forgotten', () => {
  const desired = { ...OWN_IMPORT, Id: JOB_ID, TargetRevisionId: REVISION };

  transcripts({ ...FIRST, desired }, [
    ['is removed by the model', [getJob(ABSENT), getRevision(OPEN), deleteRevision()], DELETED],
    ['stays if it is another job’s', [getJob(ABSENT), getRevision(OF_ANOTHER_JOB)], NOT_FOUND],
    ['is gone', [getJob(ABSENT), getRevision(ABSENT)], NOT_FOUND],
    ['is not known', [getJob(ABSENT)], NOT_FOUND, { desired: { ...OWN_IMPORT, Id: JOB_ID } }],
  ]);
});
