import type { Revision } from '../../src/job/revision';
import type { CallbackContext } from '../../src/operations/callback-context';
import { DATA_SET, JOB_ID, REVISION } from '../job/examples';
import { failed, inProgress, triesAgain, withoutJob } from './support/answers';
import { call, cancelJob, deleteRevision, type ExpectedCall, getJob, getRevision, open } from './support/calls';
import { context, HOUR, NOW, SECOND } from './support/invocation';
import { exportIn, OWN_IMPORT, ownImportIn } from './support/jobs';
import { ABSENT, CONFLICT, PERMANENT, type Refused, TRANSIENT } from './support/refusals';
import { FINALISED, OF_ANOTHER_JOB, OPEN, REVISION_NAME, REVOKED, revision, UNTAGGED } from './support/revisions';
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
    ['is opened first', [...before, getRevision(FINALISED), open(), deleteRevision()], DELETED],
    ['is not opened if it is revoked', [...before, getRevision(REVOKED), deleteRevision()], DELETED],
    ['is removed though it has no tag of the job yet', [...before, getRevision(UNTAGGED), deleteRevision()], DELETED],
    ['stays if it was given', [...before, getRevision(revision({ Finalized: true }))], DELETED],
    ['stays if it is another job’s', [...before, getRevision(OF_ANOTHER_JOB)], DELETED],
    [
      'is gone with the resource',
      [...before, getRevision(ABSENT)],
      withoutJob('NotFound', `There is no job ${JOB_ID}: its revision ${REVISION} is gone.`),
    ],
    ['is gone in a later invocation', [...before, getRevision(ABSENT)], DELETED, LATER],
    [
      'is gone when it is to be opened',
      [...before, getRevision(FINALISED), open(ABSENT), deleteRevision(ABSENT)],
      DELETED,
    ],
    ['is gone when it is to be removed', [...before, getRevision(OPEN), deleteRevision(ABSENT)], DELETED],
  ]);

  describe('that is published', () => {
    const toBeRevoked = {
      desired: { ...OWN_IMPORT, Id: JOB_ID, RevokeOnDelete: true, RevocationComment: 'Wrong values.' },
    };
    const published = [...before, getRevision(FINALISED), open(CONFLICT)];
    const revoke = (result?: Refused) => call('revokeRevision', [REVISION_NAME, 'Wrong values.'], result);
    const fails = failedDelete('GeneralServiceException', `Revision ${REVISION} is published, so it can be neither`);
    transcripts(FIRST, [
      ['stays', published, fails],
      ['is revoked and removed on request', [...published, revoke(), deleteRevision()], DELETED, toBeRevoked],
      [
        'cannot be revoked',
        [...published, revoke(CONFLICT)],
        failedDelete('GeneralServiceException', 'can be neither opened nor revoked'),
        toBeRevoked,
      ],
    ]);
  });

  describe('whose removal meets a conflict', () => {
    const conflict = [...before, getRevision(OPEN), deleteRevision(CONFLICT)];
    const late = { callbackContext: context('leaving', { conflictSince: NOW - 31 * SECOND }) };
    transcripts(FIRST, [
      [
        'is tried again for a while',
        conflict,
        inProgress(2, 'deleteRevision was refused: conflict. Trying again in 2 s (try 1).', {
          ...leaving('COMPLETED'),
          conflictSince: NOW,
          faults: 1,
        }),
      ],
      ['stays in the end', conflict, failedDelete('GeneralServiceException', 'cannot be removed as it is'), late],
      ['is revoked all the same', [...before, getRevision(REVOKED), deleteRevision(CONFLICT)], DELETED, late],
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
  const given = { ...FIRST, desired: { ...OWN_IMPORT, Id: JOB_ID } };
  const FORGOTTEN = getJob(ABSENT);
  const theirs = { ...OF_ANOTHER_JOB, Id: 'other'.padEnd(32, '0') };
  const getTheirs = call('getRevision', [{ dataSetId: DATA_SET, revisionId: theirs.Id }], theirs);

  function listRevisions(revisions: readonly Revision[], nextToken?: string, from?: string): ExpectedCall {
    return call('listRevisions', [DATA_SET, { maxResults: 200, nextToken: from }], { revisions, nextToken });
  }

  const FOUND = [listRevisions([OPEN], undefined, 'page 2'), getRevision(OPEN), getRevision(OPEN), deleteRevision()];
  transcripts(given, [
    [
      'is found by its tag',
      [FORGOTTEN, listRevisions([OPEN]), getRevision(OPEN), getRevision(OPEN), deleteRevision()],
      DELETED,
    ],
    ['is not one of another job', [FORGOTTEN, listRevisions([theirs]), getTheirs], NOT_FOUND],
    ['is not one without the job’s tag', [FORGOTTEN, listRevisions([UNTAGGED]), getRevision(UNTAGGED)], NOT_FOUND],
    [
      'is gone with its data set',
      [FORGOTTEN, call('listRevisions', [DATA_SET, { maxResults: 200 }], ABSENT)],
      NOT_FOUND,
    ],
    [
      'is looked for in a later invocation if there are more',
      [FORGOTTEN, listRevisions([theirs], 'page 2'), getTheirs],
      inProgress(1, `job ${JOB_ID} is gone; looking for its revision among those of data set ${DATA_SET}`, {
        phase: 'new',
        dataSetId: DATA_SET,
        searchFrom: 'page 2',
      }),
    ],
    [
      'is found in a later invocation',
      [FORGOTTEN, ...FOUND],
      DELETED,
      { callbackContext: context('new', { dataSetId: DATA_SET, searchFrom: 'page 2' }) },
    ],
    ['cannot be found by the identifier alone', [FORGOTTEN], NOT_FOUND, FIRST],
  ]);
});
