import type { Job } from '../job/job';
import { jobType } from '../job/job-types';
import { text } from '../job/properties';
import { jobTag, type Revision, tokenTag, wantsOwnRevision, wasMadeBy } from '../job/revision';
import { createJobInput, modelOf } from '../job/translate';
import { fileOf } from '../job/upload';
import { describe, validate } from '../job/validate';
import { failed, failedWithoutJob, inProgress, RETRIABLE } from './answers';
import { firstContext } from './context';
import { refusalsTo } from './outcomes';
import { STORE_DELAY_SECONDS } from './schedule';
import type { Call, ErrorCode, Outcome, Refusal, Situation, Step } from './steps';

/**
 * A create up to the moment in which CloudFormation has the identifier: the revision (if the job brings its own), the job, the
 * upload, the tag that joins the two. All in the first invocation: the upload URL lives a minute, and write-only values may
 * not come again.
 *
 * The own revision bears a hash of the request's token. A repeated create finds by it what an earlier one made, and goes on
 * with that; so any answer may be lost. Before the identifier is out, only retriable codes may leave something behind,
 * because CloudFormation then repeats the create with the same token.
 */
export function createSequence(situation: Situation): Step {
  const last = situation.outcomes.at(-1);
  if (last === undefined) {
    return firstStep(situation);
  }
  return 'refusal' in last ? onRefusal(situation, last.call, last.refusal) : afterCall(situation, last);
}

/** The revision is looked for among those that are at most this old: a token is not repeated later. */
const TOKEN_LIFE_MS = 60 * 60 * 1_000;

function firstStep(situation: Situation): Step {
  const { desired } = situation;
  const problems = validate(desired);
  if (problems.length > 0) {
    return failedWithoutJob('InvalidRequest', describe(problems));
  }
  return wantsOwnRevision(desired) ? listRevisions(situation) : createJob(situation);
}

function afterCall(situation: Situation, last: Exclude<Outcome, { refusal: Refusal }>): Step {
  switch (last.call) {
    case 'ListDataSetRevisions':
      return nextCandidate(situation);
    case 'GetRevision':
      return wasMadeBy(last.revision, situation.token) ? listJobs(situation, last.revision) : nextCandidate(situation);
    case 'CreateRevision':
      return createJob(situation);
    case 'ListJobs': {
      // Newest first: the oldest job of the revision is the one that was made with it.
      const made = last.jobs.filter((job) => job.State !== 'CANCELLED').at(-1);
      if (made !== undefined) {
        return afterJob(situation, made);
      }
      return refusalsTo(situation, 'CreateJob').length > 0 ? removeRevision(situation) : createJob(situation);
    }
    case 'CreateJob':
      return afterJob(situation, last.job);
    case 'Upload':
      return tagRevision(situation);
    case 'TagResource':
      return created(situation);
    case 'DeleteRevision':
      return failedWithoutJob(...whyNoJob(situation));
    default:
      throw new TypeError(`create does not call ${last.call}`);
  }
}

function onRefusal(situation: Situation, call: Call['call'], refusal: Refusal): Step {
  const passing = refusal.kind === 'fault';
  switch (call) {
    case 'GetRevision':
      return refusal.kind === 'absent' ? nextCandidate(situation) : failedWithoutJob(refusal.code, refusal.message);
    case 'CreateRevision':
      // The answer may be lost, and the revision be there: look once more.
      return passing && refusalsTo(situation, 'CreateRevision').length === 1
        ? listRevisions(situation)
        : failedWithoutJob(refusal.code, refusal.message);
    case 'CreateJob': {
      const revision = ownRevision(situation);
      if (revision === undefined) {
        return failedWithoutJob(refusal.code, refusal.message);
      }
      return passing ? listJobs(situation, revision) : removeRevision(situation);
    }
    case 'ListJobs':
      // Repeated, this create finds what there is; otherwise it must not be left behind.
      return passing ? failedToRepeat(refusal.code, refusal.message) : removeRevision(situation);
    case 'Upload':
      return failed(situation, refusal.code, `Job ${jobMade(situation)?.Id}: ${refusal.message}`, jobMade(situation));
    case 'TagResource':
      switch (refusal.kind) {
        case 'final':
          return failed(situation, refusal.code, refusal.message, jobMade(situation));
        case 'absent':
          return failed(situation, 'NotStabilized', refusal.message, jobMade(situation));
        default:
          return created(situation, ownRevision(situation)?.Arn);
      }
    case 'DeleteRevision': {
      const [code, message] = whyNoJob(situation);
      if (refusal.kind === 'absent') {
        return failedWithoutJob(code, message);
      }
      const left = `Revision ${ownRevision(situation)?.Id}, made for it, could not be removed: ${refusal.message}`;
      const whole = `${message.replace(/\.$/, '')}. ${left}`;
      return passing ? failedToRepeat(refusal.code, whole) : failedWithoutJob(code, whole);
    }
    default:
      return failedWithoutJob(refusal.code, refusal.message);
  }
}

