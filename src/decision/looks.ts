import type { Job } from '../job/job';
import { hasEnded, isJobState, type JobState } from '../job/states';
import { failed, inProgress, notFound, pastDeadline } from './answers';
import type { CallbackContext, Phase } from './callback-context';
import { contextOf } from './context';
import { jobFailure, nounOf } from './job-failure';
import type { Rule } from './look';
import { accepted, beforeLook, revisionSeen, tried } from './outcomes';
import { removeOwnRevision, settle } from './own-revision';
import { duration, NOT_YET_VISIBLE_MS, pollDelay, START_LAG_MS } from './schedule';
import { waitForSlot } from './slots';
import type { Situation, Step } from './steps';

/** What GetJob can show: a state, one that this type does not know, or no job. */
type Seen = JobState | 'UNKNOWN' | 'ABSENT';
type Existing = Exclude<Seen, 'ABSENT' | 'CANCELLED'>;

/** For every state one rule: the compiler refuses a table that forgets one. */
type Table = Record<Seen, Rule>;

/** What follows a look at the job. @param job undefined: the service does not know it */
export function onLook(situation: Situation, job: Job | undefined): Step {
  const { phase } = contextOf({ ...situation, outcomes: beforeLook(situation) });
  const seen: Seen = job === undefined ? 'ABSENT' : isJobState(job.State) ? job.State : 'UNKNOWN';
  const rule = tableFor(situation, phase)[seen];
  // The rules for ABSENT are the only ones that run without a job, and they do not look at it.
  return rule({ situation, phase, context: contextOf(situation), job: job as Job });
}

function tableFor(situation: Situation, phase: Phase): Table {
  if (situation.operation === 'READ' || situation.operation === 'LIST') {
    return READ;
  }
  const tables: Partial<Record<Phase, Table>> = MUTATING[situation.operation];
  return tables[phase] ?? FOREIGN_PHASE;
}

const absent: Rule = ({ situation }) => notFound(situation);
const deleted: Rule = () => ({ status: 'SUCCESS' });

/** The job is over: what it made goes. Gone already before we began, there was nothing to delete. */
const removeWhatItMade: Rule = (look) =>
  removeOwnRevision(look, () =>
    look.phase === 'new' && revisionSeen(look.situation) === 'absent'
      ? notFound(look.situation)
      : { status: 'SUCCESS' },
  );

/** Cancelled or gone before we began counts as deleted, unless it has left its revision behind. */
const removeWhatIsLeft: Rule = (look) => removeOwnRevision(look, absent);

const failWithJobErrors: Rule = ({ situation, job }) => {
  const { code, message } = jobFailure(job);
  return failed(situation, code, message, job);
};

const failTimedOut: Rule = ({ situation, job }) =>
  failed(
    situation,
    'NotStabilized',
    `The ${nounOf(job)} took too long for the service: job ${job.Id} ended in TIMED_OUT. Try again with less data in one job.`,
    job,
  );

const failCancelled: Rule = ({ situation, job }) =>
  failed(
    situation,
    'NotStabilized',
    `Job ${job.Id} was cancelled by somebody else before it ran. Create it again.`,
    job,
  );

/** Right after CreateJob the service may not show the job yet; later it is gone. */
const failGone: Rule = ({ situation, context }) => {
  const since = context.createdAt ?? context.beganAt;
  if (situation.now - since < NOT_YET_VISIBLE_MS) {
    return wait(situation, context, `job ${context.jobId} is not visible yet`, since);
  }
  const message = `Job ${context.jobId} is gone: the service had created it and does not know it any more. Create it again.`;
  return failed(situation, 'NotStabilized', message);
};

/** Waits while the job runs. Seeing it run is as good as an accepted StartJob. */
const watch: Rule = ({ situation, context, job }) => {
  const startedAt = context.startedAt ?? situation.now;
  const verb = job.State === 'IN_PROGRESS' ? 'running' : `in state ${job.State}`;
  const message = `${nounOf(job)} ${verb} for ${duration(situation.now - startedAt)}`;
  return wait(situation, { ...context, phase: 'started', startedAt }, message, startedAt, job);
};

/** Starts a waiting job, once in an invocation: refused, it waits for its turn. */
const start: Rule = ({ situation, context, job }) => {
  if (tried(situation, 'StartJob')) {
    return waitForSlot(situation, context, undefined, job);
  }
  return pastDeadline(situation, context)
    ? inProgress(situation, context, 1, 'the job was never started', job)
    : { call: 'StartJob', jobId: job.Id };
};

/** Started, and still shown as WAITING: a lag for a while, then a start that was lost. */
const startAgainAfterLag: Rule = (look) => {
  const { situation, context, job } = look;
  const startedAt = context.startedAt ?? situation.now;
  const lag = situation.now - startedAt;
  return lag >= START_LAG_MS && !tried(situation, 'StartJob')
    ? start(look)
    : wait(situation, context, `${nounOf(job)} started ${duration(lag)} ago, not shown as running yet`, startedAt, job);
};

const cancel: Rule = (look) => {
  const { situation, context, job } = look;
  if (accepted(situation, 'CancelJob')) {
    return removeOwnRevision(look, deleted);
  }
  return tried(situation, 'CancelJob')
    ? wait(
        situation,
        context,
        `job ${job.Id} was started and cannot be cancelled; waiting for its end`,
        context.beganAt,
      )
    : { call: 'CancelJob', jobId: job.Id };
};

const waitForEnd: Rule = ({ situation, context, job }) => {
  const message = `${nounOf(job)} is running and cannot be cancelled; waiting for its end (${duration(situation.now - context.beganAt)})`;
  return wait(situation, context, message, context.beganAt);
};

