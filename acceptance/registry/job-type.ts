import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { makePackage } from '../../tools/package/make-package';
import { inTemporaryFolder, sha256 } from '../../tools/support/files';
import type { Context } from '../probe';
import { makeBucket, typeName } from './made';
import { type End, Stacks } from './stacks';

/** The objects in the bucket to import from. */
export const OBJECTS: Readonly<Record<string, string>> = {
  'readings/one.csv': 'station,celsius\nBER,4.5\n',
  'readings/two.csv': 'station,celsius\nLUG,9.5\n',
};

/** This repository's resource type, registered by register.yml with the least rights, and buckets to work on. */
export class JobType {
  readonly name: string;
  readonly stacks: Stacks;

  private constructor(
    readonly context: Context,
    readonly registration: End,
    readonly source: string,
    readonly target: string,
  ) {
    this.name = jobTypeName(context);
    this.stacks = new Stacks(context);
  }

  /** @throws Error with the stack's words if the type cannot be registered */
  static async register(context: Context): Promise<JobType> {
    const { s3 } = context.clients;
    const packages = await makeBucket(context, 'packages');
    const source = await makeBucket(context, 'source');
    const target = await makeBucket(context, 'target');
    for (const [Key, Body] of Object.entries(OBJECTS)) {
      await s3.send(new PutObjectCommand({ Bucket: source, Key, Body }));
    }
    const { template, Key, Body } = await packaged(jobTypeName(context));
    await s3.send(new PutObjectCommand({ Bucket: packages, Key, Body }));

    // The stack has the type, which is written down by its own name too: a stack that cannot be deleted may leave it.
    await context.make('resource-type', jobTypeName(context), async () => undefined);
    const registration = await new Stacks(context, 'registration').create('registration', template, {
      PackageBucket: packages,
      PackageKey: Key,
      JobTypes: jobTypes(context).join(','),
      SourceBucketArns: arnOf(context, source),
      TargetBucketArns: arnOf(context, target),
      LakeFormationRoleArn: context.options.LAKE_FORMATION_ROLE_ARN ?? '',
      LogRetentionInDays: '1',
    });
    if (!registration.succeeded) {
      throw new Error(`register.yml ended ${registration.status}: ${registration.failures.join('; ')}`);
    }
    return new JobType(context, registration, source, target);
  }

  /** A resource of the type, for a template. */
  job(Type: string, properties: object, attributes: object = {}): object {
    return { Type: this.name, ...attributes, Properties: { Type, ...properties } };
  }

  /** A data set, for a template. */
  dataSet(what: string, AssetType = 'S3_SNAPSHOT'): object {
    const Name = this.context.nameOf(what);
    const Description = 'Made by an acceptance run';
    return { Type: 'AWS::DataExchange::DataSet', Properties: { Name, Description, AssetType } };
  }
}

function jobTypeName(context: Context): string {
  return typeName(context, 'DataExchange', 'Job');
}

/** What `make package` writes, as it is to be uploaded. */
async function packaged(name: string): Promise<{ template: string; Key: string; Body: Uint8Array }> {
  return inTemporaryFolder(async (parent) => {
    const { folder, zip } = await makePackage(name, parent);
    const [template, Body] = await Promise.all([readFile(join(folder, 'register.yml'), 'utf8'), readFile(zip)]);
    return { template, Key: `${sha256(Body).slice(0, 16)}-${basename(zip)}`, Body };
  });
}

/** Those that need nothing but buckets, and those for which the caller names what they need. */
function jobTypes({ options }: Context): string[] {
  return [
    'IMPORT_ASSETS_FROM_S3',
    'IMPORT_ASSET_FROM_SIGNED_URL',
    'EXPORT_ASSETS_TO_S3',
    'EXPORT_ASSET_TO_SIGNED_URL',
    'EXPORT_REVISIONS_TO_S3',
    'CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET',
    ...(options.REDSHIFT_DATA_SHARE_ARN ? ['IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES'] : []),
    ...(options.API_ID ? ['IMPORT_ASSET_FROM_API_GATEWAY_API'] : []),
    ...(options.LAKE_FORMATION_ROLE_ARN ? ['IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY'] : []),
  ];
}

function arnOf({ region }: Context, bucket: string): string {
  return `arn:${region.startsWith('cn-') ? 'aws-cn' : 'aws'}:s3:::${bucket}`;
}
