import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CfnResourceDefaultVersion, CfnResourceVersion, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  type IGrantable,
  type IManagedPolicy,
  type IPrincipal,
  type IRole,
  PolicyDocument,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { CfnJob, type JobType } from './cfn-job.generated';
import { executionStatements } from './grants';
import { refuse } from './refuse';
import { packagedTypeName, registeredTypeName } from './type-name';

/** The properties of a `Registration`. */
export interface RegistrationProps {
  /**
   * The job types that the type may run. Needed unless you give an `executionRole`.
   *
   * @default - none
   */
  readonly jobTypes?: JobType[];

  /**
   * Buckets that jobs may import from or give access to, with the keys that they are encrypted with.
   *
   * @default - none but those of which `grantRead` is called
   */
  readonly sourceBuckets?: IBucket[];

  /**
   * Buckets that jobs may export to, with the keys that they are encrypted with.
   *
   * @default - none but those of which `grantWrite` is called
   */
  readonly targetBuckets?: IBucket[];

  /**
   * Further KMS keys of imported objects, of exports and of S3 data access.
   *
   * @default - none
   */
  readonly keys?: IKey[];

  /**
   * The role that Lake Formation imports pass to AWS Data Exchange.
   *
   * @default - none
   */
  readonly lakeFormationRole?: IRole;

  /**
   * A role of your own for the handlers to run as. It is made for `resources.cloudformation.amazonaws.com` and for
   * sessions of 12 hours.
   *
   * @default - a role that may run the `jobTypes` on the buckets, keys and roles that are given
   */
  readonly executionRole?: IRole;

  /**
   * A role of your own for writing the log.
   *
   * @default - one is made
   */
  readonly loggingRole?: IRole;

  /**
   * The path of the roles that are made.
   *
   * @default /
   */
  readonly rolePath?: string;

  /**
   * The permissions boundary of the roles that are made.
   *
   * @default - none
   */
  readonly permissionsBoundary?: IManagedPolicy;

  /**
   * How long the handlers' log is kept.
   *
   * @default RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: RetentionDays;

  /**
   * The registry package that `make package` has written, `acme-dataexchange-job.zip`.
   *
   * @default - the one in this library, if `make cdk-package` has made it
   */
  readonly packageFile?: string;

  /**
   * The name under which the type is registered. It is the one that the package was made for.
   *
   * @default - the context `cdk-dataexchange-job:typeName`, or the name that this library was made for
   */
  readonly typeName?: string;
}

/** The service that runs handlers. */
const CLOUDFORMATION = 'resources.cloudformation.amazonaws.com';
const LONGEST_OPERATION = Duration.hours(12);

/**
 * Registers the type in the account and Region of its stack: the version, which becomes the default one, the role that
 * its handlers run as, and their log. It needs a stack without jobs of the type, deployed before those that have some.
 */
