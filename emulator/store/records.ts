import type { ContentRef } from '../content/content-store';
import type { JobError, JobPlan, JobState } from './job-plan';

/** What the local Data Exchange remembers. Times are epoch milliseconds of the service's clock. */

export const ASSET_TYPES = [
  'S3_SNAPSHOT',
  'REDSHIFT_DATA_SHARE',
  'API_GATEWAY_API',
  'S3_DATA_ACCESS',
  'LAKE_FORMATION_DATA_PERMISSION',
] as const;
export type AssetType = (typeof ASSET_TYPES)[number];

export type Tags = Map<string, string>;

export interface DataSet {
  readonly id: string;
  readonly arn: string;
  name: string;
  description: string;
  readonly assetType: AssetType;
  readonly createdAt: number;
  updatedAt: number;
  readonly tags: Tags;
}

export interface Revision {
  readonly id: string;
  readonly arn: string;
  readonly dataSetId: string;
  comment?: string;
  readonly createdAt: number;
  updatedAt: number;
  finalized: boolean;
  /** Whether it is part of a product or grant. */
  published: boolean;
  revokedAt?: number;
  revocationComment?: string;
  readonly tags: Tags;
}

export interface Asset {
  readonly id: string;
  readonly arn: string;
  readonly dataSetId: string;
  readonly revisionId: string;
  name: string;
  readonly assetType: AssetType;
  readonly createdAt: number;
  updatedAt: number;
  readonly tags: Tags;
  /** The one member of the API's AssetDetails, without what depends on the moment of the request (download URLs). */
  readonly details: Readonly<Record<string, unknown>>;
  /** Bytes: the snapshot itself, or the specification of an API. */
  readonly content?: ContentRef;
}

export interface Job {
  readonly id: string;
  readonly arn: string;
  readonly type: string;
  /** The branch of Details that belongs to the type, as the request gave it. */
  readonly details: object;
  readonly assetTags?: readonly { readonly Key: string; readonly Value: string }[];
  readonly createdAt: number;
  startedAt?: number;
  cancelledAt?: number;
  /** How long it runs once started, seconds of service time. */
  readonly seconds: number;
  /** Life of its signed URLs, seconds of service time. */
  readonly urlSeconds: number;
  /** What was uploaded to its signed URL last. */
  upload?: ContentRef;
  /** Whether its download URL was used. */
  downloaded: boolean;
  plan: JobPlan;
  /** GetJob calls since StartJob, and calls of any operation that names the job: scripted lags count them. */
  readsSinceStart: number;
  callsSinceCreate: number;
  /** How its run ended, once its work is done. */
  result?: JobResult;
}

export interface JobResult {
  readonly state: JobState | 'VANISHED';
  readonly errors: readonly JobError[];
}
