import { createHash } from 'node:crypto';
import type { Job } from './job';
import { jobType } from './job-types';
import { isRecord, own, type Properties, text } from './properties';

/** A revision as CreateRevision, GetRevision and UpdateRevision show it, free of SDK types. */
export interface Revision {
  readonly Id: string;
  readonly Arn?: string;
  readonly Comment?: string;
  /** ISO 8601. */
  readonly CreatedAt?: string;
  readonly Finalized?: boolean;
  readonly Revoked?: boolean;
  /** Not in ListDataSetRevisions. */
  readonly Tags?: Readonly<Record<string, string>>;
}

/** The tag that says which request made a revision: a create that is repeated after a lost answer finds it again. */
const TOKEN_TAG = 'DataExchangeJob.RequestToken';
/** The tag that says to which job a revision belongs. */
const JOB_TAG = 'DataExchangeJob.Id';

export function tokenTag(token: string): Record<string, string> {
  return { [TOKEN_TAG]: createHash('sha256').update(token).digest('hex') };
}

export function jobTag(jobId: string): Record<string, string> {
  return { [JOB_TAG]: jobId };
}

export function wasMadeBy(revision: Revision, token: string): boolean {
  return own(revision.Tags, TOKEN_TAG) === tokenTag(token)[TOKEN_TAG];
}

/**
 * Whether the job made the revision. The job's tag follows the revision's creation by two calls; a revision without it holds
 * only the job that made it, because nobody else learns of it before its create has succeeded.
 */
export function belongsToJob(revision: Revision, jobId: string): boolean {
  return isUntagged(revision) || own(revision.Tags, JOB_TAG) === jobId;
}

/** Whether a revision was made by this type and does not yet say for which job. */
export function isUntagged(revision: Revision): boolean {
  return own(revision.Tags, TOKEN_TAG) !== undefined && own(revision.Tags, JOB_TAG) === undefined;
}

/** Whether a create has to make a revision: the type may have its own, and the template names none. */
export function wantsOwnRevision(model: Properties): boolean {
  return jobType(model.Type)?.ownRevision === true && own(model, 'RevisionId') === undefined;
}

/** How the API names a revision. */
export interface RevisionName {
  readonly dataSetId: string;
  readonly revisionId: string;
}

/** The revision that a job fills, where it is of a type that may own it. */
export function revisionOf(job: Job): RevisionName | undefined {
  const type = jobType(job.Type);
  const branch = type?.ownRevision === true ? own(job.Details, type.details) : undefined;
  return isRecord(branch) ? revisionNamed(branch, 'RevisionId') : undefined;
}

/** The job's own revision as a model names it, for when the service has forgotten the job. */
export function createdRevisionOf(model: Properties): RevisionName | undefined {
  return revisionNamed(model, 'CreatedRevisionId');
}

function revisionNamed(record: Properties, member: string): RevisionName | undefined {
  const dataSetId = text(record, 'DataSetId');
  const revisionId = text(record, member);
  return dataSetId === undefined || revisionId === undefined ? undefined : { dataSetId, revisionId };
}
