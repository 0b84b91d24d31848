import { createHash, randomUUID } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import { copyFile, lstat, mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { shorten } from '../errors';
import { BucketError, type Buckets, type ObjectContent, type StoredObject } from './buckets';
import { impossibleKey, noSuchBucket, noSuchKey, refuseImpossible, refuseInvalid } from './object-keys';

/** Where objects are written before they get their name. No bucket's name begins with a dot. */
const PARTIAL = '.partial';

/**
 * Buckets as sub-folders of one folder; an object's key is its path. No symbolic link is followed out of a bucket, and
 * nobody sees a half-written object.
 */
export class FolderBuckets implements Buckets {
  readonly description: string;
  private readonly root: string;

  /** @param folder an existing folder; its sub-folders are the buckets */
  constructor(folder: string) {
    this.root = resolve(folder);
    this.description = `folders in ${this.root}`;
  }

  async get(bucket: string, key: string): Promise<StoredObject> {
    const home = await this.bucketFolder(bucket, key);
    const path = await orUndefined(realpath(join(home, ...key.split('/'))));
    if (path === undefined || !isWithin(home, path)) {
      throw noSuchKey(bucket, key);
    }
    // Non-blocking, because a named pipe in a bucket's folder must not hold up the service.
    const file = await orUndefined(open(path, constants.O_RDONLY | constants.O_NONBLOCK));
    if (!file) {
      throw await whyUnreadable(path, bucket, key);
    }
    const stats = await file.stat();
    if (!stats.isFile()) {
      await file.close();
      throw noSuchKey(bucket, key);
    }
    return { size: stats.size, body: file.createReadStream() };
  }

  async check(bucket: string, key: string): Promise<void> {
    await this.target(bucket, key);
  }

  async put(bucket: string, key: string, content: ObjectContent): Promise<void> {
    const target = await this.target(bucket, key);
    const partial = join(this.root, PARTIAL, randomUUID());
    try {
      await mkdir(join(this.root, PARTIAL), { recursive: true });
      await writeChecked(partial, content);
      await mkdir(dirname(target), { recursive: true });
      await rename(partial, target).catch(async (error: NodeJS.ErrnoException) => {
        // A bucket's folder may be a mount of its own.
        if (error.code !== 'EXDEV') {
          throw error;
        }
        await copyFile(partial, target);
      });
    } catch (error) {
      throw asBucketError(error, bucket, key);
    } finally {
      await rm(partial, { force: true });
    }
  }

  async close(): Promise<void> {
    await rm(join(this.root, PARTIAL), { recursive: true, force: true });
  }

  /** The real path of a bucket, all links resolved. */
  private async bucketFolder(bucket: string, key: string): Promise<string> {
    refuseInvalid(bucket, key);
    refuseImpossible(key);
    const root = await orUndefined(realpath(this.root));
    const home = root && (await orUndefined(realpath(join(root, bucket))));
    if (!root || !home || !isWithin(root, home)) {
      throw noSuchBucket(bucket);
    }
    const stats = await orUndefined(stat(home));
    if (!stats?.isDirectory()) {
      throw noSuchBucket(bucket);
    }
    return home;
  }

  /** Where an object of that key would be written, after making sure that it can be and that no link leads out. */
  private async target(bucket: string, key: string): Promise<string> {
    const home = await this.bucketFolder(bucket, key);
    const segments = key.split('/');
    let folder = home;
    for (const segment of segments.slice(0, -1)) {
      folder = join(folder, segment);
      const real = await orUndefined(realpath(folder));
      if (real === undefined) {
        // A dangling link would make mkdir fail, or lead out.
        if (await orUndefined(lstat(folder))) {
          throw impossibleKey(key, `"${segment}" in the bucket is not a folder`);
        }
        continue;
      }
      if (!isWithin(home, real)) {
        throw impossibleKey(key, 'a symbolic link leads out of the bucket');
      }
      if (!(await stat(real)).isDirectory()) {
        throw impossibleKey(key, `an object named by its beginning, up to "${segment}", is in the way`);
      }
    }
    const path = join(home, ...segments);
    const stats = await orUndefined(lstat(path));
    if (stats?.isDirectory()) {
      throw impossibleKey(key, 'objects whose keys begin with it and a slash are in the way');
    }
    return path;
  }
}

async function writeChecked(path: string, content: ObjectContent): Promise<void> {
  const digest = createHash('md5');
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      digest.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(content.open(), meter, createWriteStream(path));
  if (digest.digest('base64') !== content.md5) {
    throw new BucketError('unavailable', 'The bytes written do not have the digest of the asset.');
  }
}

function isWithin(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

async function whyUnreadable(path: string, bucket: string, key: string): Promise<BucketError> {
  const stats = await orUndefined(lstat(path));
  return stats?.isFile()
    ? new BucketError('access-denied', `The object "${shorten(key)}" in the bucket "${bucket}" cannot be read.`)
    : noSuchKey(bucket, key);
}

function asBucketError(error: unknown, bucket: string, key: string): BucketError {
  if (error instanceof BucketError) {
    return error;
  }
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new BucketError('access-denied', `The bucket "${bucket}" cannot be written to.`);
    case 'ENOTDIR':
    case 'EISDIR':
    case 'EEXIST':
    case 'ENOTEMPTY':
      return impossibleKey(key, 'another object is in the way');
    case 'ENAMETOOLONG':
      return impossibleKey(key, 'its path is too long for this file system');
    default:
      return new BucketError('unavailable', `The bucket "${bucket}" failed: ${code ?? 'unknown reason'}.`);
  }
}

async function orUndefined<Value>(promise: Promise<Value>): Promise<Value | undefined> {
  return promise.catch(() => undefined);
}
