import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { BucketError, type Buckets, type ObjectContent, type StoredObject } from '../../../emulator/buckets/buckets';

/** Buckets that need no disk: every bucket exists, and every key is possible. */
export class MemoryBuckets implements Buckets {
  readonly description = 'memory';
  private readonly objects = new Map<string, Buffer>();

  write(bucket: string, key: string, bytes: Buffer): void {
    this.objects.set(`${bucket}/${key}`, bytes);
  }

  /** @throws BucketError */
  read(bucket: string, key: string): Buffer {
    const found = this.objects.get(`${bucket}/${key}`);
    if (found === undefined) {
      throw new BucketError('no-such-key', `There is no object ${key} in ${bucket}.`);
    }
    return found;
  }

  async get(bucket: string, key: string): Promise<StoredObject> {
    const bytes = this.read(bucket, key);
    return { size: bytes.length, body: Readable.from([bytes]) };
  }

  async check(): Promise<void> {}

  async put(bucket: string, key: string, content: ObjectContent): Promise<void> {
    this.write(bucket, key, await buffer(content.open()));
  }

  async close(): Promise<void> {}
}
