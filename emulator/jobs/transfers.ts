import { BucketError, type ServerSideEncryption } from '../buckets/buckets';
import type { ContentRef } from '../content/content-store';
import type { JobError } from '../store/job-plan';
import type { Asset } from '../store/records';
import { failure, failureOfBucket } from './job-failure';
import type { Run } from './job-type';

/** Moves bytes between buckets, uploads and the content store. */

/** Copies an object into the content store. @throws JobFailure */
export async function fetchObject(run: Run<unknown>, Bucket: string, Key: string): Promise<ContentRef> {
  const { buckets, content, assumptions } = run.region;
  try {
    const { body } = await buckets.get(Bucket, Key);
    return await content.keep(body);
  } catch (error) {
    const more = { Details: { ImportAssetsFromS3JobErrorDetails: [{ Bucket, Key }] } };
    throw error instanceof BucketError ? failureOfBucket(error, assumptions(), more) : error;
  }
}

/**
 * The bytes that were uploaded. They belong to the asset from then on.
 * @param md5 the digest that the job was created with
 * @param what names the upload in messages
 * @throws JobFailure if nothing was uploaded, or something with another digest
 */
export function takeUpload(run: Run<unknown>, md5: string, what: string, details?: JobError['Details']): ContentRef {
  const { upload } = run.job;
  const assumptions = run.region.assumptions();
  const more = details ? { Details: details } : {};
  if (!upload) {
    throw failure('missingUpload', `${what} was not uploaded.`, assumptions, more);
  }
  if (upload.md5 !== md5) {
    const text = `${what} that was uploaded has another MD5 than the job was created with.`;
    throw failure('wrongMd5', text, assumptions, more);
  }
  run.job.upload = undefined;
  return upload;
}

export interface Destination {
  readonly asset: Asset & { readonly content: ContentRef };
  readonly bucket: string;
  readonly key: string;
}

/** Writes all assets, after making sure that each can be written. @throws JobFailure */
export async function writeAll(
  run: Run<unknown>,
  destinations: readonly Destination[],
  encryption?: ServerSideEncryption,
): Promise<void> {
  const { buckets, content } = run.region;
  const assumptions = run.region.assumptions();
  const collision = findCollision(destinations);
  if (collision && assumptions.keyCollision === 'job-error') {
    const text = `Two assets would be written to the key "${collision.key}" of the bucket "${collision.bucket}".`;
    throw failure('keyCollision', text, assumptions);
  }
  try {
    for (const { bucket, key } of destinations) {
      await buckets.check(bucket, key);
    }
    for (const { asset, bucket, key } of destinations) {
      const { size, md5 } = asset.content;
      await buckets.put(bucket, key, { size, md5, open: () => content.read(asset.content) }, encryption);
    }
  } catch (error) {
    throw error instanceof BucketError ? failureOfBucket(error, assumptions) : error;
  }
}

function findCollision(destinations: readonly Destination[]): Destination | undefined {
  const seen = new Set<string>();
  return destinations.find(({ bucket, key }) => {
    const place = JSON.stringify([bucket, key]);
    const known = seen.has(place);
    seen.add(place);
    return known;
  });
}
