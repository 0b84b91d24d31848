import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { ServiceError } from '../errors';

/** The forms of responses on the wire: AWS JSON, AWS errors, S3 errors. */

/** @param body left out for an empty one */
export function sendJson(
  response: ServerResponse,
  status: number,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    'x-amzn-requestid': randomUUID(),
    ...(text ? { 'content-type': 'application/json' } : {}),
    // A 204 must not have a length.
    ...(status === 204 ? {} : { 'content-length': String(Buffer.byteLength(text)) }),
    ...headers,
  });
  response.end(text);
}

/** The error's name in a header, Message in the body (recorded from the live service). */
export function sendError(response: ServerResponse, { code, status, message, members }: ServiceError): void {
  sendJson(response, status, { Message: message, ...members }, { 'x-amzn-errortype': code });
}

/** S3's XML. */
export function sendS3Error(response: ServerResponse, { status, code, message, members }: ServiceError): void {
  const requestId = randomUUID();
  const elements = { Code: code, Message: message, ...members, RequestId: requestId, HostId: 'local' };
  const inner = Object.entries(elements).map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`);
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inner.join('')}</Error>`;
  response.writeHead(status, {
    'content-type': 'application/xml',
    'content-length': String(Buffer.byteLength(text)),
    'x-amz-request-id': requestId,
  });
  response.end(response.req.method === 'HEAD' ? undefined : text);
}

/** The error to send for anything that was thrown. An error of ours is logged, and its details are not sent. */
export function asServiceError(error: unknown, log: (line: string) => void): ServiceError {
  if (error instanceof ServiceError) {
    return error;
  }
  log(`unexpected: ${error instanceof Error ? error.stack : String(error)}`);
  return new ServiceError('InternalServerException', 500, 'The local Data Exchange failed; its log says more.');
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