/** CANCELLED means deleted; everything else can be read. */
const READ: Table = {
  WAITING: settle,
  IN_PROGRESS: settle,
  COMPLETED: settle,
  ERROR: settle,
  TIMED_OUT: settle,
  UNKNOWN: settle,
  CANCELLED: absent,
  ABSENT: absent,
};

const CREATE_ENDS = {
  COMPLETED: settle,
  ERROR: failWithJobErrors,
  TIMED_OUT: failTimedOut,
  CANCELLED: failCancelled,
  ABSENT: failGone,
} as const;

const UPDATE_ENDS = { ...CREATE_ENDS, CANCELLED: absent, ABSENT: absent } as const;

const DELETE_ENDS = {
  COMPLETED: removeWhatItMade,
  ERROR: removeWhatItMade,
  TIMED_OUT: removeWhatItMade,
} as const;

/** The phases that an operation can be in when it looks. */
interface Phases {
  CREATE: 'idle' | 'to-start' | 'started';
  UPDATE: 'new' | 'to-start' | 'started';
  DELETE: 'new' | 'leaving';
}

const MUTATING: { readonly [O in keyof Phases]: Readonly<Record<Phases[O], Table>> } = {
  CREATE: {
    idle: { ...CREATE_ENDS, WAITING: settle, IN_PROGRESS: settle, UNKNOWN: settle },
    'to-start': { ...CREATE_ENDS, WAITING: start, IN_PROGRESS: watch, UNKNOWN: watch },
    started: { ...CREATE_ENDS, WAITING: startAgainAfterLag, IN_PROGRESS: watch, UNKNOWN: watch },
  },
  UPDATE: {
    new: {
      WAITING: change('WAITING'),
      IN_PROGRESS: change('IN_PROGRESS'),
      COMPLETED: change('COMPLETED'),
      ERROR: change('ERROR'),
      TIMED_OUT: change('TIMED_OUT'),
      UNKNOWN: change('UNKNOWN'),
      CANCELLED: absent,
      ABSENT: absent,
    },
    'to-start': { ...UPDATE_ENDS, WAITING: start, IN_PROGRESS: watch, UNKNOWN: watch },
    started: { ...UPDATE_ENDS, WAITING: startAgainAfterLag, IN_PROGRESS: watch, UNKNOWN: watch },
  },
  DELETE: {
    new: {
      ...DELETE_ENDS,
      WAITING: cancel,
      IN_PROGRESS: waitForEnd,
      UNKNOWN: waitForEnd,
      CANCELLED: removeWhatIsLeft,
      ABSENT: removeWhatIsLeft,
    },
    leaving: {
      ...DELETE_ENDS,
      WAITING: cancel,
      IN_PROGRESS: waitForEnd,
      UNKNOWN: waitForEnd,
      CANCELLED: (look) => removeOwnRevision(look, deleted),
      ABSENT: (look) => removeOwnRevision(look, deleted),
    },
  },
};

const refusePhase: Rule = ({ situation, context }) =>
  failed(
    situation,
    'InternalFailure',
    `The callback context's phase ${context.phase} is not one of ${situation.operation} (job ${context.jobId}).`,
  );

const FOREIGN_PHASE: Table = {
  WAITING: refusePhase,
  IN_PROGRESS: refusePhase,
  COMPLETED: refusePhase,
  ERROR: refusePhase,
  TIMED_OUT: refusePhase,
  UNKNOWN: refusePhase,
  CANCELLED: refusePhase,
  ABSENT: refusePhase,
};

/** A job runs once: what has ended or runs cannot be started or un-started, so CloudFormation is asked to replace it. */
const replaceStarted: Rule = ({ situation, job }) =>
  failed(
    situation,
    'NotUpdatable',
    `StartOnCreation cannot change any more: job ${job.Id} was started and is ${job.State}. A new job is needed: replace the resource.`,
    job,
  );

const CHANGES: Readonly<Record<'start' | 'stop', Readonly<Record<Existing, Rule>>>> = {
  start: {
    WAITING: start,
    IN_PROGRESS: watch,
    COMPLETED: settle,
    ERROR: replaceStarted,
    TIMED_OUT: replaceStarted,
    UNKNOWN: watch,
  },
  stop: {
    WAITING: settle,
    IN_PROGRESS: replaceStarted,
    COMPLETED: replaceStarted,
    ERROR: replaceStarted,
    TIMED_OUT: replaceStarted,
    UNKNOWN: replaceStarted,
  },
};

/**
 * An update's first look. A rollback always settles with the model as it really is: work cannot be undone, and a stack
 * must not hang in UPDATE_ROLLBACK_FAILED because of it.
 */
function change(state: Existing): Rule {
  return (look) => {
    const { situation, context, job } = look;
    const what = context.change;
    if (what === undefined || situation.rollback) {
      // Undecided without a previous model: settling looks at the revision, and then the comparison is whole.
      return settle(look);
    }
    switch (what.change) {
      case 'none':
        // The revision is finalised when the job is done with it.
        return what.finalise === true && !hasEnded(job.State) && state !== 'WAITING' ? watch(look) : settle(look);
      case 'invalid':
        return failed(situation, 'InvalidRequest', what.message, job);
      case 'replace':
        return failed(
          situation,
          'NotUpdatable',
          `${what.properties.join(', ')} can be set only when a job is created: replace the resource.`,
          job,
        );
      case 'start':
      case 'stop':
        return CHANGES[what.change][state](look);
    }
  };
}

function wait(situation: Situation, context: CallbackContext, message: string, since: number, job?: Job): Step {
  const delay = pollDelay(situation.now - since);
  return inProgress(situation, { ...context, faults: undefined }, delay, message, job);
}
