import { BucketError, type ServerSideEncryption } from '../buckets/buckets';
import type { ContentRef } from '../content/content-store';
import type { Asset, JobError } from '../store/records';
import { failure, failureOfBucket } from './job-failure';
import type { Work } from './job-type';

/** Moving bytes between buckets, uploads and the content store. */

/** Copies an object into the content store. @throws JobFailure */
export async function fetchObject(work: Work<unknown>, source: { Bucket: string; Key: string }): Promise<ContentRef> {
  const { buckets, content, assumptions } = work.exchange;
  try {
    const { body } = await buckets.get(source.Bucket, source.Key);
    return await content.keep(body);
  } catch (error) {
    const more = { Details: { ImportAssetsFromS3JobErrorDetails: [{ Bucket: source.Bucket, Key: source.Key }] } };
    throw error instanceof BucketError ? failureOfBucket(error, assumptions(), more) : error;
  }
}

/** The bytes that were uploaded, if they are there and have the digest that the job was created with. @throws JobFailure */
export function takeUpload(work: Work<unknown>, md5: string, what: string, details?: JobError['Details']): ContentRef {
  const { upload } = work.job;
  const assumptions = work.exchange.assumptions();
  const more = details ? { Details: details } : {};
  if (!upload) throw failure('missingUpload', `${what} was not uploaded.`, assumptions, more);
  if (upload.md5 !== md5)
    throw failure(
      'wrongMd5',
      `${what} that was uploaded has another MD5 than the job was created with.`,
      assumptions,
      more,
    );
  // From here on it belongs to the asset.
  work.job.upload = undefined;
  return upload;
}

export interface Destination {
  asset: Asset & { content: ContentRef };
  bucket: string;
  key: string;
}

/** Writes all assets, after making sure that each can be written. @throws JobFailure */
export async function writeAll(
  work: Work<unknown>,
  destinations: Destination[],
  encryption?: ServerSideEncryption,
): Promise<void> {
  const { buckets, content } = work.exchange;
  const assumptions = work.exchange.assumptions();
  const collision = findCollision(destinations);
  if (collision && assumptions.keyCollision === 'job-error') {
    throw failure(
      'keyCollision',
      `Two assets would be written to the key "${collision.key}" of the bucket "${collision.bucket}".`,
      assumptions,
    );
  }
  try {
    for (const { bucket, key } of destinations) await buckets.check(bucket, key);
    for (const { asset, bucket, key } of destinations) {
      const { size, md5 } = asset.content;
      await buckets.put(bucket, key, { size, md5, open: () => content.read(asset.content) }, encryption);
    }
  } catch (error) {
    throw error instanceof BucketError ? failureOfBucket(error, assumptions) : error;
  }
}

function findCollision(destinations: Destination[]): Destination | undefined {
  const seen = new Set<string>();
  for (const destination of destinations) {
    const place = `${destination.bucket}\0${destination.key}`;
    if (seen.has(place)) return destination;
    seen.add(place);
  }
  return undefined;
}
