import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { BucketError, type BucketProblem, type Buckets } from '../../emulator/buckets/buckets';
import { FolderBuckets } from '../../emulator/buckets/folder-buckets';
import { S3Buckets } from '../../emulator/buckets/s3-buckets';
import { openS3Endpoint, type S3Endpoint } from './s3-endpoint';
import { errorOf, md5, openLocal, s3Import } from './support';

let folder: string;
let endpoint: S3Endpoint;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'buckets-test-'));
  mkdirSync(join(folder, 'here'));
  writeFileSync(join(folder, 'a-file'), '');
  endpoint = await openS3Endpoint(['here', 'source', 'target']);
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await endpoint.close();
});

const content = (text: string | Buffer) => ({
  size: Buffer.byteLength(text),
  md5: md5(text),
  open: () => Readable.from([Buffer.from(text)]),
});

/** Keys that S3 allows and a folder cannot hold. */
const ODD_KEYS = ['a//b.csv', 'x/', './x', '/x', '../x', 'a/../../x', 'x'.repeat(300)];

async function expectToHold(buckets: Buckets, key: string): Promise<void> {
  const bytes = Buffer.from(`bytes of ${key}`);
  await buckets.check('here', key);
  await buckets.put('here', key, content(bytes));
  const { size, body } = await buckets.get('here', key);
  expect(size).toBe(bytes.length);
  expect((await buffer(body)).equals(bytes)).toBe(true);
}

async function problemOf(promise: Promise<unknown>): Promise<BucketProblem | 'none'> {
  return promise.then(
    () => 'none' as const,
    (error: unknown) => {
      if (error instanceof BucketError) {
        return error.problem;
      }
      throw error;
    },
  );
}

describe.each<[string, () => Buckets]>([
  ['folders', () => new FolderBuckets(folder)],
  ['an S3 endpoint', () => new S3Buckets({ endpoint: endpoint.url })],
])('buckets as %s', (_kind, open) => {
  let buckets: Buckets;
  beforeAll(() => {
    buckets = open();
  });
  afterAll(() => buckets.close());

  test.each(['plain.txt', 'deep/er/file.bin', 'ein Ümlaut & ein +.txt', 'a%2fb', 'quo\'te"', '.hidden', '日本'])(
    'hold "%s"',
    (key) => expectToHold(buckets, key),
  );

  test('hold empty objects and overwrite', async () => {
    await buckets.put('here', 'o', content('long content'));
    await buckets.put('here', 'o', content(''));
    const { size, body } = await buckets.get('here', 'o');
    expect([size, (await buffer(body)).length]).toEqual([0, 0]);
  });

  test.each<[string, string, BucketProblem]>([
    ['no-such-bucket', 'x', 'no-such-bucket'],
    ['..', 'x', 'no-such-bucket'],
    ['', 'x', 'no-such-bucket'],
    ['here/..', 'x', 'no-such-bucket'],
    ['.partial', 'x', 'no-such-bucket'],
    ['a-file', 'x', 'no-such-bucket'],
    ['here', '', 'bad-key'],
    ['here', 'x\ud800', 'bad-key'],
    ['here', 'é/'.repeat(400).slice(0, -1), 'bad-key'],
  ])('refuse %j %j: %s', async (bucket, key, problem) => {
    expect(await problemOf(buckets.get(bucket, key))).toBe(problem);
    expect(await problemOf(buckets.check(bucket, key))).toBe(problem);
    expect(await problemOf(buckets.put(bucket, key, content('x')))).toBe(problem);
  });

  test('say that an object is missing', async () => {
    expect(await problemOf(buckets.get('here', 'missing'))).toBe('no-such-key');
    expect(await problemOf(buckets.get('here', 'plain.txt/below'))).toBe('no-such-key');
  });
});

describe('folders', () => {
  test.each([...ODD_KEYS, 'a\0b'])('refuse the key %j, which S3 allows, and say so', async (key) => {
    const buckets = new FolderBuckets(folder);
    for (const call of [buckets.get('here', key), buckets.check('here', key), buckets.put('here', key, content('x'))]) {
      expect(await errorOf(call)).toMatchObject({
        problem: 'bad-key',
        message: expect.stringMatching(
          /^The local Data Exchange cannot hold the key ".*" in a folder: .*\. With --s3-endpoint it can\.$/,
        ),
      });
    }
  });

  test('a key cannot be the beginning of another key, and a folder is not an object', async () => {
    const buckets = new FolderBuckets(folder);
    await buckets.put('here', 'tree/leaf', content('x'));
    expect(await problemOf(buckets.check('here', 'tree'))).toBe('bad-key');
    expect(await problemOf(buckets.put('here', 'tree/leaf/more', content('x')))).toBe('bad-key');
    expect(await problemOf(buckets.get('here', 'tree'))).toBe('no-such-key');
  });

  test('no symbolic link is followed out of a bucket', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'buckets-outside-'));
    writeFileSync(join(outside, 'secret'), 'secret');
    mkdirSync(join(folder, 'linked'));
    symlinkSync(join(outside, 'secret'), join(folder, 'linked', 'file'));
    symlinkSync(outside, join(folder, 'linked', 'folder'));
    symlinkSync(join(outside, 'nothing'), join(folder, 'linked', 'dangling'));
    symlinkSync(outside, join(folder, 'outside-bucket'));
    const buckets = new FolderBuckets(folder);
    expect(await problemOf(buckets.get('linked', 'file'))).toBe('no-such-key');
    expect(await problemOf(buckets.get('linked', 'folder/secret'))).toBe('no-such-key');
    expect(await problemOf(buckets.put('linked', 'folder/new', content('x')))).toBe('bad-key');
    expect(await problemOf(buckets.put('linked', 'dangling/new', content('x')))).toBe('bad-key');
    expect(await problemOf(buckets.get('outside-bucket', 'secret'))).toBe('no-such-bucket');
    // Writing to a link replaces the link.
    await buckets.put('linked', 'file', content('mine'));
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('secret');
    expect(readFileSync(join(folder, 'linked', 'file'), 'utf8')).toBe('mine');
    expect(readdirSync(outside)).toEqual(['secret']);
    rmSync(outside, { recursive: true });
  });

  test('a named pipe is not an object, and reading it does not block', async () => {
    execFileSync('mkfifo', [join(folder, 'here', 'pipe')]);
    expect(await problemOf(new FolderBuckets(folder).get('here', 'pipe'))).toBe('no-such-key');
  });

  test('a write that fails leaves nothing behind', async () => {
    const buckets = new FolderBuckets(folder);
    await buckets.put('here', 'kept', content('old'));
    expect(await problemOf(buckets.put('here', 'kept', { ...content('new'), md5: md5('other') }))).toBe('unavailable');
    const breaking = { ...content('new'), open: () => Readable.from(failing()) };
    expect(await problemOf(buckets.put('here', 'kept', breaking))).toBe('unavailable');
    expect(readFileSync(join(folder, 'here', 'kept'), 'utf8')).toBe('old');
    expect(readdirSync(join(folder, '.partial'))).toEqual([]);
    await buckets.close();
    expect(readdirSync(folder)).not.toContain('.partial');
  });
});

