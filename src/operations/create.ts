import type { Job } from '../job/job';
import { jobType } from '../job/job-types';
import { own, type Properties, text } from '../job/properties';
import { type Revision, type RevisionName, tokenTag, wantedTags, wantsOwnRevision, wasMadeBy } from '../job/revision';
import { sentences } from '../job/sentences';
import { createJobInput, modelOf } from '../job/translate';
import { fileOf } from '../job/upload';
import { describe, validate } from '../job/validate';
import { type Answer, type ErrorCode, failedWithoutJob, RETRIABLE } from './answer';
import type { CallbackContext } from './callback-context';
import { tagWithJob } from './change-revision';
import { type Exchange, ifPresent, Refusal, refusalOf } from './exchange';
import { aboutGivenRevision } from './given-revision';
import { JobOperation, type JobRequest } from './job-operation';
import type { Environment } from './request';
import { runJob } from './run-job';
import { STORE_DELAY_SECONDS } from './schedule';

/**
 * A create up to the moment in which CloudFormation has the identifier: the revision, if the job has its own, the job,
 * the upload, and the tag that joins revision and job. All of it happens in the first invocation: the upload URL is
 * valid for a minute, and write-only values may not come again. Nothing runs before CloudFormation has the identifier.
 *
 * The own revision has a hash of the request's token as a tag. A create that is repeated after a lost answer finds by
 * it what an earlier one made. CloudFormation repeats a create only after a retriable code; after any other code
 * nothing may be left behind.
 *
 * @throws Refusal if no job exists in the end
 */
export async function create(
  request: JobRequest,
  beganAt: number,
  exchange: Exchange,
  environment: Environment,
): Promise<Answer> {
  const { desired } = request;
  const problems = validate(desired);
  if (problems.length > 0) {
    return failedWithoutJob('InvalidRequest', describe(problems));
  }
  const revision = wantsOwnRevision(desired) ? await findOrMakeRevision(request, beganAt, exchange) : undefined;
  const job =
    revision === undefined ? await makeJob(desired, exchange) : await findOrMakeJob(desired, revision, exchange);
  const context = { ...firstCreateContext(desired, job.Id, beganAt), createdAt: environment.now() };
  const operation = new JobOperation(request, context, exchange, environment);
  operation.saw(job);
  return operation.run(() => prepare(operation, job, revision));
}

/** The later invocations of a create: CloudFormation has the identifier, so the job may run. */
export async function resumeCreate(operation: JobOperation): Promise<Answer> {
  const { untagged } = operation.context;
  if (untagged !== undefined) {
    await tagWithJob(operation, untagged);
  }
  return runJob(operation);
}

export function firstCreateContext(desired: Properties, jobId: string, beganAt: number): CallbackContext {
  return {
    phase: own(desired, 'StartOnCreation') === true ? 'to-start' : 'idle',
    jobId,
    beganAt,
    finalise: own(desired, 'FinalizeRevision') === true || undefined,
  };
}

/** A revision older than this was made by another create: CloudFormation does not repeat a token later. */
const TOKEN_LIFE_MS = 60 * 60 * 1_000;

async function findOrMakeRevision(request: JobRequest, now: number, exchange: Exchange): Promise<Revision> {
  const { desired, token } = request;
  const dataSetId = text(desired, 'DataSetId') as string;
  const made = await findRevision(dataSetId, token, now, exchange);
  if (made !== undefined) {
    return made;
  }
  try {
    const tags = { ...wantedTags(desired), ...tokenTag(token) };
    return await exchange.createRevision(dataSetId, text(desired, 'RevisionComment'), tags);
  } catch (error) {
    if (!(error instanceof Refusal) || error.kind !== 'transient') {
      throw error;
    }
    const found = await findLostRevision(request, now, error, exchange);
    if (found === undefined) {
      throw error;
    }
    return found;
  }
}

/** The revision of a CreateRevision whose answer was lost. If the search fails, a repeated create has to find it. */
async function findLostRevision(
  { desired, token }: JobRequest,
  now: number,
  lost: Refusal,
  exchange: Exchange,
): Promise<Revision | undefined> {
  try {
    return await findRevision(text(desired, 'DataSetId') as string, token, now, exchange);
  } catch (error) {
    throw error instanceof Refusal ? toRepeat(lost.errorCode, lost.message) : error;
  }
}

/**
 * The revision that an earlier try of this create has made. The listing shows no tags, so each recent one is looked at.
 */
