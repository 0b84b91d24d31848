import type { CallbackContext } from '../../src/decision/callback-context';
import { decide } from '../../src/decision/decide';
import type { Answer, Call, CallName, ErrorCode, Outcome, Refusal, Situation, Step } from '../../src/decision/steps';
import type { Job } from '../../src/job/job';
import type { JobTypeName } from '../../src/job/job-types';
import type { Properties } from '../../src/job/properties';
import { jobTag, type Revision, tokenTag } from '../../src/job/revision';
import { createJobInput } from '../../src/job/translate';
import { JOB_ID, MINIMAL, REVISION } from '../job/examples';

export const NOW = Date.UTC(2026, 10, 22, 10);
export const S = 1_000;
export const MIN = 60 * S;
export const H = 60 * MIN;

/** A job in whose life the revision plays no role. */
export const DESIRED: Properties = { ...MINIMAL.EXPORT_ASSETS_TO_S3, StartOnCreation: true };
/** One that fills a revision which the template names. */
export const IMPORT: Properties = { ...MINIMAL.IMPORT_ASSETS_FROM_S3, StartOnCreation: true };
const { RevisionId: _, ...OWN } = IMPORT;
/** One that brings its own revision. */
export const OWN_IMPORT: Properties = OWN;

export const TOKEN = 'the token of the request';

/** A revision as GetRevision shows it: by default one that somebody else made. */
export function revision(more: Partial<Revision> = {}): Revision {
  return {
    Id: REVISION,
    Arn: `arn:aws:dataexchange:us-east-1:123456789012:data-sets/${DESIRED.DataSetId}/revisions/${REVISION}`,
    CreatedAt: '2026-11-22T09:59:50.000Z',
    Finalized: false,
    ...more,
  };
}

/** The job's own revision. */
export function ownRevision(more: Partial<Revision> = {}): Revision {
  return revision({ Tags: { ...tokenTag(TOKEN), ...jobTag(JOB_ID) }, ...more });
}

export const seenRevision = (shown: Revision): Outcome => ({ call: 'GetRevision', revision: shown });

/** A job as the service shows it. */
export function jobIn(State: string, model: Properties = DESIRED, more: Partial<Job> = {}): Job {
  return {
    Id: JOB_ID,
    Arn: `arn:aws:dataexchange:us-east-1:123456789012:jobs/${JOB_ID}`,
    State,
    CreatedAt: '2026-11-22T09:00:00.000Z',
    UpdatedAt: '2026-11-22T09:00:00.000Z',
    ...createJobInput(model),
    ...(State === 'ERROR' ? { Errors: [{ Code: 'ACCESS_DENIED_EXCEPTION', Message: 'no way' }] } : {}),
    ...more,
  };
}

const KIND_CODES: Readonly<Record<Refusal['kind'], ErrorCode>> = {
  absent: 'NotFound',
  conflict: 'ResourceConflict',
  quota: 'ServiceLimitExceeded',
  fault: 'Throttling',
  final: 'AccessDenied',
};
export const KINDS = Object.keys(KIND_CODES) as Refusal['kind'][];

export function refused(call: CallName, kind: Refusal['kind'], more: Partial<Refusal> = {}): Outcome {
  return { call, refusal: { kind, code: KIND_CODES[kind], message: `${call} said ${kind}`, ...more } };
}

/** What GetJob came back with: a state, or `ABSENT`. */
export function look(seen: string, model?: Properties): Outcome {
  return seen === 'ABSENT' ? refused('GetJob', 'absent') : { call: 'GetJob', job: jobIn(seen, model) };
}

export function context(more: Partial<CallbackContext> = {}): CallbackContext {
  return { phase: 'started', beganAt: NOW - 10 * MIN, jobId: JOB_ID, ...more };
}

export function situation(more: Partial<Situation> = {}): Situation {
  return {
    operation: 'CREATE',
    desired: { ...DESIRED, Id: JOB_ID },
    token: TOKEN,
    rollback: false,
    outcomes: [],
    now: NOW,
    jitter: 0.5,
    ...more,
  };
}

export function after(...outcomes: Outcome[]): (more?: Partial<Situation>) => Step {
  return (more) => decide(situation({ ...more, outcomes }));
}

/** A step in two or three words, to stand in a table. */
export function brief(step: Step): string {
  if ('call' in step) {
    return step.call;
  }
  switch (step.status) {
    case 'IN_PROGRESS':
      return `wait ${step.context.phase}`;
    case 'FAILED':
      return `${step.code}${step.model === undefined ? '' : ' +id'}`;
    case 'SUCCESS':
      return 'models' in step ? `ok ${step.models.length}` : step.model === undefined ? 'ok, no model' : 'ok';
  }
}

export const isCall = (step: Step): step is Call => 'call' in step;
export const inProgress = (step: Step): Extract<Answer, { status: 'IN_PROGRESS' }> => {
  if (!('status' in step) || step.status !== 'IN_PROGRESS') {
    throw new Error(`not IN_PROGRESS but ${JSON.stringify(step)}`);
  }
  return step;
};
export const failure = (step: Step): Extract<Answer, { status: 'FAILED' }> => {
  if (!('status' in step) || step.status !== 'FAILED') {
    throw new Error(`not FAILED but ${JSON.stringify(step)}`);
  }
  return step;
};

export const withType = (type: JobTypeName, more: Properties = {}): Properties => ({ ...MINIMAL[type], ...more });
