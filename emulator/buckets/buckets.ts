import type { Readable } from 'node:stream';

/** Why a bucket refuses. `unavailable` means that it could not be asked. */
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
  size: number;
  body: Readable;
}

/** Bytes to store. `open` may be called more than once. */
export interface ObjectContent {
  size: number;
  /** Base64 of the digest: what is stored must have it. */
  md5: string;
  open(): Readable;
}

export interface ServerSideEncryption {
  Type: string;
  KmsKeyArn?: string;
}

/**
 * The buckets that jobs read from and write to. Two implementations: folders on disk, and any S3 endpoint. A bucket is never created. Every
 * method refuses with a BucketError.
 */
export interface Buckets {
  /** For people: where they are. */
  readonly description: string;
  /** Asks for an object. The caller consumes or destroys the body. */
  get(bucket: string, key: string): Promise<StoredObject>;
  /** Refuses if the bucket is missing or cannot be reached, or if the key cannot be stored in it. Writes nothing. */
  check(bucket: string, key: string): Promise<void>;
  /** Stores an object as a whole or not at all; an object of that key is overwritten. */
  put(bucket: string, key: string, content: ObjectContent, encryption?: ServerSideEncryption): Promise<void>;
  /** Lets go of connections. */
  close(): Promise<void>;
}
