import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * The service of the measurements, in a process of its own: the calls of Data Exchange that the measurements lead to,
 * each with one answer, and CloudWatch and S3 that accept everything. It sends its address as its first message. Then it
 * takes orders, and answers each with what it was called since the one before.
 */

/** How long each answer takes from now on, in milliseconds. */
export interface Order {
  readonly delayMs: number;
}

/** Calls, and the bytes of their requests. */
export interface Counts {
  readonly dataExchange: { readonly calls: number; readonly bytes: number };
  readonly others: { readonly calls: number; readonly bytes: number };
}

export const ID = '0123456789abcdef0123456789abcdef';
/** The data set that has this many jobs, by its id. Any other has the jobs of own revisions, see `OWN_REVISIONS`. */
export const LARGE = { dataSetId: 'e'.repeat(32), jobs: 10_000 };
export const OWN_REVISIONS = 200;

const CREATED_AT = '2026-11-22T12:00:00.000Z';

const EXPORT = {
  Id: ID,
  Arn: `arn:aws:dataexchange:us-east-1:123456789012:jobs/${ID}`,
  Type: 'EXPORT_ASSETS_TO_S3',
  State: 'COMPLETED',
  CreatedAt: CREATED_AT,
  UpdatedAt: '2026-11-22T12:00:30.000Z',
  Details: {
    ExportAssetsToS3: {
      DataSetId: ID,
      RevisionId: ID,
      AssetDestinations: [{ AssetId: ID, Bucket: 'bench', Key: 'key' }],
    },
  },
};

/** The job that an update is about, by its id: the import of a file. */
export const UPLOADED = 'f'.repeat(32);
const UPLOAD = {
  ...EXPORT,
  Id: UPLOADED,
  Type: 'IMPORT_ASSET_FROM_SIGNED_URL',
  Details: { ImportAssetFromSignedUrl: { DataSetId: ID, RevisionId: ID, AssetName: 'a.csv' } },
};

function numbered(index: number): string {
  return index.toString(16).padStart(32, '0');
}

/** A page of the jobs of a data set. Those of the large one are exports; the others fill a revision each. */
function jobsOf({ searchParams }: URL): object {
  const isLarge = searchParams.get('dataSetId') === LARGE.dataSetId;
  const end = isLarge ? LARGE.jobs : OWN_REVISIONS;
  const first = Number(searchParams.get('nextToken') ?? 0);
  const next = Math.min(end, first + Number(searchParams.get('maxResults') ?? end));
  const Jobs = Array.from({ length: next - first }, (_, index) => {
    const id = numbered(first + index);
    const sources = { DataSetId: ID, RevisionId: id, AssetSources: [{ Bucket: 'bench', Key: 'key' }] };
    return isLarge
      ? { ...EXPORT, Id: id }
      : { ...EXPORT, Id: id, Type: 'IMPORT_ASSETS_FROM_S3', Details: { ImportAssetsFromS3: sources } };
  });
  return { Jobs, NextToken: next < end ? String(next) : undefined };
}

function revision(id: string): object {
  const Arn = `arn:aws:dataexchange:us-east-1:123456789012:data-sets/${ID}/revisions/${id}`;
  return { Id: id, Arn, DataSetId: ID, CreatedAt: CREATED_AT, UpdatedAt: CREATED_AT, Finalized: false, Tags: {} };
}

/** The answer to a call of Data Exchange. */
function answerTo(method: string, url: URL): object {
  const [, first, second, third, fourth] = url.pathname.slice(1).split('/');
  if (third === 'revisions') {
    return revision(fourth ?? ID);
  }
  if (first === 'jobs' && second !== undefined) {
    return second === UPLOADED ? UPLOAD : EXPORT;
  }
  return method === 'POST' ? { ...EXPORT, State: 'WAITING' } : jobsOf(url);
}

/** What logs and log streams exist, for a runtime that asks before it writes: all. */
function answerOfLogs(target: string, body: string): object {
  const { logGroupNamePrefix, logStreamNamePrefix } = JSON.parse(body) as Record<string, string>;
  switch (target.split('.')[1]) {
    case 'DescribeLogGroups':
      return { logGroups: [{ logGroupName: logGroupNamePrefix }] };
    case 'DescribeLogStreams':
      return { logStreams: [{ logStreamName: logStreamNamePrefix, uploadSequenceToken: '1' }] };
    default:
      return {};
  }
}

function counted(): { calls: number; bytes: number } {
  return { calls: 0, bytes: 0 };
}

let delayMs = 0;
let counts = { dataExchange: counted(), others: counted() };

function handle(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
  const { method = '', url = '', rawHeaders, headers } = request;
  const target = headers['x-amz-target'];
  const isDataExchange = target === undefined && /^\/(v1|tags)\//.test(url);
  const count = counts[isDataExchange ? 'dataExchange' : 'others'];
  count.calls += 1;
  count.bytes += method.length + url.length + rawHeaders.join('').length + body.length;

  const send = (): void => {
    if (isDataExchange) {
      const answer = answerTo(method, new URL(url, 'http://service'));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    } else if (target !== undefined) {
      const answer = answerOfLogs(String(target), body.toString());
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
    } else {
      response.writeHead(200, { 'content-type': 'application/xml' }).end('<Answer></Answer>');
    }
  };
  if (delayMs === 0) {
    send();
  } else {
    setTimeout(send, delayMs);
  }
}

if (process.send !== undefined) {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => handle(request, Buffer.concat(parts), response));
  });
  server.listen(0, '127.0.0.1', () => process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  process.on('message', (order: Order) => {
    process.send?.(counts satisfies Counts);
    ({ delayMs } = order);
    counts = { dataExchange: counted(), others: counted() };
  });
  process.on('disconnect', () => process.exit());
}
