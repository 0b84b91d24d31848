import type { Assumptions } from '../store/assumptions';
import type { AssetType, Job } from '../store/records';
import type { Region } from '../store/region';
import { id, type Shape, structure } from '../validation/shapes';

/** What a job's details name. */
export interface References {
  readonly dataSetId: string;
  readonly revisionIds: readonly string[];
  readonly assetIds: readonly string[];
}

/** A job whose run is due. */
export interface Run<Details> {
  readonly region: Region;
  readonly job: Job;
  readonly details: Details;
  /** When the job ends, epoch milliseconds: the time of what it makes. */
  readonly at: number;
}

/** The names under which the response details carry a signed URL. */
export interface UrlMembers {
  readonly url: string;
  readonly expiresAt: string;
}

/** Everything that the local Data Exchange knows about one job type. A tenth type would be one more of these. */
export interface JobType<Details = object> {
  /** Value of the API's Type. */
  readonly name: string;
  /** The member of the API's Details that belongs to it. */
  readonly member: string;
  /** The asset type of the data sets that it fits. */
  readonly assetType: AssetType;
  readonly direction: 'import' | 'export';
  /** How many may be IN_PROGRESS in a Region (General Reference), and the LimitName of that quota. */
  readonly concurrent: number;
  readonly limitName: string;
  readonly details: Shape;
  /** Rules that the shape cannot express. @returns problems as phrases without the path, empty if there are none */
  problems?(details: Details, assumptions: Assumptions): string[];
  /** The details with the defaults that the service may echo, as far as the assumptions say so. */
  withDefaults?(details: Details, region: Region): Details;
  references(details: Details): References;
  /** The job has a URL to PUT to, from CreateJob on. */
  readonly upload?: UrlMembers;
  /** The job has a URL to GET from, once it is COMPLETED. */
  readonly download?: UrlMembers & { assetId(details: Details): string };
  /** Moves the data. It makes nothing visible before it can no longer fail. @throws JobFailure */
  run(run: Run<Details>): Promise<void>;
}

/** Checks the parts of one entry against one another. */
export function jobType<Details>(type: JobType<Details>): JobType<Details> {
  return type;
}

/** The members that every import has. */
export interface ImportDetails {
  readonly DataSetId: string;
  readonly RevisionId: string;
}

/** The shape of an import's details, with what its type adds. */
export function importDetails(required: Record<string, Shape>, optional: Record<string, Shape> = {}): Shape {
  return structure({ DataSetId: id, RevisionId: id, ...required }, optional);
}

export function importReferences({ DataSetId, RevisionId }: ImportDetails): References {
  return { dataSetId: DataSetId, revisionIds: [RevisionId], assetIds: [] };
}
