import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { OPERATIONS } from '../../emulator/operations/operations';
import { AUTHORIZATION, checkProperty, type Local, openLocal, s3Import, UNKNOWN_ID } from './support';

// The randomised tests send 5,000 requests, which takes a while on a busy machine.
jest.setTimeout(120_000);

let local: Local;
beforeAll(async () => {
  local = await openLocal();
});
afterAll(async () => {
  // No request of this file caused an unexpected error, and none wrote outside of the buckets.
  expect(local.log).toEqual([]);
  expect(
    readdirSync(local.folder)
      .filter((name) => !name.startsWith('.'))
      .sort(),
  ).toEqual(['source', 'target']);
  await local.close();
});

async function send(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
  const response = await local.raw(method, path, body, headers);
  const text = await response.text();
  return { status: response.status, type: response.headers.get('x-amzn-errortype'), text };
}

/** Sends a path exactly as given, while fetch would normalise it. */
function rawPath(method: string, path: string): Promise<{ status: number; type: string | undefined }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: local.emulator.port, method, path, headers: { authorization: AUTHORIZATION } },
      (got) => {
        got.resume();
        got.on('end', () =>
          resolve({ status: got.statusCode ?? 0, type: got.headers['x-amzn-errortype'] as string | undefined }),
        );
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

describe('a request is refused with 403', () => {
  test.each([
    ['without a signature', undefined, 'MissingAuthenticationTokenException'],
    ['with another kind of authorization', 'Bearer token', 'IncompleteSignatureException'],
    ['with a signature for another service', AUTHORIZATION.replace('dataexchange', 's3'), 'InvalidSignatureException'],
  ])('%s', async (_how, authorization, type) => {
    const response = await fetch(`${local.emulator.url}/v1/jobs`, { headers: authorization ? { authorization } : {} });
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([403, type]);
    expect(await response.json()).toEqual({ Message: expect.any(String) });
  });

  test('unless unsignedRequests accepts it', async () => {
    local.emulator.setFaults({ assumptions: { unsignedRequests: 'accepted' } });
    expect((await fetch(`${local.emulator.url}/v1/jobs`)).status).toBe(200);
    local.emulator.setFaults({});
  });
});

test.each([
  ['GET', '/'],
  ['GET', '/v1/unknown'],
  ['PUT', '/v1/jobs'],
  ['GET', '/v1/jobs/a/b/c'],
  ['HEAD', '/v1/jobs'],
  ['OPTIONS', '/v1/jobs'],
])('%s %s is not an operation, and refused as by the live service', async (method, path) => {
  for (const headers of [{ authorization: AUTHORIZATION }, { authorization: 'nonsense' }, undefined]) {
    const response = await fetch(`${local.emulator.url}${path}`, { method, ...(headers ? { headers } : {}) });
    expect(response.status).toBe(403);
    expect(response.headers.get('x-amzn-errortype')).toBe('AccessDeniedException');
    expect(await response.text()).toBe(
      method === 'HEAD' ? '' : '{"Message":"Unable to determine service/operation name to be authorized"}',
    );
  }
});

test.each([
  ['invalid JSON', '{"Type": ', 'SerializationException'],
  ['a list', '[1]', 'SerializationException'],
  ['null', 'null', 'SerializationException'],
  ['deeply nested objects', `${'{"Details":'.repeat(20_000)}1${'}'.repeat(20_000)}`, 'SerializationException'],
  ['deeply nested lists', `{"Details":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 'SerializationException'],
  ['a member __proto__', '{"__proto__":{"Type":"IMPORT_ASSETS_FROM_S3","Details":{}}}', 'ValidationException'],
  ['names of Object.prototype', '{"Type":"constructor","Details":{"constructor":{}}}', 'ValidationException'],
  ['numbers instead of text and object', '{"Type":1e999,"Details":99999999999999999999999}', 'ValidationException'],
  ['null members', '{"Type":null,"Details":null}', 'ValidationException'],
])('a body with %s is 400', async (_what, body, type) => {
  expect(await send('POST', '/v1/jobs', body)).toMatchObject({ status: 400, type });
});

test('a body of 20 MiB is 413, and the client reads the response', async () => {
  expect(await send('POST', '/v1/jobs', JSON.stringify({ Type: 'x'.repeat(20 * 2 ** 20) }))).toMatchObject({
    status: 413,
    type: 'RequestEntityTooLargeException',
  });
});

test.each([
  '/v1/jobs/%',
  '/v1/jobs/%zz',
  '/v1/jobs/%c3%28',
  '/v1/data-sets/%00',
  '/v1/jobs/..%2f..%2fetc%2fpasswd',
  '/tags/',
])('the path %s is 400', async (path) => {
  expect(await rawPath('GET', path)).toEqual({ status: 400, type: 'ValidationException' });
});

test.each([1, 29, 41, 100, 5_000, 20_000, 500_000, 1_100_000])('an id of %d characters is 400', async (length) => {
  expect(await rawPath('GET', `/v1/jobs/${'a'.repeat(length)}`)).toEqual({ status: 400, type: 'ValidationException' });
});

test('a malformed id is 400, or 404 by malformedId', async () => {
  expect(await send('GET', '/v1/jobs/short')).toMatchObject({ status: 400, type: 'ValidationException' });
  local.emulator.setFaults({ assumptions: { malformedId: '404' } });
  expect(await send('GET', '/v1/jobs/short')).toMatchObject({ status: 404, type: 'ResourceNotFoundException' });
  local.emulator.setFaults({});
});

test('a body cannot override the path', async () => {
  const dataSetId = await local.newDataSet();
  const { status, text } = await send(
    'POST',
    `/v1/data-sets/${dataSetId}/revisions`,
    JSON.stringify({ DataSetId: UNKNOWN_ID }),
  );
  expect(status).toBe(201);
  expect(JSON.parse(text)).toMatchObject({ DataSetId: dataSetId });
});

test('members that the model does not have are dropped and not echoed', async () => {
  const { dataSetId, revisionId } = await local.revisionWith([]);
  const details = s3Import(dataSetId, revisionId, ['a']).ImportAssetsFromS3!;
  const body = {
    Type: 'IMPORT_ASSETS_FROM_S3',
    Details: { ImportAssetsFromS3: { ...details, Extra: { a: 1 } }, Unknown: 1 },
    More: 1,
  };
  const { status, text } = await send('POST', '/v1/jobs', JSON.stringify(body));
  expect(status).toBe(201);
  expect(JSON.parse(text).Details).toEqual({ ImportAssetsFromS3: details });
});

test('bytes that are not HTTP do no harm', async () => {
  await new Promise<void>((resolve) => {
    const socket = connect(local.emulator.port, '127.0.0.1', () => socket.end('GARBAGE\r\n\r\n'));
    socket.on('close', () => resolve());
    socket.on('error', () => resolve());
    socket.resume();
  });
  expect((await send('GET', '/v1/jobs')).status).toBe(200);
});

test('any request gets a status below 500', async () => {
  const segment = fc.oneof(
    fc.constantFrom('v1', 'jobs', 'data-sets', 'revisions', 'assets', 'tags', '..', '_emulator', 'faults', 'clock'),
    fc.string(),
    fc.constant('a'.repeat(32)),
  );
  const path = fc.array(segment, { maxLength: 7 }).map((parts) => `/${parts.map(encodeURIComponent).join('/')}`);
  const query = fc.dictionary(
    fc.oneof(fc.constantFrom('maxResults', 'nextToken', 'dataSetId', 'tagKeys', 'X-Amz-Signature'), fc.string()),
    fc.string(),
    { maxKeys: 3 },
  );
  const method = fc.constantFrom('GET', 'POST', 'PATCH', 'DELETE', 'PUT');
  const body = fc.oneof(fc.string(), fc.json());
  await checkProperty(
    fc.asyncProperty(method, path, query, body, async (verb, where, what, text) => {
      const url = `${where}?${new URLSearchParams(what)}`;
      const { status } = await send(verb, url, verb === 'GET' ? undefined : text);
      expect(status).toBeLessThan(500);
    }),
    2_500,
  );
});

test('any body for any operation ends in success or an AWS error', async () => {
  const values = fc.oneof(
    fc.string(),
    fc.constant('a'.repeat(32)),
    fc.boolean(),
    fc.double(),
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom('IMPORT_ASSETS_FROM_S3', '__proto__'),
  );
  const names = fc.constantFrom(
    'Type',
    'Details',
    'ImportAssetsFromS3',
    'ExportRevisionsToS3',
    'AssetSources',
    'Name',
    'Description',
    'AssetType',
    'Tags',
    'tags',
    'Comment',
    'Finalized',
    'RevocationComment',
    'AssetConfiguration',
    '__proto__',
  );
  const body = fc.dictionary(
    names,
    fc.oneof(values, fc.dictionary(names, fc.oneof(values, fc.dictionary(names, values)))),
  );
  await checkProperty(
    fc.asyncProperty(
      fc.constantFrom(...OPERATIONS),
      body,
      fc.constantFrom('a'.repeat(32), 'x', '%00', 'constructor'),
      async (operation, given, id) => {
        const path = operation.path.replace(/:\w+/g, id).replace('*', id);
        const { status, type, text } = await send(
          operation.method,
          path,
          operation.method === 'GET' ? undefined : JSON.stringify(given),
        );
        expect(status).toBeLessThan(500);
        if (status >= 400) {
          expect([type, JSON.parse(text)]).toEqual([
            expect.stringMatching(/Exception$/),
            expect.objectContaining({ Message: expect.any(String) }),
          ]);
        }
      },
    ),
    2_500,
  );
});

test('no bucket name and no key leads out of the buckets', async () => {
  const { dataSetId, revisionId, assetIds } = await local.revisionWith(['payload']);
  const part = fc.oneof(
    fc.constantFrom('..', '.', '', '\0', 'a', 'b', '...', '~', 'C:', '\\..', '%2e%2e', 'n'.repeat(256)),
    fc.string({ unit: 'binary' }),
  );
  const key = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
  const bucket = fc.oneof(
    fc.constantFrom('target', 'target', 'target', '..', '.', '', 'target/..', '.partial', '/etc'),
    fc.string(),
  );
  await checkProperty(
    fc.asyncProperty(bucket, key, async (Bucket, Key) => {
      const job = await local.runJob('EXPORT_ASSETS_TO_S3', {
        ExportAssetsToS3: {
          DataSetId: dataSetId,
          RevisionId: revisionId,
          AssetDestinations: [{ AssetId: assetIds[0]!, Bucket, Key }],
        },
      });
      const back = await local.runJob('IMPORT_ASSETS_FROM_S3', s3Import(dataSetId, revisionId, [Key], Bucket));
      expect(['COMPLETED', 'ERROR']).toContain(job.State);
      // An object that was written can be read, and no other can.
      expect(back.State).toBe(job.State);
      expect(readdirSync(join(local.folder, '..')).filter((name) => name === 'payload')).toEqual([]);
    }),
    30,
  );
});
