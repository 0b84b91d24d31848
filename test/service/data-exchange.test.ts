import '../support/one-realm';
import { setTimeout as pause } from 'node:timers/promises';
import { createJobInput } from '../../src/job/translate';
import { Refusal } from '../../src/operations/exchange';
import type { OperationName } from '../../src/operations/request';
import { budgetFor, within } from '../../src/service/budget';
import { clientFor } from '../../src/service/client';
import { DataExchange } from '../../src/service/data-exchange';
import { JOB_ID, MAXIMAL, REVISION, SECRET } from '../job/examples';
import { cutConnection, json, type Reply, text, useServer } from './support/local-server';

/** The port over the real SDK and real HTTP. */

const server = useServer();
const lines: unknown[] = [];
const NOW = Date.UTC(2026, 10, 22, 10);

beforeAll(() => {
  process.env.AWS_ENDPOINT_URL_DATAEXCHANGE = server.url;
});
beforeEach(() => {
  lines.length = 0;
});
afterAll(() => {
  delete process.env.AWS_ENDPOINT_URL_DATAEXCHANGE;
});

function exchangeFor(operation: OperationName = 'CREATE', signal = AbortSignal.timeout(10_000)): DataExchange {
  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' };
  const log = (...line: unknown[]): void => void lines.push(line);
  return new DataExchange(clientFor(operation, { region: 'us-east-1', credentials }), { signal, now: () => NOW, log });
}

/** Why a call is refused. @throws whatever is no refusal */
async function refusalOf(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown) => thrown,
  );
  if (!(error instanceof Refusal)) {
    throw error ?? new Error('the call was not refused');
  }
  return `${error.kind} ${error.errorCode}`;
}

const JOB = {
  Id: JOB_ID,
  State: 'ERROR',
  CreatedAt: '2026-11-22T10:00:00.000Z',
  Errors: [{ Code: 'X', Message: 'y' }],
};
const ARN = `arn:aws:dataexchange:us-east-1:123456789012:data-sets/data-set/revisions/${REVISION}`;
const SEEN = { Id: REVISION, Arn: ARN, CreatedAt: '2026-11-22T10:00:00.000Z', Finalized: true };
const PAGE_OF_JOBS = { jobs: [JOB], nextToken: '/=' };
const NAME = { dataSetId: 'data-set', revisionId: REVISION };
const OF_DATA_SET = '/v1/data-sets/data-set/revisions';
const INPUT = createJobInput(MAXIMAL.IMPORT_ASSET_FROM_API_GATEWAY_API);
const FILE = { property: 'UrlAssetContent', bytes: Buffer.from(SECRET) };
const SIGNED_PATH = '/bucket/a.csv?X-Amz-Signature=abc';

describe('a call sends one request, and returns what the service says as plain data', () => {
  type Call = (exchange: DataExchange) => Promise<unknown>;
  const ofRevision = `${OF_DATA_SET}/${REVISION}`;
  const tagPath = `/tags/${encodeURIComponent(ARN)}`;
  const tags = { key: 'value' };
  const page = { dataSetId: 'd', revisionId: 'r', maxResults: 7, nextToken: 'a b' };
  const pagePath = '/v1/jobs?dataSetId=d&maxResults=7&nextToken=a%20b&revisionId=r';
  const commented = { Comment: 'Prices', Tags: tags };

  it.each<[name: string, call: Call, request: string, sent: unknown, reply: unknown, result: unknown]>([
    ['CreateJob', (to) => to.createJob(INPUT), 'POST /v1/jobs', INPUT, JOB, JOB],
    ['GetJob', (to) => to.getJob(JOB_ID), `GET /v1/jobs/${JOB_ID}`, '', JOB, JOB],
    ['StartJob', (to) => to.startJob(JOB_ID), `PATCH /v1/jobs/${JOB_ID}`, '', '', undefined],
    ['CancelJob', (to) => to.cancelJob(JOB_ID), `DELETE /v1/jobs/${JOB_ID}`, '', '', undefined],
    ['ListJobs', (to) => to.listJobs(page), `GET ${pagePath}`, '', { Jobs: [JOB], NextToken: '/=' }, PAGE_OF_JOBS],
    [
      'ListDataSetRevisions',
      (to) => to.listRevisions('d', { maxResults: 7, nextToken: 'x' }),
      'GET /v1/data-sets/d/revisions?maxResults=7&nextToken=x',
      '',
      { Revisions: [SEEN], NextToken: 'y' },
      { revisions: [SEEN], nextToken: 'y' },
    ],
    [
      'CreateRevision',
      (to) => to.createRevision('data-set', 'Prices', tags),
      `POST ${OF_DATA_SET}`,
      commented,
      SEEN,
      SEEN,
    ],
    ['GetRevision', (to) => to.getRevision(NAME), `GET ${ofRevision}`, '', SEEN, SEEN],
    [
      'UpdateRevision',
      (to) => to.updateRevision(NAME, { comment: '', finalized: true }),
      `PATCH ${ofRevision}`,
      { Comment: '', Finalized: true },
      SEEN,
      SEEN,
    ],
    [
      'RevokeRevision',
      (to) => to.revokeRevision(NAME, 'Wrong values.'),
      `POST ${ofRevision}/revoke`,
      { RevocationComment: 'Wrong values.' },
      SEEN,
      undefined,
    ],
    [
      'ListRevisionAssets',
      (to) => to.listAssets(NAME, { maxResults: 7 }),
      `GET ${ofRevision}/assets?maxResults=7`,
      '',
      { Assets: [{ Id: 'a', Name: 'a.csv' }] },
      { assets: [{ Id: 'a', Name: 'a.csv' }], nextToken: undefined },
    ],
    [
      'UntagResource',
      (to) => to.untagResource(ARN, ['one', 'two']),
      `DELETE ${tagPath}?tagKeys=one&tagKeys=two`,
      '',
      '',
      undefined,
    ],
    ['DeleteRevision', (to) => to.deleteRevision(NAME), `DELETE ${ofRevision}`, '', '', undefined],
    ['TagResource', (to) => to.tagResource(ARN, tags), `POST ${tagPath}`, { tags }, '', undefined],
    [
      'Upload',
      (to) => to.upload(FILE, server.url + SIGNED_PATH, undefined),
      `PUT ${SIGNED_PATH}`,
      SECRET,
      '',
      undefined,
    ],
  ])('%s', async (name, call, request, sent, reply, result) => {
    server.replyWith(reply === '' ? text(200, '') : json(200, reply));
    expect(await call(exchangeFor())).toEqual(result);
    const requests = server.seen.map(({ line, body }) => [line, body.startsWith('{') ? JSON.parse(body) : body]);
    expect(requests).toEqual([[request, sent]]);
    expect(lines).toEqual([[name, expect.anything()]]);
    expect(JSON.stringify(lines)).not.toMatch(new RegExp(`${SECRET}|X-Amz-Signature`));
  });
});

