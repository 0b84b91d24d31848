import type { CallbackContext } from '../../src/operations/callback-context';
import { JOB_ID } from '../job/examples';
import { failed, inProgress, shown, started, triesAgain, withoutJob } from './support/answers';
import { getJob, startJob } from './support/calls';
import { context, HOUR, MINUTE, NOW, SECOND } from './support/invocation';
import { EXPORT, exportIn } from './support/jobs';
import { ABSENT, CONFLICT, PERMANENT, QUOTA, refused, TRANSIENT } from './support/refusals';
import { type Row, transcripts } from './support/transcript';

/** The later invocations of a create or an update: the job is started once, and followed to its end. */

const DESIRED = { ...EXPORT, Id: JOB_ID };
const WAITING = getJob(exportIn('WAITING'));
const RUNNING = getJob(exportIn('IN_PROGRESS'));
const COMPLETED = getJob(exportIn('COMPLETED'));
const CANCELLED = getJob(exportIn('CANCELLED'));

describe.each(['CREATE', 'UPDATE'] as const)('%s starts the job', (operation) => {
  const tired = { callbackContext: context('to-start', { slotSince: NOW - HOUR, faults: 3 }) };
  const running = { phase: 'started', startedAt: NOW, lastSeen: 'IN_PROGRESS' } as const;
  const toStart = 'waiting to start the job; the last answer: startJob was refused: conflict';
  const waiting = { slotSince: NOW, lastSeen: 'WAITING' };

  transcripts({ operation, desired: DESIRED, callbackContext: context('to-start') }, [
    ['without GetJob', [startJob()], started('export')],
    ['and forgets the waits', [startJob()], started('export', { slotSince: undefined, faults: undefined }), tired],
    ['again after a fault', [startJob(TRANSIENT)], triesAgain('startJob')],
    ['and may not', [startJob(PERMANENT)], failed('AccessDenied', `Job ${JOB_ID}: startJob was refused`)],
    ['which runs already', [startJob(CONFLICT), RUNNING], inProgress(2, 'export running for 0 s', running)],
    ['which is COMPLETED already', [startJob(CONFLICT), COMPLETED], shown(exportIn('COMPLETED'))],
    ['which is still WAITING: it was not started', [startJob(CONFLICT), WAITING], inProgress(2, toStart, waiting)],
  ]);
});

describe('a job that waits for a slot', () => {
  const waited = context('to-start', { slotSince: NOW - 2 * MINUTE, faults: 2 });
  const unknown = { ...DESIRED, Type: 'NEW' };

  transcripts({ operation: 'CREATE', desired: DESIRED, callbackContext: context('to-start') }, [
    [
      'names the limit that the service names',
      [startJob(refused('quota', 'ServiceLimitExceeded', 7))],
      inProgress(2, 'waiting for one of 7 job slots; the last answer: startJob was refused: quota', { slotSince: NOW }),
    ],
    [
      'is started less often the longer it waits',
      [startJob(QUOTA)],
      inProgress(12, 'waiting for one of 10 job slots for 2 min; the last answer: startJob was refused: quota', {
        faults: undefined,
      }),
      { callbackContext: waited },
    ],
    [
      'may be of a type whose limit nobody knows',
      [startJob(QUOTA)],
      inProgress(2, 'waiting for one of the job slots; the last answer: startJob was refused: quota', {
        slotSince: NOW,
      }),
      { desired: unknown },
    ],
  ]);
});

describe('a job that is followed', () => {
  const given = { desired: DESIRED, callbackContext: context('started', { startedAt: NOW - 3 * MINUTE }) };
  const lag = 'export started 3 min ago, not shown as running yet';
  const ended: readonly Row[] = [
    ['is COMPLETED', [COMPLETED], shown(exportIn('COMPLETED'))],
    ['failed', [getJob(exportIn('ERROR'))], failed('AccessDenied', `export failed (job ${JOB_ID} ended in ERROR)`)],
    ['took too long', [getJob(exportIn('TIMED_OUT'))], failed('NotStabilized', `job ${JOB_ID} ended in TIMED_OUT.`)],
  ];
  const inAnyOtherState = inProgress(36, 'export in state PAUSED for 3 min', { lastSeen: 'PAUSED' });

  describe.each(['CREATE', 'UPDATE'] as const)('by %s', (operation) => {
    transcripts({ ...given, operation }, [
      ...ended,
      ['runs', [RUNNING], inProgress(36, 'export running for 3 min', { lastSeen: 'IN_PROGRESS' })],
      ['is in any other state', [getJob(exportIn('PAUSED'))], inAnyOtherState],
      ['was started, and does not show it yet', [WAITING], inProgress(36, lag, { lastSeen: 'WAITING' })],
      ['may not be read', [getJob(PERMANENT)], failed('AccessDenied', `Job ${JOB_ID}: getJob was refused`)],
    ]);
  });

  describe('by a create', () => {
    const toStart = { callbackContext: context('to-start') };
    transcripts({ ...given, operation: 'CREATE' }, [
      ['was cancelled', [CANCELLED], failed('NotStabilized', `Job ${JOB_ID} was cancelled by somebody else`)],
      ['is gone', [getJob(ABSENT)], failed('NotStabilized', `Job ${JOB_ID} is gone`)],
      ['is gone before its start', [startJob(ABSENT)], failed('NotStabilized', `Job ${JOB_ID} is gone`), toStart],
    ]);
  });

  describe('by an update', () => {
    const toStart = { callbackContext: context('to-start') };
    transcripts({ ...given, operation: 'UPDATE' }, [
      ['was cancelled', [CANCELLED], withoutJob('NotFound', JOB_ID)],
      ['is gone', [getJob(ABSENT)], withoutJob('NotFound', JOB_ID)],
      ['is gone before its start', [startJob(ABSENT)], withoutJob('NotFound', JOB_ID), toStart],
    ]);
  });

  describe('though it was to stay WAITING', () => {
    const desired = { ...DESIRED, StartOnCreation: false };
    transcripts({ operation: 'CREATE', desired, callbackContext: context('idle') }, [
      ...ended,
      ['is WAITING', [WAITING], shown(exportIn('WAITING'))],
      ['was started by somebody else', [RUNNING], shown(exportIn('IN_PROGRESS'))],
    ]);
  });
});

