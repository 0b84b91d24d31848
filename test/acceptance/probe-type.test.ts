import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { SignatureV4 } from '@smithy/signature-v4';
import { unzipSync } from 'fflate';
import { probePackage } from '../../acceptance/registry/package';

/** The handlers of the probe type, as the registry gets them, with an S3 of a few lines. */

const CREDENTIALS = {
  accessKeyId: 'AKIDOFTHEROLE',
  secretAccessKey: 'secret-of-the-role',
  sessionToken: 'session-of-the-role',
};
const BUCKET = 'dx-acceptance-run-probe-type';
const TOKEN = 'bearer-token-of-the-request';

interface Answer {
  readonly status: string;
  readonly resourceModel: { readonly Id: string };
}

let folder: string;
let server: Server;
let handler: (event: object) => Promise<Answer>;
let objects: Map<string, string>;
let badSignatures: string[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'probe-type-'));
  const entries = unzipSync(await probePackage('Acceptancerun::Registry::Probe', BUCKET));
  for (const [name, content] of Object.entries(unzipSync(entries['ResourceProvider.zip'] as Uint8Array))) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  handler = require(join(folder, 'dist', 'handlers.js')).entrypoint;
  server = createServer(async (request, response) => {
    const body = await text(request);
    if ((await signatureOf(request, body)) !== request.headers.authorization) {
      badSignatures.push(`${request.method} ${request.url}`);
    }
    const { pathname, searchParams } = new URL(request.url as string, 'http://localhost');
    const key = pathname.slice(`/${BUCKET}/`.length);
    if (key === '') {
      const found = [...objects.keys()].filter((name) => name.startsWith(searchParams.get('prefix') as string));
      response.end(found.map((name) => `<Key>${name}</Key>`).join(''));
    } else if (request.method === 'GET') {
      response.statusCode = objects.has(key) ? 200 : 404;
      response.end(objects.get(key));
    } else {
      request.method === 'PUT' ? objects.set(key, body) : objects.delete(key);
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env.AWS_ENDPOINT_URL_S3 = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => {
  objects = new Map();
  badSignatures = [];
});

afterAll(() => {
  delete process.env.AWS_ENDPOINT_URL_S3;
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

test('they make, read, list and delete, as a type should', async () => {
  const made = await handler(event('CREATE', { Name: 'one', Count: 1 }));
  expect(made).toMatchObject({ status: 'SUCCESS', resourceModel: { Name: 'one', Count: 1, Made: 'by CREATE' } });
  const { Id } = made.resourceModel;
  expect(await handler(event('READ', { Id }))).toEqual(made);
  expect(await handler(event('LIST', {}))).toEqual({ status: 'SUCCESS', resourceModels: [made.resourceModel] });
  expect(await handler(event('DELETE', { Id }))).toEqual({ status: 'SUCCESS' });
  expect(await handler(event('READ', { Id }))).toMatchObject({ status: 'FAILED', errorCode: 'NotFound' });
});

test('each call takes the next step of the script, and the last ones succeed', async () => {
  const steps = [{ event: { status: 'IN_PROGRESS' } }, { event: { status: 'FAILED', errorCode: 'Throttling' } }];
  const create = event('CREATE', { Name: 'steps', Script: JSON.stringify({ CREATE: steps }) });
  const answers = [await handler(create), await handler(create), await handler(create)];
  expect(answers.map(({ status }) => status)).toEqual(['IN_PROGRESS', 'FAILED', 'SUCCESS']);
});

test('a compressed event is read, and known by its record', async () => {
  const packed = gzipSync(JSON.stringify(event('CREATE', { Name: 'packed' }))).toString('base64');
  const answer = await handler({ __COMPRESSED__: packed, __COMPRESSION_METHOD__: 'gzip_base64' });
  expect(answer.status).toBe('SUCCESS');
  expect(records()).toMatchObject([{ compressed: true, operation: 'CREATE' }]);
});

test('no credentials and no token are written down', async () => {
  await handler(event('CREATE', { Name: 'quiet', Unreadable: 'x' }));
  const written = [...objects].join();
  const secrets = [...Object.values(CREDENTIALS), TOKEN];
  expect(secrets.filter((secret) => written.includes(secret))).toEqual([]);
  expect(records()).toMatchObject([{ event: { requestData: { callerCredentials: 'given' } } }]);
});

test('requests are signed as the SDK signs them', async () => {
  const made = await handler(event('CREATE', { Name: 'signed' }));
  await handler(event('DELETE', { Id: made.resourceModel.Id }));
  expect(badSignatures).toEqual([]);
});

function event(action: string, resourceProperties: object) {
  const requestData = { resourceProperties, callerCredentials: CREDENTIALS };
  return { action, region: 'us-east-1', bearerToken: TOKEN, callbackContext: null, requestData };
}

function records(): unknown[] {
  return [...objects].filter(([key]) => key.startsWith('events/')).map(([, content]) => JSON.parse(content));
}

async function signatureOf({ method, url, headers }: IncomingMessage, body: string): Promise<string | undefined> {
  const { pathname, searchParams } = new URL(url as string, 'http://localhost');
  const signer = new SignatureV4({
    service: 's3',
    region: 'us-east-1',
    credentials: CREDENTIALS,
    uriEscapePath: false,
    sha256: Sha256,
  });
  const time = String(headers['x-amz-date']).replace(/^(....)(..)(..T..)(..)/, '$1-$2-$3:$4:');
  const request = {
    method: method as string,
    protocol: 'http:',
    hostname: '127.0.0.1',
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: { host: String(headers.host) },
    body,
  };
  return (await signer.sign(request, { signingDate: new Date(time) })).headers.authorization;
}

/** The hash that the signer wants. */
class Sha256 {
  private readonly hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Uint8Array);
  }

  update(data: Uint8Array): void {
    this.hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }

  reset(): void {}
}
