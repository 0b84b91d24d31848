import type { Exchange } from '../exchange';
import type { Assumptions } from '../faults/assumptions';
import type { AssetType, Job } from '../store/records';
import type { Shape } from '../validation/shapes';

/** What a job's details point at. */
export interface References {
  dataSetId: string;
  revisionIds: string[];
  assetIds: string[];
}

/** A running job as its type's code sees it. */
export interface Work<D> {
  exchange: Exchange;
  job: Job;
  details: D;
  /** When it ends, epoch milliseconds: the time of what it makes. */
  at: number;
}

/** The names under which the response details carry a signed URL. */
export interface UrlMembers {
  url: string;
  expiresAt: string;
}

/** Everything the local Data Exchange knows of one job type. A tenth type would be one more of these. */
export interface JobType<D = object> {
  /** Value of the API's Type. */
  name: string;
  /** The member of Details that belongs to it. */
  member: string;
  /** The asset type of the data sets that it fits. */
  assetType: AssetType;
  direction: 'import' | 'export';
  /** How many may be IN_PROGRESS per Region (General Reference), and the LimitName of that. */
  concurrent: number;
  limitName: string;
  details: Shape;
  /** Rules beyond shapes. @returns phrases without the path; empty if all is well */
  problems?(details: D, assumptions: Assumptions): string[];
  references(details: D): References;
  /** A URL to PUT to, from CreateJob on. */
  upload?: UrlMembers;
  /** A URL to GET from, once COMPLETED. */
  download?: UrlMembers & { assetId(details: D): string };
  /** Moves the data. Must make nothing visible before it can no longer fail. @throws JobFailure */
  run(work: Work<D>): Promise<void>;
}

/** Keeps the types of one entry together. */
export function jobType<D>(type: JobType<D>): JobType<D> {
  return type;
}
