import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Bytes in the content store. */
export interface ContentRef {
  readonly id: string;
  readonly size: number;
  /** Base64 of the 16 bytes, the form of Content-MD5 and of the API's Md5Hash. */
  readonly md5: string;
}

/** There are more bytes than the given maximum. */
export class ContentTooLarge extends Error {}

/**
 * Keeps the bytes of uploads and assets in files of a folder of its own, so that no large file is held in memory. The
 * folder is removed when the emulator stops.
 */
export class ContentStore {
  private constructor(private readonly folder: string) {}

  /** @param parent where to make the folder; the system's temporary folder by default */
  static async open(parent: string = tmpdir()): Promise<ContentStore> {
    return new ContentStore(await mkdtemp(join(parent, 'local-data-exchange-')));
  }

  /** Writes a stream to disk and computes its digest. Nothing stays if the stream fails. @throws ContentTooLarge */
  async keep(bytes: Readable, maximum = Number.POSITIVE_INFINITY): Promise<ContentRef> {
    const id = randomUUID();
    const digest = createHash('md5');
    let size = 0;
    const meter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        size += chunk.length;
        digest.update(chunk);
        done(size > maximum ? new ContentTooLarge() : null, chunk);
      },
    });
    try {
      await pipeline(bytes, meter, createWriteStream(this.path(id)));
    } catch (error) {
      await rm(this.path(id), { force: true });
      throw error;
    }
    return { id, size, md5: digest.digest('base64') };
  }

  /** @param range first and last byte, both included */
  read(content: ContentRef, range?: { readonly start: number; readonly end: number }): Readable {
    return createReadStream(this.path(content.id), range ?? {});
  }

  /** Removes the bytes, if there are any. */
  async drop(content: ContentRef | undefined): Promise<void> {
    if (content) {
      await rm(this.path(content.id), { force: true });
    }
  }

  /** Removes everything. */
  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  private path(id: string): string {
    return join(this.folder, id);
  }
}