describe('a job that the service does not know', () => {
  const invisible = inProgress(11, `job ${JOB_ID} is not visible yet`, {});
  const gone = failed('NotStabilized', 'the service had created it and no longer knows it');

  function createdBefore(age: number): { callbackContext: CallbackContext } {
    return { callbackContext: context('to-start', { createdAt: NOW - age }) };
  }

  transcripts({ operation: 'CREATE', desired: DESIRED }, [
    ['is waited for within a minute', [startJob(ABSENT)], invisible, createdBefore(MINUTE - SECOND)],
    ['is gone a minute after CreateJob', [startJob(ABSENT)], gone, createdBefore(MINUTE)],
    [
      'is gone a minute after the beginning, where nobody knows when it was created',
      [startJob(ABSENT)],
      gone,
      { callbackContext: context('to-start', { beganAt: NOW - MINUTE }) },
    ],
  ]);
});

describe('a job that stays WAITING after an accepted StartJob', () => {
  function startedBefore(age: number): { callbackContext: CallbackContext } {
    return { callbackContext: context('started', { startedAt: NOW - age }) };
  }

  transcripts({ operation: 'CREATE', desired: DESIRED, ...startedBefore(5 * MINUTE) }, [
    [
      'is not started again for five minutes',
      [WAITING],
      inProgress(59, 'export started 4 min ago, not shown as running yet', { lastSeen: 'WAITING' }),
      startedBefore(5 * MINUTE - SECOND),
    ],
    ['is then started again', [WAITING, startJob()], started('export', { lastSeen: 'WAITING' })],
    [
      'waits on after a second start that is refused',
      [WAITING, startJob(CONFLICT), WAITING],
      inProgress(60, 'export started 5 min ago, not shown as running yet', { lastSeen: 'WAITING' }),
    ],
    [
      'waits for a slot for the second start',
      [WAITING, startJob(QUOTA)],
      inProgress(2, 'waiting for one of 10 job slots; the last answer: startJob was refused: quota', {
        slotSince: NOW,
        lastSeen: 'WAITING',
      }),
    ],
    [
      'counts as started now, where nobody knows when it was started',
      [WAITING],
      inProgress(2, 'export started 0 s ago, not shown as running yet', { lastSeen: 'WAITING' }),
      { callbackContext: context('started') },
    ],
  ]);
});

describe('refusals that may pass', () => {
  const third = context('started', { startedAt: NOW - MINUTE, faults: 3 });
  const running = { lastSeen: 'IN_PROGRESS', faults: undefined };

  function fourth(kind: string): object {
    return inProgress(12, `getJob was refused: ${kind}. Trying again in 12 s (try 4).`, { faults: 4 });
  }

  transcripts({ operation: 'CREATE', desired: DESIRED, callbackContext: third }, [
    ['are waited for, twice as long each time', [getJob(TRANSIENT)], fourth('transient')],
    ['may be conflicts', [getJob(CONFLICT)], fourth('conflict')],
    ['count in a row, which an answer ends', [RUNNING], inProgress(12, 'export running for 1 min', running)],
  ]);
});

describe('the deadline, 11 h 50 min after the first invocation,', () => {
  const DEADLINE = 710 * MINUTE;
  const fault = 'getJob was refused: transient';
  const running = 'export running for 1 min';

  function began(age: number, more: Partial<CallbackContext> = {}): { callbackContext: CallbackContext } {
    return { callbackContext: context('started', { startedAt: NOW - MINUTE, beganAt: NOW - age, ...more }) };
  }

  function gaveUp(seen: string, atTheEnd: string): object {
    const message = `Gave up on job ${JOB_ID} after 11 h 50 min; the job was ${seen}. At the end: ${atTheEnd}. Look at`;
    return failed('NotStabilized', message);
  }

  const almost = inProgress(1, running, { lastSeen: 'IN_PROGRESS' });
  const notStarted = gaveUp('last seen WAITING', 'the job was never started');

  transcripts({ operation: 'CREATE', desired: DESIRED, ...began(DEADLINE) }, [
    ['shortens the delay before it', [RUNNING], almost, began(DEADLINE - SECOND)],
    ['ends the wait', [RUNNING], gaveUp('last seen IN_PROGRESS', running)],
    ['lets an end of the job count that is there', [COMPLETED], shown(exportIn('COMPLETED'))],
    ['ends a row of faults', [getJob(TRANSIENT)], gaveUp('last seen X', fault), began(DEADLINE, { lastSeen: 'X' })],
    ['may come before the job was seen', [getJob(TRANSIENT)], gaveUp('never seen', fault)],
    ['lets no job start after it', [WAITING], notStarted, began(DEADLINE, { phase: 'to-start' })],
  ]);
});
