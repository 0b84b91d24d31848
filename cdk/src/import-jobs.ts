import { RemovalPolicy, type SecretValue, Stack } from 'aws-cdk-lib';
import type { Grant, IGrantable, IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { type CfnJobProps, JobType } from './cfn-job.generated';
import { bucketArns, grantRights } from './grants';
import { Job, type JobProps } from './job';
import { needEntries, needKnownLength, needNoEmpty, refuse } from './refuse';
import { Revision } from './revision';
import { type ApiSpecification, AssetContent } from './uploads';

/** What every job has that fills a revision. */
export interface RevisionJobProps extends JobProps {
  /**
   * The revision to fill.
   *
   * @default Revision.own()
   */
  readonly revision?: Revision;

  /**
   * Whether the revision is finalised when the job is complete. In a data set of a product or a data grant that publishes
   * it. The job must be started for it.
   *
   * @default false
   */
  readonly finalizeRevision?: boolean;
}

/** A job that fills a revision. */
export abstract class RevisionJob extends Job {
  /** Id of the revision that the job fills. */
  public readonly revisionId: string;
  /** Ids of the assets that the job has made, in the order of its sources. */
  public readonly assetIds: string[];

  /**
   * @param props what every job has that fills a revision
   * @param properties what a job of this type has besides
   */
  protected constructor(scope: Construct, id: string, props: RevisionJobProps, properties: CfnJobProps) {
    const { revision = Revision.own(), finalizeRevision } = props;
    const keep = finalizeRevision === true && !revision._isRevoked ? RemovalPolicy.RETAIN : undefined;
    super(
      scope,
      id,
      { ...props, removalPolicy: props.removalPolicy ?? keep },
      { ...properties, ...revision._properties, finalizeRevision },
    );
    if (finalizeRevision === true && this.resource.startOnCreation === false) {
      throw refuse(this, 'finalizeRevision: true needs startOnCreation: true');
    }
    this.revisionId = this.resource.attrTargetRevisionId;
    this.assetIds = this.resource.attrAssetIds;
  }
}

/** An object in Amazon S3. */
export interface S3Object {
  /** Name of the bucket. */
  readonly bucketName: string;
  /** Key of the object. It becomes the name of the asset. */
  readonly key: string;
}

/** The properties of an `ImportAssetsFromS3`. */
export interface ImportAssetsFromS3Props extends RevisionJobProps {
  /** The objects to import, 1 to 100. A `Publication` takes any number. */
  readonly objects: S3Object[];
}

const MOST_OBJECTS = 100;

/** Imports objects of Amazon S3 (IMPORT_ASSETS_FROM_S3). */
export class ImportAssetsFromS3 extends RevisionJob {
  /** @internal */
  public readonly _bucketNames: readonly string[];

  constructor(scope: Construct, id: string, props: ImportAssetsFromS3Props) {
    super(scope, id, props, {
      type: JobType.IMPORT_ASSETS_FROM_S3,
      dataSetId: props.dataSetId,
      s3AssetSources: props.objects.map(({ bucketName, key }) => ({ bucket: bucketName, key })),
    });
    needKnownLength(this, 'objects', props.objects);
    const count = props.objects.length;
    if (count < 1 || count > MOST_OBJECTS) {
      throw refuse(
        this,
        `a job imports 1 to ${MOST_OBJECTS} objects, and not ${count}; a Publication takes any number`,
      );
    }
    this._bucketNames = props.objects.map(({ bucketName }) => bucketName);
  }

  /** Lets a role, such as that of a `Registration`, read the buckets for this job, which then waits for the right. */
  public grantRead(grantee: IGrantable): Grant {
    const sources = bucketArns(this, this._bucketNames);
    return grantRights([this], grantee, JobType.IMPORT_ASSETS_FROM_S3, { sources });
  }
}

/** The properties of an `ImportAssetFromSignedUrl`. */
export interface ImportAssetFromSignedUrlProps extends RevisionJobProps {
  /** Name of the asset. */
  readonly assetName: string;
  /** The file: a text, or an `AssetContent` for anything else. */
  readonly content: string | AssetContent;
}

/** Imports a file by a signed URL, to which it is uploaded when the job is created (IMPORT_ASSET_FROM_SIGNED_URL). */
export class ImportAssetFromSignedUrl extends RevisionJob {
  /** Where to PUT a file that you upload yourself, about a minute long. */
  public readonly signedUrl: string;
  /** When the URL stops working (ISO 8601). */
  public readonly signedUrlExpiresAt: string;

  constructor(scope: Construct, id: string, props: ImportAssetFromSignedUrlProps) {
    const content = AssetContent._of(props.content);
    super(scope, id, startedIf(content._isComplete, props), {
      type: JobType.IMPORT_ASSET_FROM_SIGNED_URL,
      dataSetId: props.dataSetId,
      urlAssetName: props.assetName,
      ...content._properties,
    });
    this.signedUrl = this.resource.attrSignedUrl;
    this.signedUrlExpiresAt = this.resource.attrSignedUrlExpiresAt;
  }
}

/** The properties of an `ImportAssetsFromRedshiftDataShares`. */
export interface ImportAssetsFromRedshiftDataSharesProps extends RevisionJobProps {
  /** ARNs of the datashares, 1 to 10. */
  readonly dataShareArns: string[];
}

const MOST_DATASHARES = 10;

/** Imports datashares of Amazon Redshift (IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES). */
export class ImportAssetsFromRedshiftDataShares extends RevisionJob {
  constructor(scope: Construct, id: string, props: ImportAssetsFromRedshiftDataSharesProps) {
    super(scope, id, props, {
      type: JobType.IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES,
      dataSetId: props.dataSetId,
      redshiftDataShareAssetSources: props.dataShareArns.map((dataShareArn) => ({ dataShareArn })),
    });
    needEntries(this, 'dataShareArns', props.dataShareArns, MOST_DATASHARES);
  }
}

/** The properties of an `ImportAssetFromApiGatewayApi`. */
export interface ImportAssetFromApiGatewayApiProps extends RevisionJobProps {
  /** Id of the REST API. */
  readonly apiId: string;
  /** Name of the API, which becomes the name of the asset. */
  readonly apiName: string;
  /** Name of the stage that subscribers call. */
  readonly stageName: string;
  /** The OpenAPI 3.0 specification of the API. */
  readonly specification: ApiSpecification;

  /**
   * Description of the API for subscribers, in Markdown.
   *
   * @default - none
   */
  readonly apiDescription?: string;

  /**
   * API key of the API, such as `SecretValue.secretsManager('prices-api', { jsonField: 'key' })`.
   *
   * @default - none
   */
  readonly apiKey?: SecretValue;
}

/** Imports a REST API of Amazon API Gateway (IMPORT_ASSET_FROM_API_GATEWAY_API). */
export class ImportAssetFromApiGatewayApi extends RevisionJob {
  /** Where to PUT a specification that you upload yourself, about a minute long. */
  public readonly apiSpecificationUploadUrl: string;
  /** When the URL stops working (ISO 8601). */
  public readonly apiSpecificationUploadUrlExpiresAt: string;

  constructor(scope: Construct, id: string, props: ImportAssetFromApiGatewayApiProps) {
    super(scope, id, startedIf(props.specification._isComplete, props), {
      type: JobType.IMPORT_ASSET_FROM_API_GATEWAY_API,
      dataSetId: props.dataSetId,
      apiGatewayApiId: props.apiId,
      apiGatewayApiName: props.apiName,
      apiGatewayStage: props.stageName,
      apiGatewayApiDescription: props.apiDescription,
      // The template holds a dynamic reference, which only CloudFormation resolves.
      apiGatewayApiKey: props.apiKey?.unsafeUnwrap(),
      ...props.specification._properties,
    });
    this.apiSpecificationUploadUrl = this.resource.attrApiSpecificationUploadUrl;
    this.apiSpecificationUploadUrlExpiresAt = this.resource.attrApiSpecificationUploadUrlExpiresAt;
  }
}

/** An LF-tag and the values of which any matches. */
export interface LfTag {
  /** Key of the tag. */
  readonly key: string;
  /** Values of the tag, 1 to 50. */
  readonly values: string[];
}

/** What subscribers may do with a database. */
export enum DatabasePermission {
  /** See that it is there. */
  DESCRIBE = 'DESCRIBE',
}

/** What subscribers may do with a table. */
export enum TablePermission {
  /** See that it is there, and its columns. */
  DESCRIBE = 'DESCRIBE',
  /** Read it. */
  SELECT = 'SELECT',
}

/** Which databases are shared, and for what. */
export interface SharedDatabases {
  /** The tags that a database must have. */
  readonly tags: LfTag[];
  /** What subscribers may do with them. */
  readonly permissions: DatabasePermission[];
}

/** Which tables are shared, and for what. */
export interface SharedTables {
  /** The tags that a table must have. */
  readonly tags: LfTag[];
  /** What subscribers may do with them. */
  readonly permissions: TablePermission[];
}

/** The properties of an `ImportAssetsFromLakeFormationTagPolicy`. */
export interface ImportAssetsFromLakeFormationTagPolicyProps extends RevisionJobProps {
  /** The role that AWS Data Exchange grants and revokes access with. It must stay as it is while the data is shared. */
  readonly role: IRole;

  /**
   * Id of the AWS Glue Data Catalog: the account that owns it.
   *
   * @default - the account of the stack
   */
  readonly catalogId?: string;

  /**
   * The databases to share. Databases, tables or both are needed.
   *
   * @default - none
   */
  readonly databases?: SharedDatabases;

  /**
   * The tables to share.
   *
   * @default - none
   */
  readonly tables?: SharedTables;
}

/** Imports what has LF-tags of AWS Lake Formation (IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY). */
export class ImportAssetsFromLakeFormationTagPolicy extends RevisionJob {
  constructor(scope: Construct, id: string, props: ImportAssetsFromLakeFormationTagPolicyProps) {
    const { databases, tables } = props;
    super(scope, id, props, {
      type: JobType.IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY,
      dataSetId: props.dataSetId,
      lakeFormationCatalogId: props.catalogId ?? Stack.of(scope).account,
      lakeFormationRoleArn: props.role.roleArn,
      lakeFormationDatabaseExpression: databases?.tags.map(expression),
      lakeFormationDatabasePermissions: databases?.permissions,
      lakeFormationTableExpression: tables?.tags.map(expression),
      lakeFormationTablePermissions: tables?.permissions,
    });
    if (databases === undefined && tables === undefined) {
      throw refuse(this, 'neither databases nor tables are given; say what is to be shared');
    }
    needNoEmpty(this, {
      'databases.tags': databases?.tags,
      'databases.permissions': databases?.permissions,
      'tables.tags': tables?.tags,
      'tables.permissions': tables?.permissions,
    });
  }
}

function expression({ key, values }: LfTag) {
  return { tagKey: key, tagValues: values };
}

/** The properties of a `CreateS3DataAccessFromS3Bucket`. */
export interface CreateS3DataAccessFromS3BucketProps extends RevisionJobProps {
  /** Name of the bucket to give access to. */
  readonly bucketName: string;

  /**
   * Prefixes of the keys to give access to.
   *
   * @default - the whole bucket, if there are no `keys` either
   */
  readonly keyPrefixes?: string[];

  /**
   * Keys of the objects to give access to.
   *
   * @default - the whole bucket, if there are no `keyPrefixes` either
   */
  readonly keys?: string[];

  /**
   * The KMS keys that the objects are encrypted with, at most 10.
   *
   * @default - none
   */
  readonly kmsKeys?: IKey[];
}

/** Gives subscribers access to a bucket in place (CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET). */
export class CreateS3DataAccessFromS3Bucket extends RevisionJob {
  /** Alias of the access point through which subscribers read. */
  public readonly s3AccessPointAlias: string;
  /** ARN of the access point through which subscribers read. */
  public readonly s3AccessPointArn: string;
  private readonly source: { readonly bucketName: string; readonly kmsKeyArns?: string[] };

  constructor(scope: Construct, id: string, props: CreateS3DataAccessFromS3BucketProps) {
    const kmsKeyArns = props.kmsKeys?.map(({ keyArn }) => keyArn);
    super(scope, id, props, {
      type: JobType.CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET,
      dataSetId: props.dataSetId,
      s3DataAccessAssetSource: {
        bucket: props.bucketName,
        keyPrefixes: props.keyPrefixes,
        keys: props.keys,
        kmsKeysToGrant: kmsKeyArns?.map((kmsKeyArn) => ({ kmsKeyArn })),
      },
    });
    const { keyPrefixes, keys, kmsKeys } = props;
    needNoEmpty(this, { keyPrefixes, keys, kmsKeys });
    this.source = { bucketName: props.bucketName, kmsKeyArns };
    this.s3AccessPointAlias = this.resource.attrS3AccessPointAlias;
    this.s3AccessPointArn = this.resource.attrS3AccessPointArn;
  }

  /** Lets a role, such as that of a `Registration`, share the bucket for this job, which then waits for the right. */
  public grantRead(grantee: IGrantable): Grant {
    const { bucketName, kmsKeyArns } = this.source;
    return grantRights([this], grantee, JobType.CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET, {
      sources: bucketArns(this, [bucketName]),
      keys: kmsKeyArns,
    });
  }
}

/** A job cannot start before what you upload yourself is there. */
function startedIf<Props extends RevisionJobProps>(isComplete: boolean, props: Props): Props {
  return { ...props, startOnCreation: props.startOnCreation ?? isComplete };
}
