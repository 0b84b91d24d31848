import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An S3 endpoint that can do no more than `S3Buckets` needs, and shows the test what was stored. */
export interface S3Endpoint {
  url: string;
  /** Objects by `bucket/key`. */
  objects: Map<string, { bytes: Buffer; headers: IncomingHttpHeaders }>;
  close(): Promise<void>;
}

export async function openS3Endpoint(buckets: string[]): Promise<S3Endpoint> {
  const objects: S3Endpoint['objects'] = new Map();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const bytes = Buffer.concat(chunks);
    const [, bucket = '', ...rest] = decodeURIComponent((request.url ?? '').split('?')[0] ?? '').split('/');
    const key = rest.join('/');
    const fail = (status: number, code: string) => {
      response.writeHead(status, { 'content-type': 'application/xml' });
      response.end(
        request.method === 'HEAD'
          ? undefined
          : `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
      );
    };
    if (bucket === 'forbidden') {
      return fail(403, 'AccessDenied');
    }
    if (!buckets.includes(bucket)) {
      return fail(404, 'NoSuchBucket');
    }
    if (key === '') {
      response.end();
      return;
    }
    if (request.method === 'PUT') {
      if (createHash('md5').update(bytes).digest('base64') !== request.headers['content-md5']) {
        return fail(400, 'BadDigest');
      }
      objects.set(`${bucket}/${key}`, { bytes, headers: request.headers });
      response.end();
      return;
    }
    const object = objects.get(`${bucket}/${key}`);
    if (!object) {
      return fail(404, 'NoSuchKey');
    }
    response.writeHead(200, { 'content-length': String(object.bytes.length) });
    response.end(object.bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
