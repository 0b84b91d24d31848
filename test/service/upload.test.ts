import '../support/one-realm';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { md5Of } from '../../src/job/upload';
import { upload } from '../../src/service/upload';
import { cutConnection, type Reply, text, useServer } from './support/local-server';

/** Uploads over real HTTP. The pauses between tries pass on a clock of the test. */

const START = Date.UTC(2026, 10, 22, 10);
const END = new Date(START + 60_000).toISOString();
const pauses: number[] = [];
let now = START;
jest.mock('node:timers/promises', () => ({
  setTimeout: async (milliseconds: number) => {
    pauses.push(milliseconds);
    now += milliseconds;
  },
}));

const CONTENT = 'station,degrees\nZürich,11.2\n';
const FILE = { property: 'UrlAssetContent', bytes: Buffer.from(CONTENT) };
const SIGNATURE = 'X-Amz-Signature=0123456789abcdef';
const PATH = `/bucket/a.csv?${SIGNATURE}`;
const server = useServer();

beforeEach(() => {
  now = START;
  pauses.length = 0;
});

interface Options {
  readonly url?: string;
  readonly expiresAt?: string | null;
  readonly signal?: AbortSignal;
}

function put({ url = server.url + PATH, expiresAt = END, signal = AbortSignal.timeout(5_000) }: Options = {}) {
  return upload(FILE, url, expiresAt ?? undefined, { signal, now: () => now });
}

/** Why an upload failed. Its message holds neither the URL nor the content. */
async function failureOf(work: Promise<void>): Promise<string> {
  const error: unknown = await work.catch((thrown) => thrown);
  expect(error).toMatchObject({ name: 'UploadFailed' });
  const { message } = error as Error;
  expect(message).not.toMatch(new RegExp(`${SIGNATURE}|Zürich|127\\.0\\.0\\.1`));
  const [, reason] = /^The upload of UrlAssetContent failed: (.*)\. Create the resource again\.$/.exec(message) ?? [];
  return reason ?? `an unexpected message: ${message}`;
}

function storeError(status: number, code: string): Reply {
  return text(status, `<Error><Code>${code}</Code><Message>${SIGNATURE} ${CONTENT}</Message></Error>`);
}

const DONE = text(200, '');
const BUSY = storeError(503, 'SlowDown');

it('puts the bytes to the URL as it is, with their digest', async () => {
  server.replyWith(DONE);
  await put();
  expect(server.seen).toMatchObject([
    { line: `PUT ${PATH}`, headers: { 'content-md5': md5Of(CONTENT) }, body: CONTENT },
  ]);
  expect(pauses).toEqual([]);
});

it.each<[string, Reply[]]>([
  ['503 twice', [BUSY, BUSY, DONE]],
  ['500', [text(500, ''), DONE]],
  ['429', [text(429, ''), DONE]],
  ['408', [text(408, ''), DONE]],
  ['a cut connection', [cutConnection, DONE]],
])('tries again after %s', async (_name, replies) => {
  server.replyWith(...replies);
  await put();
  expect(server.seen.map(({ body }) => body)).toEqual(replies.map(() => CONTENT));
});

it.each([
  [403, 'AccessDenied', 'HTTP status 403 (AccessDenied)'],
  [400, 'BadDigest', 'HTTP status 400 (BadDigest)'],
  [403, `${SIGNATURE}&x`, 'HTTP status 403'],
])('does not try again after %d %s', async (status, code, reason) => {
  server.replyWith(storeError(status, code));
  expect(await failureOf(put())).toBe(reason);
  expect(server.seen).toHaveLength(1);
});

it.each<[string, Reply, RegExp]>([
  ['503', BUSY, /^HTTP status 503 \(SlowDown\)$/],
  ['a cut connection', cutConnection, /^no answer \([A-Z_]+\)$/],
])('tries again after %s for as long as the URL is valid', async (_name, reply, reason) => {
  server.replyWith(reply);
  expect(await failureOf(put())).toMatch(reason);
  expect(now).toBeLessThan(START + 60_000);
  expect(now).toBeGreaterThan(START + 55_000);
  // a quarter of a second, doubled up to four
  expect(pauses.slice(0, 6)).toEqual([250, 500, 1_000, 2_000, 4_000, 4_000]);
  expect(server.seen).toHaveLength(pauses.length + 1);
});

it('tries once if the URL is no longer valid: clocks differ', async () => {
  const expiresAt = new Date(START - 1_000).toISOString();
  server.replyWith(DONE);
  await put({ expiresAt });
  server.replyWith(text(500, ''));
  expect(await failureOf(put({ expiresAt }))).toBe('HTTP status 500');
  expect(server.seen).toHaveLength(1);
});

it('ends with the invocation if nobody knows how long the URL is valid', async () => {
  const invocation = new AbortController();
  server.replyWith(BUSY, BUSY, (response, request) => {
    invocation.abort();
    BUSY(response, request);
  });
  await failureOf(put({ expiresAt: null, signal: invocation.signal }));
  expect(server.seen).toHaveLength(3);
});

it('ends with the invocation while the store says nothing', async () => {
  const invocation = new AbortController();
  server.replyWith(() => invocation.abort());
  expect(await failureOf(put({ signal: invocation.signal }))).toBe('no answer (AbortError)');
  expect(server.seen).toHaveLength(1);
});

it('ends where nobody listens, and at what is no URL', async () => {
  const closed = createServer();
  await new Promise<void>((ready) => closed.listen(0, '127.0.0.1', ready));
  const { port } = closed.address() as AddressInfo;
  await new Promise((done) => closed.close(done));
  expect(await failureOf(put({ url: `http://127.0.0.1:${port}${PATH}` }))).toBe('no answer (ECONNREFUSED)');
  now = START;
  expect(await failureOf(put({ url: `no url ${SIGNATURE}` }))).toBe('no answer (ERR_INVALID_URL)');
});