describe('a call is one line in the log', () => {
  it('with the job and its state, where it was about one', async () => {
    server.replyWith(json(200, JOB));
    const exchange = exchangeFor();
    await exchange.getJob(JOB_ID);
    await exchange.startJob(JOB_ID);
    server.replyWith(json(200, SEEN));
    await exchange.getRevision(NAME);
    expect(lines).toEqual([
      ['GetJob', { jobId: JOB_ID, state: 'ERROR' }],
      ['StartJob', { jobId: JOB_ID }],
      ['GetRevision', {}],
    ]);
  });

  it('also when it is refused', async () => {
    server.replyWith(json(403, { Message: 'no' }, { 'x-amzn-errortype': 'AccessDeniedException' }));
    await refusalOf(exchangeFor().startJob(JOB_ID));
    const reason = expect.stringContaining('StartJob was refused: AccessDeniedException: no');
    expect(lines).toEqual([['StartJob', { jobId: JOB_ID, refused: 'AccessDenied', reason }]]);
  });

  it('also when an upload is refused, in its own words', async () => {
    server.replyWith(text(403, `<Error><Code>AccessDenied</Code><Message>${SECRET}</Message></Error>`));
    const upload = exchangeFor().upload(FILE, server.url + SIGNED_PATH, undefined);
    expect(await refusalOf(upload)).toBe('permanent GeneralServiceException');
    const reason = 'The upload of UrlAssetContent failed: HTTP status 403 (AccessDenied). Create the resource again.';
    expect(lines).toEqual([['Upload', { refused: 'GeneralServiceException', reason }]]);
  });

  it('also when the handler itself fails, with the error', async () => {
    const broken = {
      Details: {},
      get Type(): never {
        throw new TypeError('a bug');
      },
    };
    expect(await refusalOf(exchangeFor().createJob(broken))).toBe('permanent InternalFailure');
    expect(lines).toEqual([['CreateJob', expect.objectContaining({ error: expect.any(TypeError) })]]);
  });
});

