import { request } from 'node:http';
import { CancelJobCommand } from '@aws-sdk/client-dataexchange';
import { type Local, md5, openLocal } from './support';

let local: Local;

beforeAll(async () => {
  local = await openLocal();
});
afterAll(() => local.close());
afterEach(() => local.emulator.setFaults({}));

async function uploadJob(content = 'hello') {
  const { dataSetId, revisionId } = await local.revisionWith([]);
  const job = await local.createJob('IMPORT_ASSET_FROM_SIGNED_URL', {
    ImportAssetFromSignedUrl: { DataSetId: dataSetId, RevisionId: revisionId, AssetName: 'x', Md5Hash: md5(content) },
  });
  return { jobId: job.Id, url: job.Details!.ImportAssetFromSignedUrl!.SignedUrl! };
}

async function downloadUrl(content: string) {
  local.putObject('source', 'down.txt', content);
  const { dataSetId, revisionId, assetIds } = await local.revisionWith([]).then(async (revision) => {
    await local.runJob('IMPORT_ASSETS_FROM_S3', {
      ImportAssetsFromS3: {
        DataSetId: revision.dataSetId,
        RevisionId: revision.revisionId,
        AssetSources: [{ Bucket: 'source', Key: 'down.txt' }],
      },
    });
    const answer = await local.raw(
      'GET',
      `/v1/data-sets/${revision.dataSetId}/revisions/${revision.revisionId}/assets`,
    );
    return {
      ...revision,
      assetIds: ((await answer.json()) as { Assets: { Id: string }[] }).Assets.map(({ Id }) => Id),
    };
  });
  const job = await local.runJob('EXPORT_ASSET_TO_SIGNED_URL', {
    ExportAssetToSignedUrl: { DataSetId: dataSetId, RevisionId: revisionId, AssetId: assetIds[0]! },
  });
  return { url: job.Details!.ExportAssetToSignedUrl!.SignedUrl!, dataSetId, revisionId, assetId: assetIds[0]! };
}

async function told(response: Response) {
  const text = await response.text();
  return { status: response.status, code: /<Code>(\w+)<\/Code>/.exec(text)?.[1] };
}

const put = (url: string, body: string, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'PUT', body, headers });

