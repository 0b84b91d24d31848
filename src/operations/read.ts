import { text } from '../job/properties';
import { revisionOf } from '../job/revision';
import { hasEnded } from '../job/states';
import { modelOf } from '../job/translate';
import { type Answer, notFound } from './answer';
import { type Exchange, ifPresent } from './exchange';
import type { Request } from './request';

/** Looks at the job, and at the revision that it fills. @throws Refusal */
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
  return { status: 'SUCCESS', resourceModel: modelOf(job, revision) };
}
