import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { ServiceError } from '../errors';

/** The wire form of answers: AWS JSON, AWS errors, S3 errors. Nothing here knows what is answered. */

/** @param body left out: an empty body */
export function sendJson(
  response: ServerResponse,
  status: number,
  body?: unknown,
  headers: Record<string, string> = {},
): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    'x-amzn-requestid': randomUUID(),
    ...(text ? { 'content-type': 'application/json' } : {}),
    // A 204 must not announce a length.
    ...(status === 204 ? {} : { 'content-length': String(Buffer.byteLength(text)) }),
    ...headers,
  });
  response.end(text);
}

/** The envelope that every SDK reads: the type in a header, Message in the body. `message` is there for those that look for it. */
export function sendError(response: ServerResponse, error: ServiceError): void {
  const body = { Message: error.message, message: error.message, ...error.members };
  sendJson(response, error.status, body, { 'x-amzn-errortype': error.code });
}

/** S3's XML. @param members further elements */
export function sendS3Error(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  members: Record<string, string> = {},
): void {
  const id = randomUUID();
  const elements = { Code: code, Message: message, ...members, RequestId: id, HostId: 'local' };
  const inner = Object.entries(elements).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`);
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inner.join('')}</Error>`;
  response.writeHead(status, {
    'content-type': 'application/xml',
    'content-length': String(Buffer.byteLength(text)),
    'x-amz-request-id': id,
  });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
