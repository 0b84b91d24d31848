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
  /** Only of the copy that a subscriber has: the product that it belongs to, and the owner's data set. */
  readonly entitlement?: { readonly productId: string; readonly sourceId: string };
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
  /** Only of a subscriber's copy: the owner's revision. */
  readonly sourceId?: string;
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
  /** Bytes: the snapshot itself, or the specification of an API. A subscriber's copy has none of its own. */
  readonly content?: ContentRef;
  /** Only of a subscriber's copy: the owner's asset. */
  readonly sourceId?: string;
}

/** What the service does whenever a revision of an entitled data set is published. */
export interface EventAction {
  readonly id: string;
  readonly arn: string;
  /** The entitled data set. */
  readonly dataSetId: string;
  export: AutoExport;
  readonly createdAt: number;
  updatedAt: number;
  readonly tags: Tags;
}

/** The member ExportRevisionToS3 of the API's Action. */
export interface AutoExport {
  readonly RevisionDestination: { readonly Bucket: string; readonly KeyPattern?: string };
  readonly Encryption?: { readonly Type: string; readonly KmsKeyArn?: string };
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
