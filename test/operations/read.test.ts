import { JOB_ID, REVISION } from '../job/examples';
import { shown, withoutJob } from './support/answers';
import { getJob, getRevision, listAssets } from './support/calls';
import { exportIn, IMPORT, importIn, ownImportIn } from './support/jobs';
import { ABSENT, CONFLICT, PERMANENT, QUOTA, TRANSIENT } from './support/refusals';
import { OPEN, revision } from './support/revisions';
import { transcripts } from './support/transcript';

const COMPLETED = ownImportIn('COMPLETED');
const WAITING = ownImportIn('WAITING');
const RUNNING = ownImportIn('IN_PROGRESS');
const gone = withoutJob('NotFound', `There is no job ${JOB_ID}: its revision ${REVISION} is gone.`);

describe('a read shows', () => {
  transcripts({ operation: 'READ', desired: { Id: JOB_ID } }, [
    ['a job that fills no revision', [getJob(exportIn('COMPLETED'))], shown(exportIn('COMPLETED'))],
    ['a job with its own revision', [getJob(COMPLETED), getRevision(OPEN), listAssets()], shown(COMPLETED, OPEN)],
    [
      'a job with a given revision',
      [getJob(COMPLETED), getRevision(revision()), listAssets()],
      shown(COMPLETED, revision()),
    ],
    [
      'a job whose revision is removed before its assets are listed',
      [getJob(COMPLETED), getRevision(OPEN), listAssets(ABSENT)],
      shown(COMPLETED, OPEN),
    ],
    ['a WAITING job without its revision', [getJob(WAITING), getRevision(ABSENT)], shown(WAITING)],
    ['a running job without its revision', [getJob(RUNNING), getRevision(ABSENT)], shown(RUNNING)],
    ['no job that is over without its revision', [getJob(COMPLETED), getRevision(ABSENT)], gone],
    ['no job that failed without its revision', [getJob(ownImportIn('ERROR')), getRevision(ABSENT)], gone],
    [
      'a job that is over, though the revision that the template names is gone',
      [getJob(importIn('COMPLETED')), getRevision(ABSENT)],
      shown(importIn('COMPLETED')),
      { desired: { ...IMPORT, Id: JOB_ID } },
    ],
    ['no cancelled job', [getJob(ownImportIn('CANCELLED'))], withoutJob('NotFound', 'was cancelled, or is older')],
    ['no unknown job', [getJob(ABSENT)], withoutJob('NotFound', JOB_ID)],
  ]);
});

describe('a read that is refused', () => {
  transcripts({ operation: 'READ', desired: { Id: JOB_ID } }, [
    ['by a fault', [getJob(TRANSIENT)], withoutJob('Throttling', 'getJob was refused: transient')],
    ['by a denial', [getJob(PERMANENT)], withoutJob('AccessDenied', 'getJob was refused: permanent')],
    ['by a conflict', [getJob(CONFLICT)], withoutJob('ResourceConflict', 'getJob was refused: conflict')],
    ['by a quota', [getJob(QUOTA)], withoutJob('ServiceLimitExceeded', 'getJob was refused: quota')],
    [
      'at the assets',
      [getJob(COMPLETED), getRevision(OPEN), listAssets(TRANSIENT)],
      withoutJob('Throttling', 'listAssets'),
    ],
    ['at the revision', [getJob(COMPLETED), getRevision(TRANSIENT)], withoutJob('Throttling', 'getRevision was')],
  ]);
});
