import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What the measurements talk to, in a process of its own: GetJob of Data Exchange with one answer, and a CloudWatch Logs
 * that says yes. It counts the calls of each, and tells its address and the counts by message.
 */

const JOB = {
  Arn: 'arn:aws:dataexchange:us-east-1:123456789012:jobs/0123456789abcdef0123456789abcdef',
  Id: '0123456789abcdef0123456789abcdef',
  Type: 'EXPORT_ASSETS_TO_S3',
  State: 'COMPLETED',
  CreatedAt: '2026-11-22T12:00:00.000Z',
  UpdatedAt: '2026-11-22T12:00:30.000Z',
  Details: {
    ExportAssetsToS3: {
      DataSetId: '0123456789abcdef0123456789abcdef',
      RevisionId: '0123456789abcdef0123456789abcdef',
      AssetDestinations: [{ AssetId: '0123456789abcdef0123456789abcdef', Bucket: 'bench', Key: 'key' }],
    },
  },
};

const counts = { dataExchange: 0, logs: 0 };

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    const logs = String(request.headers['x-amz-target'] ?? '').startsWith('Logs_');
    counts[logs ? 'logs' : 'dataExchange'] += 1;
    response.writeHead(200, { 'content-type': 'application/json' }).end(logs ? '{}' : JSON.stringify(JOB));
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
