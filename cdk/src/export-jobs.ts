import { Token } from 'aws-cdk-lib';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { JobType } from './cfn-job.generated';
import { bucketArns, grantRights } from './grants';
import { Job, type JobProps } from './job';
import { needEntries, refuse } from './refuse';

/** Server-side encryption of the objects that an export writes. */
export class ExportEncryption {
  /** With keys of Amazon S3 (AES256). */
  public static s3Managed(): ExportEncryption {
    return new ExportEncryption('AES256', undefined);
  }

  /** With a key of AWS KMS (aws:kms). */
  public static kms(key: IKey): ExportEncryption {
    return new ExportEncryption('aws:kms', key.keyArn);
  }

  private constructor(
    /** @internal */
    public readonly _type: string,
    /** @internal */
    public readonly _kmsKeyArn: string | undefined,
  ) {}
}

/** An asset and where it goes. */
export interface AssetDestination {
  /** Id of the asset. */
  readonly assetId: string;
  /** Name of the bucket to write to. */
  readonly bucketName: string;

  /**
   * Key of the object to write.
   *
   * @default - the name of the asset
   */
  readonly key?: string;
}

/** The properties of an `ExportAssetsToS3`. */
export interface ExportAssetsToS3Props extends JobProps {
  /** Id of the revision. */
  readonly revisionId: string;
  /** The assets to export, 1 to 100. */
  readonly assets: AssetDestination[];

  /**
   * Encryption of what is written.
   *
   * @default - that of the bucket
   */
  readonly encryption?: ExportEncryption;
}

const MOST_ASSETS = 100;

/** Exports single assets to Amazon S3 (EXPORT_ASSETS_TO_S3). */
export class ExportAssetsToS3 extends Job {
  private readonly written: Written;

  constructor(scope: Construct, id: string, props: ExportAssetsToS3Props) {
    super(scope, id, props, {
      type: JobType.EXPORT_ASSETS_TO_S3,
      dataSetId: props.dataSetId,
      revisionId: props.revisionId,
      s3AssetDestinations: props.assets.map(({ assetId, bucketName, key }) => ({ assetId, bucket: bucketName, key })),
      s3AssetDestinationEncryptionType: props.encryption?._type,
      s3AssetDestinationEncryptionKmsKeyArn: props.encryption?._kmsKeyArn,
    });
    needEntries(this, 'assets', props.assets, MOST_ASSETS);
    this.written = { bucketNames: props.assets.map(({ bucketName }) => bucketName), encryption: props.encryption };
  }

  /** Lets a role, such as that of a `Registration`, write what this job exports. The job then waits for the right. */
  public grantWrite(grantee: IGrantable): Grant {
    return grantWriting(this, JobType.EXPORT_ASSETS_TO_S3, this.written, grantee);
  }
}

/** The properties of an `ExportAssetToSignedUrl`. */
export interface ExportAssetToSignedUrlProps extends JobProps {
  /** Id of the revision. */
  readonly revisionId: string;
  /** Id of the asset. */
  readonly assetId: string;
}

/** Makes a link to download an asset (EXPORT_ASSET_TO_SIGNED_URL). */
export class ExportAssetToSignedUrl extends Job {
  /** Where to GET the asset, about a minute long. Whoever has it can use it. */
  public readonly signedUrl: string;
  /** When the URL stops working (ISO 8601). */
  public readonly signedUrlExpiresAt: string;

  constructor(scope: Construct, id: string, props: ExportAssetToSignedUrlProps) {
    super(scope, id, props, {
      type: JobType.EXPORT_ASSET_TO_SIGNED_URL,
      dataSetId: props.dataSetId,
      revisionId: props.revisionId,
      assetId: props.assetId,
    });
    this.signedUrl = this.resource.attrSignedUrl;
    this.signedUrlExpiresAt = this.resource.attrSignedUrlExpiresAt;
  }
}

/** Where a revision goes. */
export interface RevisionDestination {
  /** Name of the bucket to write to. */
  readonly bucketName: string;

  /**
   * Pattern of the keys to write. It must contain `${Asset.Name}` or `${Asset.Id}`, and may contain `${DataSet.Id}`,
   * `${DataSet.Name}`, `${Revision.Id}`, `${Revision.CreatedAt}` and its `.Year`, `.Month` and `.Day`.
   *
   * @default ${Asset.Name}
   */
  readonly keyPattern?: string;

  /**
   * Encryption of what is written.
   *
   * @default - that of the bucket
   */
  readonly encryption?: ExportEncryption;
}

/** The properties of an `ExportRevisionsToS3`. The service exports one revision with each job. */
export interface ExportRevisionsToS3Props extends JobProps, RevisionDestination {
  /** Id of the revision. */
  readonly revisionId: string;
}

/** Exports a whole revision to Amazon S3 (EXPORT_REVISIONS_TO_S3). */
export class ExportRevisionsToS3 extends Job {
  private readonly written: Written;

  constructor(scope: Construct, id: string, props: ExportRevisionsToS3Props) {
    const { revisionId, bucketName: bucket, keyPattern } = props;
    super(scope, id, props, {
      type: JobType.EXPORT_REVISIONS_TO_S3,
      dataSetId: props.dataSetId,
      s3RevisionDestinations: [{ revisionId, bucket, keyPattern }],
      s3RevisionDestinationEncryptionType: props.encryption?._type,
      s3RevisionDestinationEncryptionKmsKeyArn: props.encryption?._kmsKeyArn,
    });
    if (keyPattern !== undefined && !Token.isUnresolved(keyPattern) && !/\$\{Asset\.(Name|Id)\}/.test(keyPattern)) {
      throw refuse(this, `keyPattern must contain \${Asset.Name} or \${Asset.Id}, and is "${keyPattern}"`);
    }
    this.written = { bucketNames: [props.bucketName], encryption: props.encryption };
  }

  /** Lets a role, such as that of a `Registration`, write what this job exports. The job then waits for the right. */
  public grantWrite(grantee: IGrantable): Grant {
    return grantWriting(this, JobType.EXPORT_REVISIONS_TO_S3, this.written, grantee);
  }
}

/** What the execution role must be allowed to write. */
interface Written {
  readonly bucketNames: readonly string[];
  readonly encryption?: ExportEncryption;
}

function grantWriting(job: Job, type: JobType, { bucketNames, encryption }: Written, grantee: IGrantable): Grant {
  const kmsKeyArn = encryption?._kmsKeyArn;
  return grantRights([job], grantee, type, {
    targets: bucketArns(job, bucketNames),
    keys: kmsKeyArn === undefined ? [] : [kmsKeyArn],
  });
}
