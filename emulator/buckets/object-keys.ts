import { shorten } from '../errors';
import { BucketError } from './buckets';

const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Limit of S3, bytes of UTF-8. */
const LONGEST_KEY = 1024;

/** Limit of the usual file systems for one name in a folder, bytes. */
const LONGEST_SEGMENT = 255;

/**
 * Refuses what no folder could hold. Both implementations of buckets do it, so that a template tried on folders behaves
 * alike on an S3 endpoint.
 * @throws BucketError no-such-bucket or bad-key
 */
export function refuseImpossible(bucket: string, key: string): void {
  // A name that S3 does not allow cannot be the name of a bucket, so it also cannot lead anywhere in the file system.
  if (!BUCKET_NAME.test(bucket) || bucket.includes('..')) {
    throw noSuchBucket(bucket);
  }
  const problem = keyProblem(key);
  if (problem) {
    throw badKey(key, problem);
  }
}

export function noSuchBucket(bucket: string): BucketError {
  return new BucketError('no-such-bucket', `The bucket "${shorten(bucket)}" does not exist.`);
}

export function noSuchKey(bucket: string, key: string): BucketError {
  return new BucketError('no-such-key', `The object "${shorten(key)}" does not exist in the bucket "${bucket}".`);
}

export function badKey(key: string, why: string): BucketError {
  return new BucketError('bad-key', `The key "${shorten(key)}" cannot be used here: ${why}.`);
}

/** Why a folder could not hold an object of that key; undefined if it could. */
function keyProblem(key: string): string | undefined {
  if (key === '') {
    return 'it is empty';
  }
  if (/\p{Surrogate}/u.test(key)) {
    return 'it is not valid Unicode';
  }
  if (key.includes('\0')) {
    return 'it contains a NUL character';
  }
  if (Buffer.byteLength(key) > LONGEST_KEY) {
    return `it is longer than ${LONGEST_KEY} bytes`;
  }
  for (const segment of key.split('/')) {
    if (segment === '') {
      return 'it has an empty part: a slash at its beginning or end, or two in a row';
    }
    if (segment === '.' || segment === '..') {
      return `it has a part "${segment}"`;
    }
    if (Buffer.byteLength(segment) > LONGEST_SEGMENT) {
      return `it has a part longer than ${LONGEST_SEGMENT} bytes`;
    }
  }
  return undefined;
}
