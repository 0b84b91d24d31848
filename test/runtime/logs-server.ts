import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Hash } from '@smithy/hash-node';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Plain } from '../../src/runtime/wire-request';
import { PROVIDER } from './toy';

/** As much of CloudWatch Logs as matters here, over HTTP, with groups and streams that exist or not, and signatures that count. */

export interface Received {
  operation: string;
  input: Plain & { logEvents?: { timestamp: number; message: string }[] };
  headers: IncomingMessage['headers'];
}

type Trouble = (received: Received, response: ServerResponse) => boolean;

export class LogsServer {
  readonly received: Received[] = [];
  readonly groups = new Set<string>();
  readonly streams = new Set<string>();
  /** Takes over the answer if it returns true. */
  trouble: Trouble = () => false;
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Ends connections that clients keep, as happens to a container that Lambda froze. */
  dropConnections(): void {
    this.#server.closeAllConnections();
  }

  get operations(): string[] {
    return this.received.map(({ operation }) => operation);
  }

  get events(): { timestamp: number; message: string }[] {
    return this.received.flatMap(({ operation, input }) =>
      operation === 'PutLogEvents' ? (input.logEvents ?? []) : [],
    );
  }

  get lines(): Plain[] {
    return this.events.map(({ message }) => JSON.parse(message) as Plain);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const part of request) body += part;
    const operation = String(request.headers['x-amz-target']).replace('Logs_20140328.', '');
    const received: Received = { operation, input: JSON.parse(body) as Received['input'], headers: request.headers };
    this.received.push(received);
    if (this.trouble(received, response)) return;

    const answer = (status: number, content: Plain): void => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(content));
    };
    const refuse = (name: string, message: string): void => answer(400, { __type: name, message });
    if (!(await signedWell(request.headers, body))) return refuse('InvalidSignatureException', 'signature');

    const group = String(received.input.logGroupName);
    const stream = `${group}|${String(received.input.logStreamName)}`;
    switch (operation) {
      case 'CreateLogGroup':
        if (this.groups.has(group))
          return refuse('ResourceAlreadyExistsException', 'The specified log group already exists');
        this.groups.add(group);
        return answer(200, {});
      case 'CreateLogStream':
        if (!this.groups.has(group))
          return refuse('ResourceNotFoundException', 'The specified log group does not exist.');
        if (this.streams.has(stream))
          return refuse('ResourceAlreadyExistsException', 'The specified log stream already exists');
        this.streams.add(stream);
        return answer(200, {});
      case 'PutLogEvents':
        if (!this.streams.has(stream))
          return refuse('ResourceNotFoundException', 'The specified log stream does not exist.');
        return answer(200, { nextSequenceToken: '1' });
      default:
        return refuse('UnknownOperationException', operation);
    }
  }
}

async function signedWell(headers: IncomingMessage['headers'], body: string): Promise<boolean> {
  const match = /Credential=([^/]+)\/\d+\/([^/]+)\/logs\/aws4_request, SignedHeaders=([^,]+), /.exec(
    headers.authorization ?? '',
  );
  if (!match?.[3] || match[1] !== PROVIDER.accessKeyId) return false;
  const names = match[3].split(';').filter((name) => !name.startsWith('x-amz-') || name === 'x-amz-target');
  const date = String(headers['x-amz-date']).replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5');
  const signer = new SignatureV4({
    credentials: PROVIDER,
    region: String(match[2]),
    service: 'logs',
    sha256: Hash.bind(null, 'sha256'),
  });
  const signed = await signer.sign(
    {
      method: 'POST',
      protocol: 'http:',
      hostname: '127.0.0.1',
      path: '/',
      headers: Object.fromEntries(names.map((name) => [name, String(headers[name])])),
      body,
    },
    { signingDate: new Date(date) },
  );
  return signed.headers.authorization === headers.authorization;
}