async function findRevision(
  dataSetId: string,
  token: string,
  now: number,
  exchange: Exchange,
): Promise<Revision | undefined> {
  let nextToken: string | undefined;
  do {
    const page = await ofDataSet(exchange.listRevisions(dataSetId, { nextToken }));
    for (const { Id, CreatedAt } of page.revisions) {
      // Newest first: what follows is older still.
      if (!(now - Date.parse(CreatedAt ?? '') < TOKEN_LIFE_MS)) {
        return undefined;
      }
      const revision = await ifPresent(exchange.getRevision({ dataSetId, revisionId: Id }));
      if (revision !== undefined && wasMadeBy(revision, token)) {
        return revision;
      }
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return undefined;
}

/** A job that exports, or that fills a revision which the template names. */
async function makeJob(desired: Properties, exchange: Exchange): Promise<Job> {
  try {
    return await exchange.createJob(createJobInput(desired));
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error;
    }
    const dataSetId = text(desired, 'DataSetId') as string;
    const revisionId = jobType(desired.Type)?.ownRevision === true ? text(desired, 'RevisionId') : undefined;
    throw await aboutGivenRevision(error, revisionId === undefined ? undefined : { dataSetId, revisionId }, exchange);
  }
}

/** A call that names the template's data set: if that does not exist, the template is wrong. */
async function ofDataSet<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw error instanceof Refusal && error.kind === 'absent'
      ? new Refusal('permanent', 'InvalidRequest', error.message)
      : error;
  }
}

/**
 * The job that an earlier try of this create has put into the revision, or a new one. If there can be none, the
 * revision is removed.
 */
async function findOrMakeJob(desired: Properties, revision: Revision, exchange: Exchange): Promise<Job> {
  const name = { dataSetId: text(desired, 'DataSetId') as string, revisionId: revision.Id };
  try {
    // CreateRevision shows no tags: a revision that has some was found, and may have a job.
    const found = revision.Tags === undefined ? undefined : await findJob(name, exchange);
    return found ?? (await exchange.createJob(createJobInput(desired, revision.Id)));
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error;
    }
    const found = error.kind === 'transient' ? await findLostJob(name, exchange) : undefined;
    if (found === undefined) {
      throw await removeRevision(name, error, exchange);
    }
    return found;
  }
}

async function findJob(name: RevisionName, exchange: Exchange): Promise<Job | undefined> {
  const { jobs } = await exchange.listJobs(name);
  // Newest first: the oldest job of the revision is the one that was made with it.
  return jobs.filter((job) => job.State !== 'CANCELLED').at(-1);
}

/** The job of a CreateJob whose answer was lost. */
async function findLostJob(name: RevisionName, exchange: Exchange): Promise<Job | undefined> {
  try {
    return await findJob(name, exchange);
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error;
    }
    if (error.kind === 'transient') {
      throw toRepeat(error.errorCode, error.message);
    }
    return undefined;
  }
}

/**
 * Removes the revision of a create that can have no job.
 *
 * @param reason why there is no job
 * @returns what the create answers
 */
async function removeRevision(name: RevisionName, reason: Refusal, exchange: Exchange): Promise<Refusal> {
  const refusal = await refusalOf(exchange.deleteRevision(name));
  if (refusal === undefined || refusal.kind === 'absent') {
    return reason;
  }
  const message = sentences(
    reason.message,
    `Revision ${name.revisionId}, made for it, could not be removed: ${refusal.message}`,
  );
  return refusal.kind === 'transient'
    ? toRepeat(refusal.errorCode, message)
    : new Refusal('permanent', reason.errorCode, message);
}

/** A refusal that leaves something behind: its code makes CloudFormation repeat the create, which then finds it. */
function toRepeat(errorCode: ErrorCode, message: string): Refusal {
  return new Refusal('permanent', RETRIABLE.includes(errorCode) ? errorCode : 'ServiceInternalError', message);
}

async function prepare(operation: JobOperation, job: Job, revision: Revision | undefined): Promise<Answer> {
  // The upload comes first because its URL is valid for a minute. The tag follows even if the upload fails: should the
  // service forget the job, a delete finds the revision by it.
  const failed = await refusalOf(upload(operation, job));
  const untagged = revision && (await refusalOf(tagWithJob(operation, revision.Arn)));
  if (failed !== undefined) {
    throw failed;
  }
  if (untagged?.kind === 'permanent') {
    throw untagged;
  }
  if (untagged !== undefined) {
    operation.remember({ untagged: revision?.Arn });
  }
  return operation.inProgress(STORE_DELAY_SECONDS, `job ${job.Id} created`);
}

/** Uploads the file that the template holds, if it holds one and the job still waits for it. */
async function upload({ request: { desired }, exchange }: JobOperation, job: Job): Promise<void> {
  const file = fileOf(desired);
  const properties = jobType(desired.Type)?.upload;
  if (file === undefined || properties === undefined || job.State !== 'WAITING') {
    return;
  }
  const shown = modelOf(job);
  const url = text(shown, properties.url);
  if (url === undefined) {
    throw new Refusal(
      'permanent',
      'GeneralServiceException',
      `there is no URL to upload ${file.property} to. Try again.`,
    );
  }
  const refusal = await refusalOf(exchange.upload(file, url, text(shown, properties.expiresAt)));
  if (refusal !== undefined) {
    // A later invocation may have neither the content nor a URL that is still valid.
    throw new Refusal('permanent', refusal.errorCode, refusal.message);
  }
}
