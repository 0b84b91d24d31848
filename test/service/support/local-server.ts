import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  /** Method and path, with the query. */
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Reply = (response: ServerResponse, request: IncomingMessage) => void;

/** An HTTP server on this machine, which records what it is asked and replies as a test says. */
export class LocalServer {
  url = '';
  readonly seen: SeenRequest[] = [];
  /** One for each request; the last one for all that follow. */
  private replies: Reply[] = [];
  private readonly server = createServer(async (request, response) => {
    const { method, url, headers } = request;
    const parts = await request.toArray();
    this.seen.push({ line: `${method} ${url}`, headers, body: Buffer.concat(parts).toString('utf8') });
    const reply = this.replies.length > 1 ? this.replies.shift() : this.replies[0];
    reply?.(response, request);
  });

  replyWith(...replies: Reply[]): void {
    this.replies = replies;
    this.seen.length = 0;
  }

  async start(): Promise<void> {
    await new Promise<void>((ready) => this.server.listen(0, '127.0.0.1', ready));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }
}

/** One server for all tests of a file. */
export function useServer(): LocalServer {
  const server = new LocalServer();
  beforeAll(() => server.start());
  afterAll(() => server.stop());
  return server;
}

export function json(status: number, content: unknown, headers: Record<string, string> = {}): Reply {
  return text(status, JSON.stringify(content), { 'content-type': 'application/json', ...headers });
}

export function text(status: number, content: string, headers: Record<string, string> = {}): Reply {
  return (response) => response.writeHead(status, headers).end(content);
}

export function cutConnection(response: ServerResponse): void {
  response.destroy();
}
