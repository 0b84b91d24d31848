import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { CancelJobCommand, GetJobCommand } from '@aws-sdk/client-dataexchange';
import { AUTHORIZATION, clientFor, type Local, md5, openLocal } from './support';

let local: Local;

beforeAll(async () => {
  local = await openLocal();
});
afterAll(() => local.close());
afterEach(() => local.emulator.setFaults({}));

/** The content of every download in this file. */
const DOWNLOAD = 'content of down.txt';

async function uploadJob(content = 'hello') {
  const { dataSetId, revisionId } = await local.revisionWith([]);
  const job = await local.createJob('IMPORT_ASSET_FROM_SIGNED_URL', {
    ImportAssetFromSignedUrl: { DataSetId: dataSetId, RevisionId: revisionId, AssetName: 'x', Md5Hash: md5(content) },
  });
  return { jobId: job.Id, url: job.Details!.ImportAssetFromSignedUrl!.SignedUrl! };
}

async function downloadUrl() {
  const { dataSetId, revisionId, assetIds } = await local.revisionWith(['down.txt']);
  const job = await local.runJob('EXPORT_ASSET_TO_SIGNED_URL', {
    ExportAssetToSignedUrl: { DataSetId: dataSetId, RevisionId: revisionId, AssetId: assetIds[0]! },
  });
  return { url: job.Details!.ExportAssetToSignedUrl!.SignedUrl!, dataSetId, revisionId, assetId: assetIds[0]! };
}

async function s3Error(response: Response) {
  const body = await response.text();
  return { status: response.status, code: /<Code>(\w+)<\/Code>/.exec(body)?.[1] };
}

const put = (url: string, body: string, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'PUT', body, headers });

