import type { ContentRef } from '../content/content-store';
import type { JobError, JobPlan, JobState } from '../jobs/job-plan';

export type { JobError, JobPlan, JobState };

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
  id: string;
  arn: string;
  name: string;
  description: string;
  assetType: AssetType;
  createdAt: number;
  updatedAt: number;
  tags: Tags;
}

export interface Revision {
  id: string;
  arn: string;
  dataSetId: string;
  comment?: string;
  createdAt: number;
  updatedAt: number;
  finalized: boolean;
  /** Part of a product or grant. Not an API call: an administrator or a fault script says so. */
  published: boolean;
  revokedAt?: number;
  revocationComment?: string;
  tags: Tags;
}

export interface Asset {
  id: string;
  arn: string;
  dataSetId: string;
  revisionId: string;
  name: string;
  assetType: AssetType;
  createdAt: number;
  updatedAt: number;
  tags: Tags;
  /** The one member of the API's AssetDetails, without what depends on the moment of asking (download URLs). */
  details: Record<string, unknown>;
  /** Bytes: the snapshot itself, or the specification of an API. */
  content?: ContentRef;
}

export interface Job {
  id: string;
  arn: string;
  type: string;
  /** The branch of Details that belongs to the type, as the request gave it. */
  details: object;
  assetTags?: { Key: string; Value: string }[];
  createdAt: number;
  startedAt?: number;
  cancelledAt?: number;
  /** How long it runs once started, seconds of service time. */
  seconds: number;
  /** Life of its signed URLs, seconds of service time. */
  urlSeconds: number;
  /** What was uploaded to its signed URL last. */
  upload?: ContentRef;
  plan: JobPlan;
  /** How often GetJob was asked since StartJob, and any job operation since CreateJob: scripted lags count them. */
  readsSinceStart: number;
  callsSinceCreate: number;
  outcome?: JobOutcome;
}

export interface JobOutcome {
  state: JobState | 'VANISHED';
  errors: JobError[];
}