async function* failing() {
  yield Buffer.from('half');
  throw new Error('broken');
}

describe('an S3 endpoint', () => {
  test('holds keys that no folder can hold, and jobs move them', async () => {
    const local = await openLocal({ buckets: new S3Buckets({ endpoint: endpoint.url }) });
    try {
      const { dataSetId, revisionId } = await local.revisionWith([]);
      for (const key of ODD_KEYS) {
        await expectToHold(local.emulator.buckets, key);
        endpoint.objects.set(`source/${key}`, { bytes: Buffer.from(`bytes of ${key}`), headers: {} });
      }
      const imported = s3Import(dataSetId, revisionId, [...ODD_KEYS]);
      expect(await local.runJob('IMPORT_ASSETS_FROM_S3', imported)).toMatchObject({ State: 'COMPLETED' });
      const RevisionDestinations = [{ RevisionId: revisionId, Bucket: 'target' }];
      const exported = { ExportRevisionsToS3: { DataSetId: dataSetId, RevisionDestinations } };
      expect(await local.runJob('EXPORT_REVISIONS_TO_S3', exported)).toMatchObject({ State: 'COMPLETED' });
      for (const key of ODD_KEYS) {
        expect(endpoint.objects.get(`target/${key}`)?.bytes.toString()).toBe(`bytes of ${key}`);
      }
    } finally {
      await local.close();
    }
  });

  test('can deny access, or be unreachable', async () => {
    const buckets = new S3Buckets({ endpoint: endpoint.url });
    expect(await problemOf(buckets.get('forbidden', 'x'))).toBe('access-denied');
    expect(await problemOf(buckets.check('forbidden', 'x'))).toBe('access-denied');
    await buckets.close();
    const gone = new S3Buckets({ endpoint: 'http://127.0.0.1:9' });
    expect(await problemOf(gone.get('here', 'x'))).toBe('unavailable');
    await gone.close();
  });

  test('jobs move bytes, with encryption and digest', async () => {
    const local = await openLocal({ buckets: new S3Buckets({ endpoint: endpoint.url }) });
    try {
      const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, n) => n % 253));
      endpoint.objects.set('source/in/data.bin', { bytes, headers: {} });
      const { dataSetId, revisionId } = await local.revisionWith([]);
      expect(
        (await local.runJob('IMPORT_ASSETS_FROM_S3', s3Import(dataSetId, revisionId, ['in/data.bin']))).State,
      ).toBe('COMPLETED');
      const key = 'arn:aws:kms:us-east-1:123456789012:key/x';
      const job = await local.runJob('EXPORT_REVISIONS_TO_S3', {
        ExportRevisionsToS3: {
          DataSetId: dataSetId,
          RevisionDestinations: [{ RevisionId: revisionId, Bucket: 'target', KeyPattern: 'out/${Asset.Name}' }],
          Encryption: { Type: 'aws:kms', KmsKeyArn: key },
        },
      });
      expect(job.State).toBe('COMPLETED');
      const stored = endpoint.objects.get('target/out/in/data.bin')!;
      expect(stored.bytes.equals(bytes)).toBe(true);
      expect(stored.headers).toMatchObject({
        'content-md5': md5(bytes),
        'x-amz-server-side-encryption': 'aws:kms',
        'x-amz-server-side-encryption-aws-kms-key-id': key,
      });
      const missing = await local.runJob('IMPORT_ASSETS_FROM_S3', s3Import(dataSetId, revisionId, ['nothing']));
      expect(missing.Errors).toMatchObject([{ Code: 'RESOURCE_NOT_FOUND_EXCEPTION' }]);
      const denied = await local.runJob('IMPORT_ASSETS_FROM_S3', s3Import(dataSetId, revisionId, ['x'], 'forbidden'));
      expect(denied.Errors).toMatchObject([{ Code: 'ACCESS_DENIED_EXCEPTION' }]);
    } finally {
      await local.close();
    }
  });
});
