import type { Readable } from 'node:stream';

/** Why a bucket refuses. `unavailable`: it could not be reached. */
export type BucketProblem = 'no-such-bucket' | 'no-such-key' | 'bad-key' | 'access-denied' | 'unavailable';

export class BucketError extends Error {
  constructor(
    readonly problem: BucketProblem,
    message: string,
  ) {
    super(message);
  }
}

export interface StoredObject {
  /** Bytes. */
  readonly size: number;
  readonly body: Readable;
}

/** Bytes to store. */
export interface ObjectContent {
  readonly size: number;
  /** Base64 of the digest that the stored bytes must have. */
  readonly md5: string;
  /** May be called more than once. */
  open(): Readable;
}

export interface ServerSideEncryption {
  readonly Type: string;
  readonly KmsKeyArn?: string;
}

/**
 * The buckets that jobs read from and write to. There are two implementations: folders on disk, and any S3 endpoint. A
 * bucket is never created. Every method refuses with a BucketError.
 */
export interface Buckets {
  /** Where they are, for people. */
  readonly description: string;
  /** Opens an object. The caller consumes or destroys the body. */
  get(bucket: string, key: string): Promise<StoredObject>;
  /** Refuses if the bucket is missing or cannot be reached, or if it cannot hold the key. Writes nothing. */
  check(bucket: string, key: string): Promise<void>;
  /** Stores an object as a whole or not at all; an object with that key is overwritten. */
  put(bucket: string, key: string, content: ObjectContent, encryption?: ServerSideEncryption): Promise<void>;
  /** Closes connections and removes temporary files. */
  close(): Promise<void>;
}
