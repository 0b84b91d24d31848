import '../support/one-realm';
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { md5Of } from '../../src/job/upload';
import { perform } from '../../src/service/calls';
import { clientFor } from '../../src/service/client';
import { refusalOf } from '../../src/service/errors';
import { upload } from '../../src/service/upload';

/** Uploads over real HTTP. Pauses between tries are left out: nothing here sleeps. */

const waits: number[] = [];
jest.mock('node:timers/promises', () => ({
  setTimeout: async (ms: number) => {
    waits.push(ms);
    now += ms;
  },
}));

const CONTENT = 'station,degrees\nZürich,11.2\n';
const FILE = { property: 'UrlAssetContent', content: CONTENT, md5: md5Of(CONTENT) };
const SIGNATURE = 'X-Amz-Signature=0123456789abcdef';
const START = Date.UTC(2026, 10, 22, 10);
const END = new Date(START + 60_000).toISOString();

type Reply = (response: ServerResponse, request: IncomingMessage) => void;
let now = START;
let server: Server;
let url: string;
/** One for each request; the last one for all that follow. */
let replies: Reply[];
let seen: { method?: string; url?: string; md5?: string | string[]; body: Buffer }[];

beforeAll(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method, url: path, headers } = request;
      seen.push({ method, url: path, md5: headers['content-md5'], body: Buffer.concat(parts) });
      const reply = (replies.length > 1 ? replies.shift() : replies[0]) as Reply;
      reply(response, request);
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/bucket/a.csv?${SIGNATURE}`;
});
beforeEach(() => {
  now = START;
  seen = [];
  waits.length = 0;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

const answer =
  (status: number, code = ''): Reply =>
  (response) =>
    response
      .writeHead(status)
      .end(code && `<Error><Code>${code}</Code><Message>${SIGNATURE} ${CONTENT}</Message></Error>`);
const OK = answer(200);
const RESET: Reply = (_response, request) => request.socket.destroy();
const patience = (): AbortSignal => AbortSignal.timeout(5_000);

const put = (signal = patience(), expiresAt: string | undefined = END, to = url): Promise<void> =>
  upload(FILE, to, expiresAt, { signal, now: () => now });
const trouble = async (work: Promise<void>): Promise<string> => {
  const error = (await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )) as Error | undefined;
  expect(error).toMatchObject({ name: 'UploadFailed' });
  const { message } = error as Error;
  expect(message).toMatch(/^The upload of UrlAssetContent failed: .*\. Create the resource again\.$/);
  for (const secret of [SIGNATURE, 'Zürich', '127.0.0.1']) {
    expect(message).not.toContain(secret);
  }
  return message;
};

it('puts the bytes to the URL as it is, with their digest', async () => {
  replies = [OK];
  await put();
  expect(seen).toEqual([
    {
      method: 'PUT',
      url: `/bucket/a.csv?${SIGNATURE}`,
      md5: createHash('md5').update(Buffer.from(CONTENT, 'utf8')).digest('base64'),
      body: Buffer.from(CONTENT, 'utf8'),
    },
  ]);
  expect(waits).toEqual([]);
});

it.each<[string, Reply[], number]>([
  ['503 twice', [answer(503, 'SlowDown'), answer(503), OK], 3],
  ['500', [answer(500, 'InternalError'), OK], 2],
  ['429', [answer(429), OK], 2],
  ['408', [answer(408), OK], 2],
  ['a reset connection', [RESET, OK], 2],
  ['all of them', [RESET, answer(500), RESET, answer(503), OK], 5],
])('tries again after %s', async (_name, given, requests) => {
  replies = given;
  await put();
  expect(seen).toHaveLength(requests);
  expect(seen.every(({ body }) => body.equals(Buffer.from(CONTENT)))).toBe(true);
});

it.each([
  [403, 'AccessDenied'],
  [403, 'RequestTimeTooSkewed'],
  [400, 'BadDigest'],
  [404, 'NoSuchBucket'],
])('%d %s is final', async (status, code) => {
  replies = [answer(status, code)];
  expect(await trouble(put())).toContain(`HTTP status ${status} (${code})`);
  expect(seen).toHaveLength(1);
});

it('shows no code that is none', async () => {
  replies = [answer(403, `${SIGNATURE}&x`)];
  expect(await trouble(put())).toMatch(/HTTP status 403\. Create/);
});

it.each<[string, Reply, RegExp]>([
  ['faults', answer(503, 'SlowDown'), /HTTP status 503 \(SlowDown\)/],
  ['resets', RESET, /no answer \([A-Z_]+\)/i],
])('ends with the life of the URL: %s', async (_name, reply, reason) => {
  replies = [reply];
  expect(await trouble(put())).toMatch(reason);
  expect(now).toBeLessThan(START + 60_000);
  // a quarter of a second, doubled up to four
  expect(waits.slice(0, 6)).toEqual([250, 500, 1_000, 2_000, 4_000, 4_000]);
  expect(seen).toHaveLength(waits.length + 1);
});

it('of a URL that has ended is tried once: clocks differ', async () => {
  replies = [OK];
  await put(undefined, new Date(START - 1_000).toISOString());
  expect(seen).toHaveLength(1);
  replies = [answer(500)];
  await trouble(put(undefined, new Date(START - 1_000).toISOString()));
  expect(seen).toHaveLength(2);
});

it('ends with the invocation where nobody knows the life of the URL', async () => {
  const invocation = new AbortController();
  replies = [
    (response, request) => {
      if (seen.length === 3) {
        invocation.abort();
      }
      answer(503)(response, request);
    },
  ];
  await trouble(upload(FILE, url, undefined, { signal: invocation.signal, now: () => now }));
  expect(seen).toHaveLength(3);
});

it('is left when the invocation ends while the store says nothing', async () => {
  const invocation = new AbortController();
  replies = [() => invocation.abort()];
  expect(await trouble(put(invocation.signal))).toMatch(/no answer/);
  expect(seen).toHaveLength(1);
});

it('to where nobody listens, or to no URL, ends too, and does not tell the URL', async () => {
  const closed = createServer();
  await new Promise<void>((ready) => closed.listen(0, '127.0.0.1', ready));
  const { port } = closed.address() as AddressInfo;
  await new Promise((done) => closed.close(done));
  for (const to of [`http://127.0.0.1:${port}/x?${SIGNATURE}`, `not a url ${SIGNATURE}`]) {
    now = START;
    expect(await trouble(put(undefined, END, to))).toMatch(/no answer \((ECONNREFUSED|ERR_INVALID_URL)\)/);
  }
});

describe('as a call of the handlers', () => {
  const client = clientFor('CREATE', { region: 'us-east-1', credentials: { accessKeyId: 'A', secretAccessKey: 's' } });
  const call = { call: 'Upload', file: FILE, expiresAt: END } as const;

  it('is accepted', async () => {
    replies = [OK];
    expect(await perform(client, { ...call, url }, patience(), () => now)).toEqual({ call: 'Upload', accepted: true });
  });

  it('is refused for good, in its own words', async () => {
    replies = [answer(403, 'AccessDenied')];
    const error = await perform(client, { ...call, url }, patience(), () => now).catch((thrown: unknown) => thrown);
    expect(refusalOf(error, 'Upload')).toMatchObject({
      kind: 'final',
      code: 'GeneralServiceException',
      message: 'The upload of UrlAssetContent failed: HTTP status 403 (AccessDenied). Create the resource again.',
    });
  });
});
