/** One error of a job that ended in ERROR (API_JobError). */
export interface JobError {
  readonly Code: string;
  readonly Message: string;
  readonly Details?: {
    readonly ImportAssetFromSignedUrlJobErrorDetails?: { readonly AssetName?: string };
    readonly ImportAssetsFromS3JobErrorDetails?: readonly { readonly Bucket?: string; readonly Key?: string }[];
  };
  readonly LimitName?: string;
  readonly LimitValue?: number;
  readonly ResourceId?: string;
  readonly ResourceType?: string;
}

/**
 * A job as CreateJob, GetJob and ListJobs show it, free of SDK types: times are ISO 8601 strings.
 * Every member but Id and State is optional in the API's model.
 */
export interface Job {
  readonly Id: string;
  readonly State: string;
  readonly Arn?: string;
  readonly Type?: string;
  readonly CreatedAt?: string;
  readonly UpdatedAt?: string;
  readonly Details?: Readonly<Record<string, unknown>>;
  readonly Errors?: readonly JobError[];
}

/** An asset as ListRevisionAssets shows it, free of SDK types. */
export interface Asset {
  readonly Id: string;
  readonly Name?: string;
  /** ISO 8601. */
  readonly CreatedAt?: string;
  readonly AssetDetails?: Readonly<Record<string, unknown>>;
}
