import type { Job } from '../job/job';
import { text } from '../job/properties';
import { type Revision, type RevisionName, revisionOf } from '../job/revision';
import { hasEnded } from '../job/states';
import { modelOf } from '../job/translate';
import type { Answer } from './answer';
import { type Exchange, ifPresent, Refusal } from './exchange';
import type { Request } from './request';
import { sideBySide } from './side-by-side';

/**
 * A page of jobs, each as a read would show it, but without what has to be looked up among assets. What is listed has
 * to be readable, so the revisions that the jobs fill are looked up. A look-up that fails ends the look-ups, not the
 * list. Cancelled jobs count as deleted.
 *
 * @throws Refusal if the jobs cannot be listed
 */
export async function list({ desired, nextToken, maxResults }: Request, exchange: Exchange): Promise<Answer> {
  const filter = {
    dataSetId: text(desired, 'DataSetId'),
    revisionId: text(desired, 'RevisionId'),
    // ListJobs takes 1 to 200 (API_ListJobs); the registry may ask for more.
    maxResults: maxResults === undefined ? undefined : Math.min(Math.max(maxResults, 1), 200),
    nextToken,
  };
  // A data set that does not exist has no jobs.
  const page = await ifPresent(exchange.listJobs(filter));
  const jobs = (page?.jobs ?? []).filter((job) => job.State !== 'CANCELLED');
  const revisions = await revisionsOf(jobs, exchange);
  const resourceModels = jobs.flatMap((job) => {
    const revision = revisions.get(revisionOf(job)?.revisionId);
    if (revision === 'absent') {
      return hasEnded(job.State) ? [] : [modelOf(job)];
    }
    return [modelOf(job, revision)];
  });
  return { status: 'SUCCESS', resourceModels, nextToken: page?.nextToken };
}

/** The revisions that jobs fill, each looked up once, by their ids. One that was not looked up is not in the map. */
async function revisionsOf(
  jobs: readonly Job[],
  exchange: Exchange,
): Promise<ReadonlyMap<string | undefined, Revision | 'absent'>> {
  const names = jobs.map(revisionOf).filter((name) => name !== undefined);
  const revisions = new Map<string | undefined, Revision | 'absent'>();
  const lookUp = async (name: RevisionName): Promise<void> => {
    revisions.set(name.revisionId, (await ifPresent(exchange.getRevision(name))) ?? 'absent');
  };
  try {
    await sideBySide([...new Map(names.map((name) => [name.revisionId, name])).values()], lookUp);
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error;
    }
  }
  return revisions;
}