function listRevisions({ desired }: Situation): Step {
  return { call: 'ListDataSetRevisions', dataSetId: text(desired, 'DataSetId') as string };
}

/** Looks at the next recent revision of the last listing for the token's tag, which the listing does not show. */
function nextCandidate(situation: Situation): Step {
  const { outcomes, desired, now } = situation;
  const listed = outcomes.findLastIndex((outcome) => outcome.call === 'ListDataSetRevisions');
  const listing = outcomes[listed] as { revisions: readonly Revision[] };
  const looked = outcomes.slice(listed).filter((outcome) => outcome.call === 'GetRevision').length;
  const recent = listing.revisions.filter(({ CreatedAt }) => now - Date.parse(CreatedAt ?? '') < TOKEN_LIFE_MS);
  const candidate = recent[looked];
  const dataSetId = text(desired, 'DataSetId') as string;
  if (candidate !== undefined) {
    return { call: 'GetRevision', dataSetId, revisionId: candidate.Id };
  }
  const [lost] = refusalsTo(situation, 'CreateRevision');
  if (lost !== undefined) {
    return failedWithoutJob(lost.code, lost.message);
  }
  return {
    call: 'CreateRevision',
    dataSetId,
    comment: text(desired, 'RevisionComment'),
    tags: tokenTag(situation.token),
  };
}

function listJobs({ desired }: Situation, revision: Revision): Step {
  return { call: 'ListJobs', dataSetId: text(desired, 'DataSetId'), revisionId: revision.Id };
}

function createJob(situation: Situation): Step {
  return { call: 'CreateJob', input: createJobInput(situation.desired, ownRevision(situation)?.Id) };
}

function removeRevision(situation: Situation): Step {
  const dataSetId = text(situation.desired, 'DataSetId') as string;
  return { call: 'DeleteRevision', dataSetId, revisionId: (ownRevision(situation) as Revision).Id };
}

function afterJob(situation: Situation, job: Job): Step {
  const file = fileOf(situation.desired);
  const upload = jobType(situation.desired.Type)?.upload;
  if (file === undefined || upload === undefined || job.State !== 'WAITING') {
    return tagRevision(situation);
  }
  const shown = modelOf(job);
  const url = text(shown, upload.url);
  return url === undefined
    ? failed(
        situation,
        'GeneralServiceException',
        `Job ${job.Id} has no URL to upload ${file.property} to. Try again.`,
        job,
      )
    : { call: 'Upload', file, url, expiresAt: text(shown, upload.expiresAt) };
}

function tagRevision(situation: Situation): Step {
  const arn = ownRevision(situation)?.Arn;
  return arn === undefined
    ? created(situation)
    : { call: 'TagResource', arn, tags: jobTag((jobMade(situation) as Job).Id) };
}

/** The identifier goes to CloudFormation before anything runs, so that a job that runs is one that a stack knows. */
function created(situation: Situation, untagged?: string): Step {
  const { now } = situation;
  const job = jobMade(situation) as Job;
  const context = { ...firstContext(situation), createdAt: now, jobId: job.Id, lastSeen: job.State, untagged };
  const answer = inProgress(situation, context, STORE_DELAY_SECONDS, `job ${job.Id} created`, job);
  const revision = ownRevision(situation);
  // Named from the first event on, the revision can be removed even if the job should get lost.
  return answer.status === 'IN_PROGRESS' && revision !== undefined
    ? { ...answer, model: { ...answer.model, CreatedRevisionId: revision.Id } }
    : answer;
}

/** The revision that this create has made or found. */
function ownRevision(situation: Situation): Revision | undefined {
  return situation.outcomes
    .flatMap((outcome) => {
      if ('refusal' in outcome) {
        return [];
      }
      const found = outcome.call === 'GetRevision' && wasMadeBy(outcome.revision, situation.token);
      return outcome.call === 'CreateRevision' || found ? [outcome.revision] : [];
    })
    .at(-1);
}

/** The job that this create has made or found. */
function jobMade({ outcomes }: Situation): Job | undefined {
  return outcomes
    .flatMap((outcome) => {
      if ('job' in outcome) {
        return [outcome.job];
      }
      return 'jobs' in outcome ? outcome.jobs.filter((job) => job.State !== 'CANCELLED').slice(-1) : [];
    })
    .at(-1);
}

/** Something is left behind that only a repetition finds: the code has to be one after which CloudFormation repeats. */
function failedToRepeat(code: ErrorCode, message: string): Step {
  return failedWithoutJob(RETRIABLE.includes(code) ? code : 'ServiceInternalError', message);
}

function whyNoJob(situation: Situation): [ErrorCode, string] {
  const refusal = [...refusalsTo(situation, 'CreateJob'), ...refusalsTo(situation, 'ListJobs')][0] as Refusal;
  return [refusal.code, refusal.message];
}
