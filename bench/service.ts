import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * The service of the measurements, in a process of its own: some calls of Data Exchange, each with one answer, and a
 * CloudWatch Logs that accepts everything. It counts the calls, and sends its address and the counts as messages.
 */

/** How long the calls of a list take, in milliseconds. */
const LIST_CALL_MS = 20;

const ID = '0123456789abcdef0123456789abcdef';
const CREATED_AT = '2026-11-22T12:00:00.000Z';
const REVISIONS = Array.from({ length: 200 }, (_, index) => index.toString(16).padStart(32, '0'));

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

/** A job for each revision. */
const JOBS = REVISIONS.map((RevisionId) => ({
  ...EXPORT,
  Id: RevisionId,
  Type: 'IMPORT_ASSETS_FROM_S3',
  Details: { ImportAssetsFromS3: { DataSetId: ID, RevisionId, AssetSources: [{ Bucket: 'bench', Key: 'key' }] } },
}));

function revision(id: string): object {
  const Arn = `arn:aws:dataexchange:us-east-1:123456789012:data-sets/${ID}/revisions/${id}`;
  return { Id: id, Arn, DataSetId: ID, CreatedAt: CREATED_AT, UpdatedAt: CREATED_AT, Finalized: false, Tags: {} };
}

/** @returns the answer, and how long it takes in milliseconds */
function answerTo({ url = '', headers }: IncomingMessage): readonly [body: object, delayMs: number] {
  const { pathname } = new URL(url, 'http://service');
  if (String(headers['x-amz-target']).startsWith('Logs_')) {
    counts.logs += 1;
    return [{}, 0];
  }
  counts.dataExchange += 1;
  if (pathname === '/v1/jobs') {
    return [{ Jobs: JOBS }, LIST_CALL_MS];
  }
  const id = /\/revisions\/(\w+)$/.exec(pathname)?.[1];
  return id === undefined ? [EXPORT, 0] : [revision(id), LIST_CALL_MS];
}

const counts = { dataExchange: 0, logs: 0 };

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const [body, delayMs] = answerTo(request);
    const send = () => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (delayMs === 0) {
      send();
    } else {
      setTimeout(send, delayMs);
    }
  });
});

server.listen(0, '127.0.0.1', () =>
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
);
process.on('message', () => {
  process.send?.({ ...counts });
  counts.dataExchange = 0;
  counts.logs = 0;
});
process.on('disconnect', () => process.exit());
