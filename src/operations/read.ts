import type { Asset, Job } from '../job/job';
import { expectedAssets, madeAssets } from '../job/made-assets';
import { type Properties, text } from '../job/properties';
import { type Revision, type RevisionName, revisionOf } from '../job/revision';
import { hasEnded } from '../job/states';
import { modelOf } from '../job/translate';
import { type Answer, notFound } from './answer';
import { type Exchange, ifPresent } from './exchange';
import type { Request } from './request';

/** Looks at the job, at the revision that it fills, and at the assets that it has made. @throws Refusal */
export async function read({ desired }: Request, jobId: string, exchange: Exchange): Promise<Answer> {
  const job = await ifPresent(exchange.getJob(jobId));
  if (job === undefined || job.State === 'CANCELLED') {
    return notFound(jobId);
  }
  const name = revisionOf(job);
  const revision = name && (await ifPresent(exchange.getRevision(name)));
  // A job that is over is nothing without the revision that it made. One that the template names is the template's business.
  const isGone = name !== undefined && revision === undefined;
  if (isGone && hasEnded(job.State) && text(desired, 'RevisionId') === undefined) {
    return notFound(jobId, `its revision ${name.revisionId} is gone`);
  }
  return { status: 'SUCCESS', resourceModel: await fullModel(job, revision, exchange) };
}

/** The model of a job with the attributes that tell of its assets. @throws Refusal */
export async function fullModel(job: Job, revision: Revision | undefined, exchange: Exchange): Promise<Properties> {
  const name = revisionOf(job);
  const isComplete = job.State === 'COMPLETED' && name !== undefined && revision !== undefined;
  return modelOf(job, revision, isComplete ? await assetsOf(job, name, exchange) : []);
}

/** The assets of a revision, page by page, until all are there that the job has made. */
async function assetsOf(job: Job, name: RevisionName, exchange: Exchange): Promise<readonly Asset[]> {
  const count = expectedAssets(job).length;
  const assets: Asset[] = [];
  let nextToken: string | undefined;
  do {
    const page = await ifPresent(exchange.listAssets(name, { maxResults: 200, nextToken }));
    assets.push(...(page?.assets ?? []));
    nextToken = page?.nextToken;
  } while (nextToken !== undefined && madeAssets(job, assets).length < count);
  return assets;
}
