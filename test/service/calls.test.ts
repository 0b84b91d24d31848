import '../support/one-realm';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Call, Operation, Outcome } from '../../src/decision/steps';
import { createJobInput } from '../../src/job/translate';
import { budgetFor, within } from '../../src/service/budget';
import { perform } from '../../src/service/calls';
import { clientFor } from '../../src/service/client';
import { refusalOf } from '../../src/service/errors';
import { JOB_ID, MINIMAL } from '../job/examples';

/** The calls over the real SDK and real HTTP: what the SDK makes of answers is what this room has to bear. */

type Reply = (response: ServerResponse, request: IncomingMessage) => void;

let server: Server;
let reply: Reply;
let seen: string[];

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    request.resume().on('end', () => reply(response, request));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  process.env.AWS_ENDPOINT_URL_DATAEXCHANGE = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  seen = [];
});
afterAll(async () => {
  delete process.env.AWS_ENDPOINT_URL_DATAEXCHANGE;
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Reply =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const body =
  (status: number, text: string): Reply =>
  (response) =>
    response.writeHead(status, { 'content-type': 'text/html' }).end(text);

const GET: Call = { call: 'GetJob', jobId: JOB_ID };
const CREATE: Call = { call: 'CreateJob', input: createJobInput(MINIMAL.IMPORT_ASSETS_FROM_S3) };
const caller = { region: 'us-east-1', credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' } };

/** One call, with an error turned into its refusal as the handlers do. */
async function call(
  step: Call,
  operation: Operation = 'CREATE',
  signal = AbortSignal.timeout(2_000),
): Promise<Outcome> {
  try {
    return await perform(clientFor(operation, caller), step, signal);
  } catch (error) {
    return { call: step.call, refusal: refusalOf(error, step.call) };
  }
}

const refusal = (outcome: Outcome): string =>
  'refusal' in outcome ? `${outcome.refusal.kind} ${outcome.refusal.code}` : 'none';

const JOB = { Id: JOB_ID, State: 'WAITING', Type: 'IMPORT_ASSETS_FROM_S3', CreatedAt: '2026-11-22T10:00:00.000Z' };

describe('a job', () => {
  it('comes without SDK types: times as text, no nulls, no metadata', async () => {
    const Details = {
      ImportAssetFromSignedUrl: { SignedUrl: null, SignedUrlExpiresAt: '2026-11-22T10:01:00Z', DataSetId: 'd' },
    };
    reply = json(200, { ...JOB, UpdatedAt: null, Errors: null, Details });
    expect(await call(GET)).toEqual({
      call: 'GetJob',
      job: {
        ...JOB,
        Details: { ImportAssetFromSignedUrl: { SignedUrlExpiresAt: '2026-11-22T10:01:00.000Z', DataSetId: 'd' } },
      },
    });
    expect(seen).toEqual([`GET /v1/jobs/${JOB_ID}`]);
  });

  it.each<[string, Reply]>([
    ['an empty body', body(200, '')],
    ['an empty object', json(200, {})],
    ['null', body(200, 'null')],
    ['a list', body(200, '[]')],
    ['no id', json(200, { State: 'WAITING' })],
    ['no state', json(200, { Id: JOB_ID })],
    ['HTML', body(200, '<html>')],
    ['half of JSON', body(200, '{"Id":')],
    ['times as numbers', json(200, { ...JOB, CreatedAt: 1_700_000_000 })],
    ['HTML 503', body(503, '<html>Service Unavailable</html>')],
    ['HTML 500', body(500, '<html>')],
    ['empty 500', body(500, '')],
  ])('%s is a fault of the service', async (_name, answer) => {
    reply = answer;
    expect(refusal(await call(GET))).toBe('fault ServiceInternalError');
  });

  it.each<[string, Reply, string]>([
    ['HTML 429', body(429, '<html>'), 'fault Throttling'],
    ['HTML 403', body(403, '<html>'), 'final AccessDenied'],
    ['HTML 404', body(404, '<html>'), 'absent NotFound'],
    [
      '404 of the job',
      json(404, { Message: 'no', ResourceType: 'JOB' }, { 'x-amzn-errortype': 'ResourceNotFoundException' }),
      'absent NotFound',
    ],
    ['409', json(409, { Message: 'no' }, { 'x-amzn-errortype': 'ConflictException:' }), 'conflict ResourceConflict'],
    [
      '402',
      json(
        402,
        { Message: 'no', LimitName: 'x', LimitValue: 3 },
        { 'x-amzn-errortype': 'ServiceLimitExceededException' },
      ),
      'quota ServiceLimitExceeded',
    ],
    ['expired', json(403, { message: 'no', __type: 'ExpiredTokenException' }), 'fault InvalidCredentials'],
    ['a cut connection', (response) => response.destroy(), 'fault NetworkFailure'],
    [
      'a body that is cut off',
      (response) => response.writeHead(200, { 'content-length': '500' }).write('{"Id"', () => response.destroy()),
      'fault ServiceInternalError',
    ],
  ])('%s → %s', async (_name, answer, expected) => {
    reply = answer;
    expect(refusal(await call(GET))).toBe(expected);
  });

  it('is told of a limit through the SDK, though StartJob does not model it', async () => {
    reply = json(
      402,
      { Message: 'full', LimitName: 'Concurrent', LimitValue: 10 },
      { 'x-amzn-errortype': 'ServiceLimitExceededException' },
    );
    expect(await call({ call: 'StartJob', jobId: JOB_ID })).toMatchObject({
      refusal: { kind: 'quota', limitValue: 10 },
    });
  });
});

describe('the other calls', () => {
  it('start and cancel take an empty answer', async () => {
    reply = (response) => response.writeHead(202).end();
    expect(await call({ call: 'StartJob', jobId: JOB_ID })).toEqual({ call: 'StartJob', accepted: true });
    reply = (response) => response.writeHead(204).end();
    expect(await call({ call: 'CancelJob', jobId: JOB_ID })).toEqual({ call: 'CancelJob', accepted: true });
    expect(seen).toEqual([`PATCH /v1/jobs/${JOB_ID}`, `DELETE /v1/jobs/${JOB_ID}`]);
  });

  it('list passes filters and tokens both ways', async () => {
    reply = json(200, { Jobs: [{ ...JOB, UpdatedAt: JOB.CreatedAt }], NextToken: 'more/=' });
    const page = await call(
      { call: 'ListJobs', dataSetId: 'd', revisionId: 'r', maxResults: 7, nextToken: 'a b' },
      'LIST',
    );
    expect(page).toMatchObject({ jobs: [{ Id: JOB_ID }], nextToken: 'more/=' });
    const query = new URL(`http://x${seen[0]?.slice('GET '.length)}`).searchParams;
    expect(Object.fromEntries(query)).toEqual({ dataSetId: 'd', revisionId: 'r', maxResults: '7', nextToken: 'a b' });
  });

  it.each([[{ Jobs: null }], [{}], [{ Jobs: [], NextToken: '' }]])('an empty list is one: %j', async (page) => {
    reply = json(200, page);
    expect(await call({ call: 'ListJobs' }, 'LIST')).toEqual({ call: 'ListJobs', jobs: [], nextToken: undefined });
  });
});

describe('how often', () => {
  it.each<[Operation, Call, number]>([
    ['CREATE', CREATE, 1],
    ['CREATE', GET, 1],
    ['UPDATE', { call: 'StartJob', jobId: JOB_ID }, 1],
    ['DELETE', { call: 'CancelJob', jobId: JOB_ID }, 1],
    ['READ', GET, 3],
  ])('%s: %j is tried %d times', async (operation, step, times) => {
    reply = json(429, { Message: 'slow' }, { 'x-amzn-errortype': 'ThrottlingException' });
    const outcome = await call(step, operation, AbortSignal.timeout(4_000));
    expect(refusal(outcome)).toMatch(/Throttling|ServiceLimitExceeded/);
    expect(seen).toHaveLength(times);
  });
});

describe('the budget', () => {
  it('ends a call to a server that says nothing', async () => {
    reply = () => {};
    const began = Date.now();
    expect(refusal(await call(GET, 'READ', AbortSignal.timeout(60)))).toBe('fault NetworkFailure');
    expect(Date.now() - began).toBeLessThan(1_000);
  });

  it('ends a wait that Retry-After asks for', async () => {
    reply = json(503, {}, { 'retry-after': '1' });
    const began = Date.now();
    expect(refusal(await call(GET, 'READ', AbortSignal.timeout(100)))).toBe('fault NetworkFailure');
    expect(Date.now() - began).toBeLessThan(900);
  });

  it('that is used up makes no call', async () => {
    expect(refusal(await call(GET, 'READ', AbortSignal.abort(new DOMException('late', 'TimeoutError'))))).toBe(
      'fault NetworkFailure',
    );
    expect(seen).toEqual([]);
  });

  it('does not hold what came in time, and leaves no listener', async () => {
    const { signal } = new AbortController();
    const listeners = jest.spyOn(signal, 'removeEventListener');
    await expect(within(signal, async () => 7)).resolves.toBe(7);
    await expect(within(signal, async () => Promise.reject(new Error('own')))).rejects.toThrow('own');
    expect(listeners).toHaveBeenCalledTimes(2);
  });

  it('is smaller than CloudFormation’s patience by room for the log', () => {
    const spy = jest.spyOn(AbortSignal, 'timeout');
    for (const operation of ['CREATE', 'READ', 'UPDATE', 'DELETE', 'LIST'] as const) {
      budgetFor(operation);
      const most = operation === 'READ' || operation === 'LIST' ? 25_000 : 45_000;
      expect(spy.mock.lastCall?.[0]).toBeLessThanOrEqual(most - 2_000);
    }
    spy.mockRestore();
  });
});