/** A PUT to a signed URL with a Host header of its own: as from where the emulator has another name. */
function putAs(host: string, url: string, body: string): Promise<{ status: number; body: string }> {
  const { port, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const headers = { host, 'content-length': Buffer.byteLength(body) };
    const target = { host: '127.0.0.1', port: port || local.emulator.port, path: pathname + search };
    const sent = request({ ...target, method: 'PUT', headers }, (response) => {
      text(response).then((received) => resolve({ status: response.statusCode ?? 0, body: received }), reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('URLs', () => {
  test('name the host by which the client reached the service', async () => {
    const elsewhere = clientFor(`http://localhost:${local.emulator.port}`);
    const { jobId } = await uploadJob();
    const { Details } = await elsewhere.send(new GetJobCommand({ JobId: jobId }));
    const url = Details!.ImportAssetFromSignedUrl!.SignedUrl!;
    expect(new URL(url).host).toBe(`localhost:${local.emulator.port}`);
    expect((await put(url, 'hello')).status).toBe(200);
    elsewhere.destroy();
  });

  test('are valid only for the host that they name', async () => {
    const host = `host.docker.internal:${local.emulator.port}`;
    const { jobId, url } = await uploadJob();
    const answer = await new Promise<string>((resolve, reject) => {
      const headers = { host, authorization: AUTHORIZATION };
      const where = { host: '127.0.0.1', port: local.emulator.port, path: `/v1/jobs/${jobId}`, headers };
      request(where, (response) => text(response).then(resolve, reject))
        .on('error', reject)
        .end();
    });
    const theirs = JSON.parse(answer).Details.ImportAssetFromSignedUrl.SignedUrl as string;
    expect(new URL(theirs).host).toBe(host);
    expect(await putAs(host, theirs, 'hello')).toEqual({ status: 200, body: '' });
    expect(await putAs(host, url, 'hello')).toMatchObject({
      status: 403,
      body: expect.stringContaining('SignatureDoesNotMatch'),
    });
  });
});

describe('uploads', () => {
  test("have a URL in the form of S3's presigned ones that names this server", async () => {
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

  test('can be repeated until StartJob; the last one counts', async () => {
    const { jobId, url } = await uploadJob('second');
    expect((await put(url, 'first')).status).toBe(200);
    const again = await put(url, 'second');
    expect([again.status, again.headers.get('etag')]).toEqual([
      200,
      `"${Buffer.from(md5('second'), 'base64').toString('hex')}"`,
    ]);
    await local.start(jobId);
    expect(await s3Error(await put(url, 'third'))).toEqual({ status: 403, code: 'AccessDenied' });
    local.pass(2);
    expect((await local.job(jobId)).State).toBe('COMPLETED');
    expect(await s3Error(await put(url, 'fourth'))).toEqual({ status: 403, code: 'AccessDenied' });
  });

  test('expire after 60 s of service time', async () => {
    const { url } = await uploadJob();
    local.pass(59.9);
    expect((await put(url, 'hello')).status).toBe(200);
    local.pass(0.1);
    expect(await s3Error(await put(url, 'hello'))).toEqual({ status: 403, code: 'AccessDenied' });
  });

  test('of a large body are refused with a response that the client reads', async () => {
    const { url } = await uploadJob();
    local.pass(60);
    const large = await fetch(url, { method: 'PUT', body: Buffer.alloc(20 * 2 ** 20) });
    expect(await s3Error(large)).toEqual({ status: 403, code: 'AccessDenied' });
  });

  test('are checked against Content-MD5, and not kept if they do not match', async () => {
    const { jobId, url } = await uploadJob();
    expect(await s3Error(await put(url, 'hello', { 'content-md5': md5('other') }))).toEqual({
      status: 400,
      code: 'BadDigest',
    });
    expect(await s3Error(await put(url, 'hello', { 'content-md5': 'bad' }))).toEqual({
      status: 400,
      code: 'InvalidDigest',
    });
    await local.start(jobId);
    local.pass(2);
    expect((await local.job(jobId)).Errors).toMatchObject([{ Code: 'VALIDATION_EXCEPTION' }]);
  });

  test('are refused with a changed URL, path or method', async () => {
    const { url } = await uploadJob();
    const other = await uploadJob();
    const changed = [
      url.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      url.replace('X-Amz-Expires=60', 'X-Amz-Expires=61'),
      url.replace(/uploads\/\w+/, `uploads/${other.jobId}`),
      `${url}&extra=1`,
      url.replace(/X-Amz-Date=\w+/, 'X-Amz-Date=20300101T000000Z'),
      url.replace('LOCALDATAEXCHANGE', 'SOMEBODYELSE'),
    ];
    for (const one of changed) {
      expect(await s3Error(await put(one, 'x'))).toEqual({ status: 403, code: 'SignatureDoesNotMatch' });
    }
    expect(await s3Error(await fetch(url))).toEqual({ status: 403, code: 'SignatureDoesNotMatch' });
    expect(await s3Error(await fetch(url, { method: 'DELETE' }))).toEqual({
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
    const malformed = [
      `${url.split('?')[0]}?X-Amz-Signature=1`,
      url.replace(/X-Amz-Date=\w+/, 'X-Amz-Date=yesterday'),
      url.replace('X-Amz-Expires=60', 'X-Amz-Expires=604801'),
    ];
    for (const one of malformed) {
      expect(await s3Error(await put(one, 'x'))).toEqual({ status: 400, code: 'AuthorizationQueryParametersError' });
    }
    const elsewhere = url.replace(/\/aws-data-exchange-\S+\?/, '/other/path?');
    expect(await s3Error(await put(elsewhere, 'x'))).toEqual({ status: 403, code: 'SignatureDoesNotMatch' });
  });

  test('of more than 5 GB are refused before their bytes are sent', async () => {
    const { url } = await uploadJob();
    const answer = await new Promise<string>((resolve, reject) => {
      const sent = request(url, { method: 'PUT', headers: { 'content-length': 5 * 1024 ** 3 + 1 } }, (response) => {
        text(response).then((body) => {
          sent.destroy();
          resolve(body);
        }, reject);
      });
      sent.on('error', reject);
      sent.flushHeaders();
    });
    expect(answer).toContain('<Code>EntityTooLarge</Code><Message>');
  });

  test('that break off are not kept', async () => {
    const { jobId, url } = await uploadJob();
    const sent = request(url, { method: 'PUT', headers: { 'content-length': 100 } });
    const closed = new Promise((resolve) => sent.on('close', resolve));
    sent.on('error', () => undefined);
    sent.write('half');
    while (!local.emulator.requests('SignedUrlPut').some((entry) => entry.jobId === jobId)) {
      await local.job(jobId);
    }
    sent.destroy();
    await closed;
    await local.start(jobId);
    local.pass(2);
    expect((await local.job(jobId)).Errors).toMatchObject([{ Code: 'VALIDATION_EXCEPTION' }]);
  });

  test('are refused without a length, and for a cancelled job', async () => {
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
    expect(await s3Error(await put(url, 'hello'))).toEqual({ status: 403, code: 'AccessDenied' });
  });

  test('work otherwise by uploadAgain, uploadAfterStart and signedUrlSeconds', async () => {
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
  test('serve all bytes, the headers only, or a range, any number of times', async () => {
    const { url } = await downloadUrl();
    const whole = await fetch(url);
    expect(whole.headers.get('content-length')).toBe('19');
    expect(whole.headers.get('etag')).toBe(`"${Buffer.from(md5(DOWNLOAD), 'base64').toString('hex')}"`);
    expect(await whole.text()).toBe(DOWNLOAD);
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '19', '']);
    const ranges = {
      'bytes=2-4': 'nte',
      'bytes=11-': 'down.txt',
      'bytes=-3': 'txt',
      'bytes=11-100': 'down.txt',
      'bytes=-100': DOWNLOAD,
    };
    for (const [range, expected] of Object.entries(ranges)) {
      const part = await fetch(url, { headers: { range } });
      expect([part.status, await part.text()]).toEqual([206, expected]);
    }
    for (const range of ['bytes=19-', 'bytes=-0']) {
      expect(await s3Error(await fetch(url, { headers: { range } }))).toEqual({ status: 416, code: 'InvalidRange' });
    }
    for (const range of ['nonsense', 'lines=1-2', 'bytes=0-1,3-4', 'bytes=4-2x']) {
      expect(await (await fetch(url, { headers: { range } })).text()).toBe(DOWNLOAD);
    }
  });

  test('expire 60 s after the end of the job, whenever the URL is first read', async () => {
    const { url } = await downloadUrl();
    local.pass(60);
    expect(await s3Error(await fetch(url))).toEqual({ status: 403, code: 'AccessDenied' });
    expect(await s3Error(await fetch(url, { method: 'PUT', body: 'x' }))).toEqual({
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
  });

  test('of an asset that was deleted are 404', async () => {
    const { url, dataSetId, revisionId, assetId } = await downloadUrl();
    await local.raw('DELETE', `/v1/data-sets/${dataSetId}/revisions/${revisionId}/assets/${assetId}`);
    expect(await s3Error(await fetch(url))).toEqual({ status: 404, code: 'NoSuchKey' });
  });

  test('work once by the assumption of that name', async () => {
    local.emulator.setFaults({ assumptions: { downloads: 'once' } });
    const { url } = await downloadUrl();
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(url)).status).toBe(403);
  });
});

test('the journal has neither signatures nor credentials', async () => {
  const { url } = await uploadJob();
  await put(url, 'hello');
  const journal = JSON.stringify(local.emulator.requests());
  expect(journal).toContain('SignedUrlPut');
  expect(journal).not.toContain('X-Amz-');
  expect(journal).not.toContain('AKID');
});
