import type { Asset, Job } from './job';
import { jobType } from './job-types';
import { own } from './properties';

/**
 * The assets that a job has made, in the order of its sources. An asset is the job's if the job knows it by a source
 * and it was made while the job ran: other jobs may fill the same revision.
 *
 * @param assets assets of the revision that the job fills
 */
export function madeAssets(job: Job, assets: readonly Asset[]): readonly Asset[] {
  // A job makes its assets at its end: of two that fit, the newer one is the job's.
  const candidates = assets.filter(({ CreatedAt = '' }) => isWithin(CreatedAt, job)).sort(newestFirst);
  return expectedAssets(job).flatMap((expected) => {
    const place = candidates.findIndex((asset) => jobType(job.Type)?.madeAssets?.found(asset) === expected);
    return place < 0 ? [] : candidates.splice(place, 1);
  });
}

/** What the sources of a job say of the assets that it makes; empty for a job that makes none. */
export function expectedAssets(job: Job): readonly unknown[] {
  const type = jobType(job.Type);
  return type?.madeAssets?.expected(own(job.Details, type.details)) ?? [];
}

function newestFirst(one: Asset, other: Asset): number {
  return Date.parse(other.CreatedAt ?? '') - Date.parse(one.CreatedAt ?? '');
}

function isWithin(time: string, { CreatedAt = '', UpdatedAt = '' }: Job): boolean {
  return Date.parse(CreatedAt) <= Date.parse(time) && Date.parse(time) <= Date.parse(UpdatedAt);
}
