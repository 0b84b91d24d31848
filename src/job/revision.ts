import { createHash } from 'node:crypto';
import type { Job } from './job';
import { jobType } from './job-types';
import { isRecord, own, type Properties, text } from './properties';

/** A revision as CreateRevision, GetRevision and UpdateRevision show it, free of SDK types. */
export interface Revision {
  readonly Id: string;
  readonly Arn: string;
  readonly Comment?: string;
  /** ISO 8601. */
  readonly CreatedAt?: string;
  readonly Finalized?: boolean;
  readonly Revoked?: boolean;
  /** Not in ListDataSetRevisions. */
  readonly Tags?: Readonly<Record<string, string>>;
}

/** What the keys of all tags begin with that this type keeps on revisions for itself. */
const OWN_PREFIX = 'DataExchangeJob.';
/** The tag that says which request made a revision: a create that is repeated after a lost answer finds it again. */
const TOKEN_TAG = `${OWN_PREFIX}RequestToken`;
/** The tag that says to which job a revision belongs. */
const JOB_TAG = `${OWN_PREFIX}Id`;
/** The tags that say which jobs have finalised a revision, one for each job: the job's id follows. */
const FINALISED_PREFIX = `${OWN_PREFIX}FinalizedBy.`;
/** The tag of a finalised revision that an update has opened and is going to finalise again. */
const REOPENED_TAG = `${OWN_PREFIX}Reopened`;

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
 * Whether the job made the revision. The job's tag follows the revision's creation by two calls; a revision without it
 * holds only the job that made it, because nobody else learns of it before its create has succeeded.
 */
export function belongsToJob(revision: Revision, jobId: string): boolean {
  return isUntagged(revision) || isTaggedFor(revision, jobId);
}

/** Whether a revision says that it belongs to the job. */
export function isTaggedFor(revision: Revision, jobId: string): boolean {
  return own(revision.Tags, JOB_TAG) === jobId;
}

/** Whether a revision was made by this type and does not yet say for which job. */
export function isUntagged(revision: Revision): boolean {
  return hasTag(revision, TOKEN_TAG) && !hasTag(revision, JOB_TAG);
}

export function finalisedTag(jobId: string): Record<string, string> {
  return { [FINALISED_PREFIX + jobId]: 'true' };
}

/** Whether a revision is finalised, and this job has done it. */
export function isFinalisedBy(revision: Revision, jobId: string): boolean {
  return revision.Finalized === true && hasTag(revision, FINALISED_PREFIX + jobId);
}

/** Whether another job than this one has finalised the revision. */
export function isFinalisedByAnother(revision: Revision, jobId: string): boolean {
  return Object.keys(revision.Tags ?? {}).some(
    (key) => key.startsWith(FINALISED_PREFIX) && key !== FINALISED_PREFIX + jobId,
  );
}

export const REOPENED: Readonly<Record<string, string>> = { [REOPENED_TAG]: 'true' };

export function isReopened(revision: Revision): boolean {
  return hasTag(revision, REOPENED_TAG);
}

function hasTag(revision: Revision, key: string): boolean {
  return own(revision.Tags, key) !== undefined;
}

/** Whether a template may not use a key: it is this type's own, or AWS's (IAM tags). */
export function isReservedKey(key: string): boolean {
  return key.startsWith(OWN_PREFIX) || /^aws:/i.test(key);
}

/** A revision's tags as a template writes them, by key, without those that a template may not use. */
export function tagsOf(revision: Revision): readonly { readonly Key: string; readonly Value: string }[] {
  return Object.entries(revision.Tags ?? {})
    .filter(([key]) => !isReservedKey(key))
    .map(([Key, Value]) => ({ Key, Value }))
    .sort((one, other) => (one.Key < other.Key ? -1 : 1));
}

/** The tags that a valid model asks for, as the API writes them. */
export function wantedTags(model: Properties): Readonly<Record<string, string>> {
  const tags = (own(model, 'RevisionTags') ?? []) as readonly { readonly Key: string; readonly Value: string }[];
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
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
  const [dataSetId, revisionId] = isRecord(branch) ? [text(branch, 'DataSetId'), text(branch, 'RevisionId')] : [];
  return dataSetId === undefined || revisionId === undefined ? undefined : { dataSetId, revisionId };
}
