import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadBucketCommand,
  PutObjectCommand,
  S3Client,
  type ServerSideEncryption as S3Encryption,
} from '@aws-sdk/client-s3';
import { shorten } from '../errors';
import { BucketError, type Buckets, type ObjectContent, type ServerSideEncryption, type StoredObject } from './buckets';
import { noSuchBucket, noSuchKey, refuseInvalid } from './object-keys';

export interface S3BucketsOptions {
  /** URL of the S3 endpoint. */
  readonly endpoint: string;
  /** Region to sign for; `AWS_REGION`, `AWS_DEFAULT_REGION` or us-east-1 by default. */
  readonly region?: string;
}

/**
 * Buckets of an S3 endpoint (MiniStack, say). Credentials come from the environment, or are the word `test` for
 * endpoints that take any. Each object is written by one PutObject, so it can have 5 GB at most.
 */
export class S3Buckets implements Buckets {
  readonly description: string;
  private readonly client: S3Client;

  constructor(options: S3BucketsOptions) {
    this.description = `the S3 endpoint ${options.endpoint}`;
    this.client = new S3Client({
      endpoint: options.endpoint,
      region: options.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? 'us-east-1',
      // The endpoint has one host name, so the bucket's name cannot be part of it.
      forcePathStyle: true,
      // Some endpoints, and S3 itself, want a request signed for the Region in which the bucket was made.
      followRegionRedirects: true,
      credentials: {
        accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? 'test',
        secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? 'test',
        ...(process.env.AWS_SESSION_TOKEN ? { sessionToken: process.env.AWS_SESSION_TOKEN } : {}),
      },
      maxAttempts: 2,
      // Content-MD5 is sent instead: most local endpoints do not understand the trailing checksums of streams.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      // What goes wrong becomes an error of the job, so the client need not warn about it too.
      logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
      requestHandler: { connectionTimeout: 3_000, requestTimeout: 60_000 },
    });
  }

  async get(bucket: string, key: string): Promise<StoredObject> {
    refuseInvalid(bucket, key);
    try {
      const answer = await this.client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      const body = answer.Body instanceof Readable ? answer.Body : Readable.from([]);
      return { size: answer.ContentLength ?? 0, body };
    } catch (error) {
      throw asBucketError(error, bucket, key);
    }
  }

  async check(bucket: string, key: string): Promise<void> {
    refuseInvalid(bucket, key);
    try {
      await this.client.send(new HeadBucketCommand({ Bucket: bucket }));
    } catch (error) {
      // A HEAD answer has no body, so its 404 can only mean the bucket.
      if (statusOf(error) === 404) {
        throw noSuchBucket(bucket);
      }
      throw asBucketError(error, bucket, key);
    }
  }

  async put(bucket: string, key: string, content: ObjectContent, encryption?: ServerSideEncryption): Promise<void> {
    refuseInvalid(bucket, key);
    try {
      await this.client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: content.open(),
          ContentLength: content.size,
          ContentMD5: content.md5,
          ...(encryption ? { ServerSideEncryption: encryption.Type as S3Encryption } : {}),
          ...(encryption?.KmsKeyArn ? { SSEKMSKeyId: encryption.KmsKeyArn } : {}),
        }),
      );
    } catch (error) {
      throw asBucketError(error, bucket, key);
    }
  }

  async close(): Promise<void> {
    this.client.destroy();
  }
}

function quiet(): void {}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

function asBucketError(error: unknown, bucket: string, key: string): BucketError {
  const { name, message } = error as Error;
  if (name === 'NoSuchBucket') {
    return noSuchBucket(bucket);
  }
  if (name === 'NoSuchKey' || statusOf(error) === 404) {
    return noSuchKey(bucket, key);
  }
  if (statusOf(error) === 403) {
    return new BucketError('access-denied', `Access to the bucket "${bucket}" is denied.`);
  }
  return new BucketError('unavailable', `The bucket "${bucket}" could not be used: ${shorten(message || name)}.`);
}