describe('uploads', () => {
  test('the URL looks like one of S3 and names this server', async () => {
    const { url } = await uploadJob();
    const { origin, searchParams } = new URL(url);
    expect(origin).toBe(local.emulator.url);
    expect(Object.fromEntries(searchParams)).toEqual({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD',
      'X-Amz-Credential': expect.stringMatching(/^\w+\/20260115\/us-east-1\/s3\/aws4_request$/),
      'X-Amz-Date': expect.stringMatching(/^20260115T\d{6}Z$/),
      'X-Amz-Expires': '60',
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test('may come again until StartJob; the last one counts', async () => {
    const { jobId, url } = await uploadJob('second');
    expect((await put(url, 'first')).status).toBe(200);
    const again = await put(url, 'second');
    expect([again.status, again.headers.get('etag')]).toEqual([
      200,
      `"${Buffer.from(md5('second'), 'base64').toString('hex')}"`,
    ]);
    await local.start(jobId);
    expect(await told(await put(url, 'third'))).toEqual({ status: 403, code: 'AccessDenied' });
    local.pass(2);
    expect((await local.job(jobId)).State).toBe('COMPLETED');
    expect(await told(await put(url, 'fourth'))).toEqual({ status: 403, code: 'AccessDenied' });
  });

  test('expire after 60 s of service time', async () => {
    const { url } = await uploadJob();
    local.pass(59.9);
    expect((await put(url, 'hello')).status).toBe(200);
    local.pass(0.1);
    expect(await told(await put(url, 'hello'))).toEqual({ status: 403, code: 'AccessDenied' });
  });

  test('are told why even in the middle of a large body', async () => {
    const { url } = await uploadJob();
    local.pass(60);
    const large = await fetch(url, { method: 'PUT', body: Buffer.alloc(20 * 2 ** 20) });
    expect(await told(large)).toEqual({ status: 403, code: 'AccessDenied' });
  });

  test('Content-MD5 is checked, and nothing is kept of what fails', async () => {
    const { jobId, url } = await uploadJob();
    expect(await told(await put(url, 'hello', { 'content-md5': md5('other') }))).toEqual({
      status: 400,
      code: 'BadDigest',
    });
    expect(await told(await put(url, 'hello', { 'content-md5': 'bad' }))).toEqual({
      status: 400,
      code: 'InvalidDigest',
    });
    await local.start(jobId);
    local.pass(2);
    expect((await local.job(jobId)).Errors).toMatchObject([{ Code: 'VALIDATION_EXCEPTION' }]);
  });

  test('a bent URL, another method or another path is refused', async () => {
    const { url } = await uploadJob();
    const other = await uploadJob();
    const bent = [
      url.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      url.replace('X-Amz-Expires=60', 'X-Amz-Expires=61'),
      url.replace(/uploads\/\w+/, `uploads/${other.jobId}`),
      `${url}&extra=1`,
      url.replace(/X-Amz-Date=\w+/, 'X-Amz-Date=20300101T000000Z'),
    ];
    for (const one of bent)
      expect(await told(await put(one, 'x'))).toEqual({ status: 403, code: 'SignatureDoesNotMatch' });
    expect(await told(await fetch(url))).toEqual({ status: 403, code: 'SignatureDoesNotMatch' });
    expect(await told(await fetch(url, { method: 'DELETE' }))).toEqual({ status: 403, code: 'SignatureDoesNotMatch' });
    const pieces = `${url.split('?')[0]}?X-Amz-Signature=1`;
    expect(await told(await put(pieces, 'x'))).toEqual({ status: 400, code: 'AuthorizationQueryParametersError' });
  });

  test('a body of unknown length and a cancelled job are refused', async () => {
    const { jobId, url } = await uploadJob();
    const chunked = await new Promise<number | undefined>((resolve, reject) => {
      const sent = request(url, { method: 'PUT' }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.on('error', reject);
      sent.write('a');
      sent.end('b');
    });
    expect(chunked).toBe(411);
    await local.client.send(new CancelJobCommand({ JobId: jobId }));
    expect(await told(await put(url, 'hello'))).toEqual({ status: 403, code: 'AccessDenied' });
  });

  test('the other possibilities', async () => {
    local.emulator.setFaults({
      assumptions: { uploadAgain: 'refused', uploadAfterStart: 'allowed', signedUrlSeconds: 3600 },
    });
    const once = await uploadJob();
    expect((await put(once.url, 'hello')).status).toBe(200);
    expect((await put(once.url, 'hello')).status).toBe(403);
    const late = await uploadJob();
    await local.start(late.jobId);
    local.pass(1);
    expect((await put(late.url, 'hello')).status).toBe(200);
    local.pass(1);
    expect((await local.job(late.jobId)).State).toBe('COMPLETED');
    expect(late.url).toContain('X-Amz-Expires=3600');
  });
});

describe('downloads', () => {
  test('serve the bytes any number of times, whole, headers only, or a range', async () => {
    const { url } = await downloadUrl('0123456789');
    const whole = await fetch(url);
    expect(whole.headers.get('content-length')).toBe('10');
    expect(whole.headers.get('etag')).toBe(`"${Buffer.from(md5('0123456789'), 'base64').toString('hex')}"`);
    expect(await whole.text()).toBe('0123456789');
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '10', '']);
    const ranges = { 'bytes=2-4': '234', 'bytes=7-': '789', 'bytes=-3': '789', 'bytes=5-100': '56789' };
    for (const [range, expected] of Object.entries(ranges)) {
      const part = await fetch(url, { headers: { range } });
      expect([part.status, await part.text()]).toEqual([206, expected]);
    }
    expect(await told(await fetch(url, { headers: { range: 'bytes=10-' } }))).toEqual({
      status: 416,
      code: 'InvalidRange',
    });
    expect(await (await fetch(url, { headers: { range: 'nonsense' } })).text()).toBe('0123456789');
  });

  test('expire 60 s after the end of the job, whenever they are first seen', async () => {
    const { url } = await downloadUrl('x');
    local.pass(60);
    expect(await told(await fetch(url))).toEqual({ status: 403, code: 'AccessDenied' });
    expect(await told(await fetch(url, { method: 'PUT', body: 'x' }))).toEqual({
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
  });

  test('of an asset that was deleted find nothing', async () => {
    const { url, dataSetId, revisionId, assetId } = await downloadUrl('x');
    await local.raw('DELETE', `/v1/data-sets/${dataSetId}/revisions/${revisionId}/assets/${assetId}`);
    expect(await told(await fetch(url))).toEqual({ status: 404, code: 'NoSuchKey' });
  });

  test('work once, if the script says so', async () => {
    local.emulator.setFaults({ assumptions: { downloads: 'once' } });
    const { url } = await downloadUrl('x');
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(url)).status).toBe(403);
  });
});

test('the journal has neither signatures nor credentials', async () => {
  const { url } = await uploadJob();
  await put(url, 'hello');
  const text = JSON.stringify(local.emulator.requests());
  expect(text).toContain('SignedUrlPut');
  expect(text).not.toContain('X-Amz-');
  expect(text).not.toContain('AKID');
});
