import type { Job } from '../job/job';
import { expectedAssets, madeAssets } from '../job/made-assets';
import { type Properties, text } from '../job/properties';
import { type Revision, revisionOf } from '../job/revision';
import { hasEnded } from '../job/states';
import { modelOf } from '../job/translate';
import { type Answer, notFound } from './answer';
import { assetsOf, type Exchange, ifPresent } from './exchange';
import type { Request } from './request';

/** Looks at the job, at the revision that it fills, and at the assets that it has made. @throws Refusal */
export async function read({ desired }: Request, jobId: string, exchange: Exchange): Promise<Answer> {
  const job = await ifPresent(exchange.getJob(jobId));
  if (job === undefined || job.State === 'CANCELLED') {
    return notFound(jobId);
  }
  const name = revisionOf(job);
  const revision = name && (await ifPresent(exchange.getRevision(name)));
  if (name !== undefined && revision === undefined && isGoneWithRevision(job, desired)) {
    return notFound(jobId, `its revision ${name.revisionId} is gone`);
  }
  return { status: 'SUCCESS', resourceModel: await fullModel(job, revision, exchange) };
}

/**
 * Whether a job whose revision does not exist counts as gone too. A job that has ended does, if it made the revision:
 * nothing is left of what it did. A revision that the template names is another resource, and the job outlives it.
 */
export function isGoneWithRevision(job: Job, desired: Properties): boolean {
  return hasEnded(job.State) && text(desired, 'RevisionId') === undefined;
}

/** The model of a job with the attributes that tell of its assets. @throws Refusal */
export async function fullModel(job: Job, revision: Revision | undefined, exchange: Exchange): Promise<Properties> {
  const name = revisionOf(job);
  if (job.State !== 'COMPLETED' || name === undefined || revision === undefined) {
    return modelOf(job, revision, []);
  }
  const count = expectedAssets(job).length;
  const assets = await assetsOf(name, exchange, (soFar) => madeAssets(job, soFar).length >= count);
  return modelOf(job, revision, assets);
}
