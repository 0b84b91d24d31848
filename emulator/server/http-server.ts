import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { ServiceError } from '../errors';
import { ADMIN_PREFIX, serveAdmin } from './admin-endpoint';
import { serveApi } from './api-endpoint';
import type { ServerContext } from './context';
import { asServiceError, sendError } from './responses';
import { serveSigned } from './signed-endpoint';

/** Milliseconds. Clients keep connections open and use them again; Node's 5 s would close them while they do. */
const KEEP_ALIVE = 65_000;

/** Bytes of a request line and headers. Ids of any reasonable length fit, so that their operation can refuse them. */
const MOST_HEADERS = 1024 * 1024;

/** The server cannot listen on the address and port that it was given. */
export class CannotListen extends Error {
  constructor(host: string, port: number, code: string | undefined) {
    super(
      code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN'
        ? `${host} is not an address of this machine (${code}); choose another with --host`
        : `port ${port} ${code === 'EADDRINUSE' ? 'is already in use' : `cannot be used (${code})`} on ${host}; ` +
            'choose another with --port, or --port 0 for any free one',
    );
  }
}

/** @param host the address to listen on @param port 0 for any free one @throws CannotListen */
export async function listen(
  host: string,
  port: number,
  context: ServerContext,
): Promise<{ server: Server; port: number }> {
  const server = createServer({ maxHeaderSize: MOST_HEADERS }, (request, response) => {
    void serve(request, response, context);
  });
  server.keepAliveTimeout = KEEP_ALIVE;
  server.on('clientError', (_error, socket) => refuseUnreadable(socket));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new CannotListen(host, port, error.code)));
    server.listen(port, host, resolve);
  });
  return { server, port: (server.address() as AddressInfo).port };
}

/** Serves a request, wherever it comes from. Never rejects. */
export async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  context: ServerContext,
): Promise<void> {
  await dispatch(request, response, context).catch((error: unknown) => giveUp(error, response, context));
}

async function dispatch(request: IncomingMessage, response: ServerResponse, context: ServerContext): Promise<void> {
  const [path = '/', ...search] = (request.url ?? '/').split('?');
  const query = new URLSearchParams(search.join('?'));
  if (!isDecodable(path)) {
    sendError(response, new ServiceError('ValidationException', 400, 'The path is not properly percent-encoded.'));
  } else if (path === ADMIN_PREFIX || path.startsWith(`${ADMIN_PREFIX}/`)) {
    await serveAdmin(request, response, path, query, context);
  } else if (query.has('X-Amz-Signature') || query.has('X-Amz-Algorithm')) {
    await serveSigned(request, response, path, query, context);
  } else {
    await serveApi(request, response, path, query, context);
  }
}

/** The response to bytes that are not HTTP, or to a request line and headers that are too long. */
function refuseUnreadable(socket: Duplex): void {
  const body = JSON.stringify({
    Message: `The request is not HTTP, or its headers have more than ${MOST_HEADERS} bytes.`,
  });
  const lines = [
    'HTTP/1.1 400 Bad Request',
    'x-amzn-errortype: ValidationException',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  if (socket.writable) {
    socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
  }
}

/** The last resort: no request may end the process. */
function giveUp(thrown: unknown, response: ServerResponse, context: ServerContext): void {
  const error = asServiceError(thrown, context.service.services.log);
  if (response.headersSent) {
    response.destroy();
  } else {
    sendError(response, error);
  }
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
