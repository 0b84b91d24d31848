import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { OPERATIONS } from '../../emulator/operations/operations';
import { AUTHORIZATION, type Local, openLocal, s3Import } from './support';

/** Printed with every failure by fast-check; set FUZZ_SEED to play one again, FUZZ_RUNS for more of them. */
const seed = process.env.FUZZ_SEED === undefined ? Date.now() % 2 ** 31 : Number(process.env.FUZZ_SEED);
const runs = { seed, numRuns: Number(process.env.FUZZ_RUNS ?? 60) };

let local: Local;
beforeAll(async () => {
  local = await openLocal();
});
afterAll(async () => {
  // Whatever came in, nothing went wrong that the emulator did not expect, and nothing left the buckets.
  expect(local.log).toEqual([]);
  expect(
    readdirSync(local.folder)
      .filter((name) => !name.startsWith('.'))
      .sort(),
  ).toEqual(['source', 'target']);
  await local.close();
});

async function answer(method: string, path: string, body?: string, headers: Record<string, string> = {}) {
  const response = await local.raw(method, path, body, headers);
  const text = await response.text();
  return { status: response.status, type: response.headers.get('x-amzn-errortype'), text };
}

/** Any path, as raw as a socket takes it: fetch would tidy it up. */
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

describe('who may ask', () => {
  test.each([
    ['nobody', undefined, 'MissingAuthenticationTokenException'],
    ['somebody without a scope', 'Bearer token', 'IncompleteSignatureException'],
    ['somebody of another service', AUTHORIZATION.replace('dataexchange', 's3'), 'InvalidSignatureException'],
  ])('%s is refused with 403', async (_who, authorization, type) => {
    const response = await fetch(`${local.emulator.url}/v1/jobs`, { headers: authorization ? { authorization } : {} });
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([403, type]);
    expect(await response.json()).toMatchObject({ Message: expect.any(String), message: expect.any(String) });
  });

  test('the script can let anybody in', async () => {
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
])('%s %s is no operation', async (method, path) => {
  expect(await answer(method, path)).toMatchObject({ status: 404, type: 'UnknownOperationException' });
});

test('an operation that is not here is told by its name', async () => {
  const { status, type, text } = await answer('POST', '/v1/event-actions', '{}');
  expect([status, type]).toEqual([404, 'UnknownOperationException']);
  expect(text).toContain('CreateEventAction');
});

test.each([
  ['no JSON', '{"Type": ', 'SerializationException'],
  ['no object', '[1]', 'SerializationException'],
  ['a bare word', 'null', 'SerializationException'],
  ['nested deep', `${'{"Details":'.repeat(20_000)}1${'}'.repeat(20_000)}`, 'SerializationException'],
  ['a list nested deep', `{"Details":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 'SerializationException'],
  ['a prototype', '{"__proto__":{"Type":"IMPORT_ASSETS_FROM_S3","Details":{}}}', 'ValidationException'],
  ['a name of Object.prototype', '{"Type":"constructor","Details":{"constructor":{}}}', 'ValidationException'],
  ['numbers', '{"Type":1e999,"Details":99999999999999999999999}', 'ValidationException'],
  ['nulls', '{"Type":null,"Details":null}', 'ValidationException'],
])('a body with %s', async (_what, body, type) => {
  expect(await answer('POST', '/v1/jobs', body)).toMatchObject({ status: 400, type });
});

test.each([1, 20])('a body too large: %d MiB', async (size) => {
  expect(await answer('POST', '/v1/jobs', JSON.stringify({ Type: 'x'.repeat(size * 2 ** 20) }))).toMatchObject({
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
  '/v1/jobs//',
  '/tags/',
])('the path %s', async (path) => {
  const { status, type } = await rawPath('GET', path);
  expect([400, 404]).toContain(status);
  expect(type).toMatch(/Exception$/);
});

test('an id that is none is 400, or 404 if the script says so', async () => {
  expect(await answer('GET', '/v1/jobs/short')).toMatchObject({ status: 400, type: 'ValidationException' });
  local.emulator.setFaults({ assumptions: { malformedId: '404' } });
  expect(await answer('GET', '/v1/jobs/short')).toMatchObject({ status: 404, type: 'ResourceNotFoundException' });
  local.emulator.setFaults({});
});

test('the body cannot say otherwise than the path', async () => {
  const dataSetId = await local.newDataSet();
  const { status, text } = await answer(
    'POST',
    `/v1/data-sets/${dataSetId}/revisions`,
    JSON.stringify({ DataSetId: '0'.repeat(32) }),
  );
  expect(status).toBe(201);
  expect(JSON.parse(text)).toMatchObject({ DataSetId: dataSetId });
});

test('members that the model does not have are dropped, not echoed', async () => {
  const { dataSetId, revisionId } = await local.revisionWith([]);
  const details = s3Import(dataSetId, revisionId, ['a']).ImportAssetsFromS3!;
  const body = {
    Type: 'IMPORT_ASSETS_FROM_S3',
    Details: { ImportAssetsFromS3: { ...details, Extra: { a: 1 } }, Unknown: 1 },
    More: 1,
  };
  const { status, text } = await answer('POST', '/v1/jobs', JSON.stringify(body));
  expect(status).toBe(201);
  expect(JSON.parse(text).Details).toEqual({ ImportAssetsFromS3: details });
});

test('what is no HTTP does no harm', async () => {
  await new Promise<void>((resolve) => {
    const socket = connect(local.emulator.port, '127.0.0.1', () => socket.end('GARBAGE\r\n\r\n'));
    socket.on('close', () => resolve());
    socket.on('error', () => resolve());
    socket.resume();
  });
  expect((await answer('GET', '/v1/jobs')).status).toBe(200);
});

test('any request whatever gets an answer below 500', async () => {
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
  await fc.assert(
    fc.asyncProperty(method, path, query, body, async (verb, where, what, text) => {
      const url = `${where}?${new URLSearchParams(what)}`;
      const { status } = await answer(verb, url, verb === 'GET' ? undefined : text);
      expect(status).toBeLessThan(500);
    }),
    runs,
  );
});

test('any body for any operation gets an AWS error or success', async () => {
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
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...OPERATIONS),
      body,
      fc.constantFrom('a'.repeat(32), 'x', '%00', 'constructor'),
      async (operation, given, id) => {
        const path = operation.path.replace(/:\w+/g, id).replace('*', id);
        const { status, type, text } = await answer(
          operation.method,
          path,
          operation.method === 'GET' ? undefined : JSON.stringify(given),
        );
        expect(status).toBeLessThan(500);
        if (status >= 400)
          expect([type, JSON.parse(text)]).toEqual([
            expect.stringMatching(/Exception$/),
            expect.objectContaining({ message: expect.any(String) }),
          ]);
      },
    ),
    runs,
  );
});

test('no key leaves the buckets, whatever it is', async () => {
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
  await fc.assert(
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
      // What could be written can be read, and nothing else can.
      expect(back.State).toBe(job.State);
      expect(readdirSync(join(local.folder, '..')).filter((name) => name === 'payload')).toEqual([]);
    }),
    { ...runs, numRuns: Math.ceil(runs.numRuns / 2) },
  );
});
