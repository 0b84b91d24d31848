import { CreateBucketCommand, PutBucketTaggingCommand } from '@aws-sdk/client-s3';
import type { Context } from '../probe';

/** Makes a bucket of the run. @returns its name */
export async function makeBucket(context: Context, what: string): Promise<string> {
  const { region, clients, tag } = context;
  const Bucket = context.nameOf(what);
  // us-east-1 is the one Region that must not be named.
  const CreateBucketConfiguration = region === 'us-east-1' ? undefined : { LocationConstraint: region as 'eu-west-1' };
  await context.make('bucket', Bucket, async () => {
    await clients.s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    return Bucket;
  });
  await clients.s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [tag] } }));
  return Bucket;
}

/**
 * The first part of the names of a run's types. The registry takes letters and digits only.
 *
 * @param prefix of the names of the run
 */
export function organisationOf(prefix: string): string {
  return `Acceptance${prefix.split('-').at(-2)}`;
}

/** The name of one of the run's types. */
export function typeName({ nameOf }: Pick<Context, 'nameOf'>, service: string, resource: string): string {
  return `${organisationOf(nameOf(''))}::${service}::${resource}`;
}