export class Registration extends Construct implements IGrantable {
  /** The name of the type. */
  public readonly typeName: string;
  /** ARN of the registered version. */
  public readonly typeVersionArn: string;
  /** The role that the handlers run as. */
  public readonly executionRole: IRole;
  /** What `grantRead` and `grantWrite` grant to: the execution role. */
  public readonly grantPrincipal: IPrincipal;
  /** Where the handlers log. */
  public readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: RegistrationProps) {
    super(scope, id);
    this.typeName = registeredTypeName(this, props.typeName);
    this.logGroup = new LogGroup(this, 'LogGroup', {
      retention: props.logRetention ?? RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.executionRole = props.executionRole ?? this.makeExecutionRole(props);
    this.grantPrincipal = this.executionRole.grantPrincipal;
    const loggingRole = props.loggingRole ?? this.makeLoggingRole(props);

    const handlers = new Asset(this, 'Package', { path: this.packageFile(props) });
    const version = new CfnResourceVersion(this, 'TypeVersion', {
      typeName: this.typeName,
      schemaHandlerPackage: handlers.s3ObjectUrl,
      executionRoleArn: this.executionRole.roleArn,
      loggingConfig: { logGroupName: this.logGroup.logGroupName, logRoleArn: loggingRole.roleArn },
    });
    new CfnResourceDefaultVersion(this, 'DefaultVersion', { typeVersionArn: version.ref });
    this.typeVersionArn = version.ref;
    this.node.addValidation({ validate: () => this.conflicts() });
  }

  /** What else in the stack of a registration lets its deployment fail. */
  private conflicts(): string[] {
    const stack = Stack.of(this);
    const inStack = stack.node.findAll().filter((other) => Stack.of(other) === stack);
    const jobs = inStack.filter((other) => other instanceof CfnJob && other.cfnResourceType === this.typeName);
    const others = inStack.filter(
      (other) => other instanceof Registration && other !== this && other.typeName === this.typeName,
    );
    return [
      ...jobs.map(
        ({ node }) =>
          `${this.typeName} must be registered before a stack with jobs is deployed: move ${node.path} or ` +
          `${this.node.path} to another stack`,
      ),
      ...others.map(({ node }) => `${this.typeName} is registered by ${node.path} too: leave one of the two out`),
    ];
  }

  private packageFile({ packageFile }: RegistrationProps): string {
    const packaged = join(__dirname, '..', 'package.zip');
    const file = packageFile ?? (existsSync(packaged) ? packaged : undefined);
    const packagedName = packagedTypeName();
    if (packageFile === undefined && packagedName !== undefined && packagedName !== this.typeName) {
      throw refuse(
        this,
        `this library holds the package of ${packagedName}, which cannot be registered as ${this.typeName}: call ` +
          `make cdk-package TYPE_NAME=${this.typeName}, or give the file that make package has written in packageFile`,
      );
    }
    if (file === undefined) {
      throw refuse(
        this,
        'packageFile is missing: make package TYPE_NAME=… writes it, and make cdk-package a package of this library that holds it',
      );
    }
    return file;
  }

  private makeExecutionRole(props: RegistrationProps): Role {
    const { jobTypes = [], sourceBuckets = [], targetBuckets = [], keys = [], lakeFormationRole } = props;
    if (jobTypes.length === 0) {
      throw refuse(
        this,
        'jobTypes is missing: name what the type may run, or give a role of your own in executionRole',
      );
    }
    const bucketKeys = [...sourceBuckets, ...targetBuckets].flatMap(({ encryptionKey }) => encryptionKey ?? []);
    const statements = executionStatements(jobTypes, {
      sources: sourceBuckets.map((bucket) => bucket.bucketArn),
      targets: targetBuckets.map((bucket) => bucket.bucketArn),
      keys: [...new Set([...keys, ...bucketKeys].map((key) => key.keyArn))],
      lakeFormationRole: lakeFormationRole?.roleArn,
    });
    return this.makeRole('ExecutionRole', `What the handlers of ${this.typeName} run as.`, props, 'Jobs', statements);
  }

  private makeLoggingRole(props: RegistrationProps): Role {
    const write = new PolicyStatement({
      actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [this.logGroup.logGroupArn],
    });
    const description = `What the handlers of ${this.typeName} write their log and metrics with.`;
    return this.makeRole('LoggingRole', description, props, 'Log', [write]);
  }

  private makeRole(
    id: string,
    description: string,
    { rolePath, permissionsBoundary }: RegistrationProps,
    policyName: string,
    statements: PolicyStatement[],
  ): Role {
    const type = `type/resource/${this.typeName.replaceAll('::', '-')}/*`;
    const { partition, region, account } = Stack.of(this);
    return new Role(this, id, {
      description,
      path: rolePath,
      permissionsBoundary,
      maxSessionDuration: LONGEST_OPERATION,
      assumedBy: new ServicePrincipal(CLOUDFORMATION, {
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          StringLike: { 'aws:SourceArn': `arn:${partition}:cloudformation:${region}:${account}:${type}` },
        },
      }),
      inlinePolicies: { [policyName]: new PolicyDocument({ statements, minimize: false }) },
    });
  }
}
