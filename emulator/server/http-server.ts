import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServiceError } from '../errors';
import { ADMIN_PREFIX, serveAdmin } from './admin-endpoint';
import { sendError } from './answer';
import { serveApi } from './api-endpoint';
import type { ServerContext } from './context';
import { serveSigned } from './signed-endpoint';

/** Clients keep connections open and reuse them; Node's 5 s would close them under their hands. */
const KEEP_ALIVE = 65_000;

/** The port cannot be had. */
export class PortRefused extends Error {
  constructor(port: number, code: string | undefined) {
    const why = code === 'EADDRINUSE' ? 'is already in use' : `cannot be used (${code})`;
    super(`port ${port} ${why} on 127.0.0.1; choose another with --port, or --port 0 for any free one`);
  }
}

/** Listens on 127.0.0.1 and nowhere else. @param port 0 for any free one @throws PortRefused */
export async function listen(port: number, context: () => ServerContext): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => {
    serve(request, response, context()).catch((error: unknown) => giveUp(error, response, context()));
  });
  server.keepAliveTimeout = KEEP_ALIVE;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new PortRefused(port, error.code)));
    server.listen(port, '127.0.0.1', resolve);
  });
  return { server, port: (server.address() as AddressInfo).port };
}

async function serve(request: IncomingMessage, response: ServerResponse, context: ServerContext): Promise<void> {
  const [path = '/', search = ''] = splitAt(request.url ?? '/', '?');
  const query = new URLSearchParams(search);
  if (!decodable(path)) {
    sendError(response, new ServiceError('ValidationException', 400, 'The path is not properly percent-encoded.'));
    return;
  }
  if (path === ADMIN_PREFIX || path.startsWith(`${ADMIN_PREFIX}/`))
    await serveAdmin(request, response, path, query, context);
  else if (query.has('X-Amz-Signature') || query.has('X-Amz-Algorithm'))
    await serveSigned(request, response, path, query, context);
  else await serveApi(request, response, path, query, context);
}

/** The last resort: nothing that arrives may end the process. */
function giveUp(error: unknown, response: ServerResponse, context: ServerContext): void {
  context.service.services.log(`unexpected: ${error instanceof Error ? error.stack : String(error)}`);
  if (response.headersSent) response.destroy();
  else
    sendError(
      response,
      new ServiceError('InternalServerException', 500, 'The local Data Exchange failed; its log says more.'),
    );
}

function splitAt(text: string, mark: string): string[] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function decodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
