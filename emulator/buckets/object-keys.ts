import { shorten } from '../errors';
import { BucketError } from './buckets';

const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Limit of S3, bytes of UTF-8. */
const LONGEST_KEY = 1024;

/** Limit of the usual file systems for one name in a folder, bytes. */
const LONGEST_SEGMENT = 255;

/**
 * Refuses names that no bucket can have, and keys that S3 does not allow.
 *
 * @throws BucketError no-such-bucket or bad-key
 */
export function refuseInvalid(bucket: string, key: string): void {
  // In folders this also keeps a name from leading anywhere else in the file system.
  if (!BUCKET_NAME.test(bucket) || bucket.includes('..')) {
    throw noSuchBucket(bucket);
  }
  const problem = keyProblem(key);
  if (problem) {
    throw new BucketError('bad-key', `The key "${shorten(key)}" is not one that S3 allows: ${problem}.`);
  }
}

/** Refuses keys that S3 allows but a folder cannot hold. @throws BucketError bad-key */
export function refuseImpossible(key: string): void {
  if (key.includes('\0')) {
    throw impossibleKey(key, 'it contains a NUL character');
  }
  for (const segment of key.split('/')) {
    if (segment === '') {
      throw impossibleKey(key, 'it has an empty part: a slash at its beginning or end, or two in a row');
    }
    if (segment === '.' || segment === '..') {
      throw impossibleKey(key, `it has a part "${segment}"`);
    }
    if (Buffer.byteLength(segment) > LONGEST_SEGMENT) {
      throw impossibleKey(key, `it has a part longer than ${LONGEST_SEGMENT} bytes`);
    }
  }
}

export function noSuchBucket(bucket: string): BucketError {
  return new BucketError('no-such-bucket', `The bucket "${shorten(bucket)}" does not exist.`);
}

export function noSuchKey(bucket: string, key: string): BucketError {
  return new BucketError('no-such-key', `The object "${shorten(key)}" does not exist in the bucket "${bucket}".`);
}

/** The refusal of a key that S3 allows. */
export function impossibleKey(key: string, why: string): BucketError {
  const text = `The local Data Exchange cannot hold the key "${shorten(key)}" in a folder: ${why}.`;
  return new BucketError('bad-key', `${text} With --s3-endpoint it can.`);
}

/** Why S3 does not allow a key; undefined if it does. */
function keyProblem(key: string): string | undefined {
  if (key === '') {
    return 'it is empty';
  }
  if (/\p{Surrogate}/u.test(key)) {
    return 'it is not valid Unicode';
  }
  return Buffer.byteLength(key) > LONGEST_KEY ? `it is longer than ${LONGEST_KEY} bytes` : undefined;
}