describe('the budget of an invocation', () => {
  it('ends a call to a server that says nothing', async () => {
    server.replyWith(() => {});
    expect(await refusalOf(exchangeFor('READ', AbortSignal.timeout(50)).getJob(JOB_ID))).toBe(
      'transient NetworkFailure',
    );
  });

  it('ends a wait that Retry-After asks for', async () => {
    server.replyWith(json(503, {}, { 'retry-after': '1' }));
    const refusal = refusalOf(exchangeFor('READ', AbortSignal.timeout(50)).getJob(JOB_ID));
    const stillWaiting = pause(800, 'still waiting', { ref: false });
    expect(await Promise.race([refusal, stillWaiting])).toBe('transient NetworkFailure');
  });

  it('that is used up makes no call', async () => {
    server.replyWith(json(200, JOB));
    const late = AbortSignal.abort(new DOMException('late', 'TimeoutError'));
    expect(await refusalOf(exchangeFor('READ', late).getJob(JOB_ID))).toBe('transient NetworkFailure');
    expect(server.seen).toEqual([]);
  });

  it('leaves no listener behind, whatever came of the call', async () => {
    const { signal } = new AbortController();
    const [added, removed] = [jest.spyOn(signal, 'addEventListener'), jest.spyOn(signal, 'removeEventListener')];
    await expect(within(signal, async () => 7)).resolves.toBe(7);
    await expect(within(signal, async () => Promise.reject(new Error('own')))).rejects.toThrow('own');
    expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(
      added.mock.calls.map(([, listener]) => listener),
    );
  });

  it.each<[OperationName, number]>([
    ['READ', 25_000],
    ['LIST', 25_000],
    ['CREATE', 45_000],
    ['UPDATE', 45_000],
    ['DELETE', 45_000],
  ])('of %s leaves the delivery of the log two of its %d ms', (operation, most) => {
    const timeout = jest.spyOn(AbortSignal, 'timeout');
    budgetFor(operation);
    expect(timeout.mock.lastCall?.[0]).toBeLessThanOrEqual(most - 2_000);
    timeout.mockRestore();
  });
});

describe('what the service returns', () => {
  it('is free of nulls and of the SDK’s types', async () => {
    const signed = { SignedUrl: null, SignedUrlExpiresAt: '2026-11-22T10:01:00Z', DataSetId: 'd' };
    server.replyWith(json(200, { ...JOB, UpdatedAt: null, Arn: null, Details: { ImportAssetFromSignedUrl: signed } }));
    const plain = { SignedUrlExpiresAt: '2026-11-22T10:01:00.000Z', DataSetId: 'd' };
    expect(await exchangeFor().getJob(JOB_ID)).toEqual({ ...JOB, Details: { ImportAssetFromSignedUrl: plain } });
  });

  it.each([[{ Jobs: null }], [{}], [{ Jobs: [], NextToken: '' }]])('may be an empty list: %j', async (page) => {
    server.replyWith(json(200, page));
    expect(await exchangeFor('LIST').listJobs({})).toEqual({ jobs: [], nextToken: undefined });
  });

  it('may be a data set without revisions', async () => {
    server.replyWith(json(200, {}));
    expect(await exchangeFor().listRevisions('data-set', {})).toEqual({ revisions: [], nextToken: undefined });
  });

  it.each<[string, Reply]>([
    ['an empty body', text(200, '')],
    ['null', text(200, 'null')],
    ['a list', text(200, '[]')],
    ['no id', json(200, { State: 'WAITING' })],
    ['no state', json(200, { Id: JOB_ID })],
    ['HTML', text(200, '<html>')],
    ['half of JSON', text(200, '{"Id":')],
    ['times as numbers', json(200, { ...JOB, CreatedAt: 1_700_000_000 })],
    [
      'a body that is cut off',
      (response) => response.writeHead(200, { 'content-length': 500 }).write('{', () => response.destroy()),
    ],
  ])('is a fault of the service if it is no job: %s', async (_name, reply) => {
    server.replyWith(reply);
    expect(await refusalOf(exchangeFor().getJob(JOB_ID))).toBe('transient ServiceInternalError');
  });

  it('is a fault of the service if it is no revision', async () => {
    server.replyWith(json(200, {}));
    expect(await refusalOf(exchangeFor().getRevision(NAME))).toBe('transient ServiceInternalError');
  });

  it.each<[string, Reply, string]>([
    ['a modelled error', json(409, {}, { 'x-amzn-errortype': 'ConflictException:' }), 'conflict ResourceConflict'],
    ['an error named in the body', json(403, { __type: 'ExpiredTokenException' }), 'transient InvalidCredentials'],
    ['an error in HTML', text(403, '<html>'), 'permanent AccessDenied'],
    ['a fault in HTML', text(503, '<html>Service Unavailable</html>'), 'transient ServiceInternalError'],
    ['a cut connection', cutConnection, 'transient NetworkFailure'],
  ])('is a refusal: %s', async (_name, reply, expected) => {
    server.replyWith(reply);
    expect(await refusalOf(exchangeFor().getJob(JOB_ID))).toBe(expected);
  });

  it('has the limit that StartJob met, although the SDK does not model that error there', async () => {
    const limit = { Message: 'full', LimitName: 'Concurrent', LimitValue: 10 };
    server.replyWith(json(402, limit, { 'x-amzn-errortype': 'ServiceLimitExceededException' }));
    await expect(exchangeFor().startJob(JOB_ID)).rejects.toMatchObject({
      kind: 'quota',
      details: { isLimit: true, limitValue: 10 },
    });
  });
});

it.each<[OperationName, number]>([
  ['CREATE', 1],
  ['UPDATE', 1],
  ['DELETE', 1],
  ['READ', 3],
  ['LIST', 3],
])('a call of %s is tried %d times', async (operation, times) => {
  server.replyWith(json(500, {}));
  expect(await refusalOf(exchangeFor(operation).getJob(JOB_ID))).toBe('transient ServiceInternalError');
  expect(server.seen).toHaveLength(times);
});
