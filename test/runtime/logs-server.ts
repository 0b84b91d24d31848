import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Hash } from '@smithy/hash-node';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Plain } from '../../src/runtime/wire-request';
import { PROVIDER } from './toy';

interface LogEvent {
  readonly timestamp: number;
  readonly message: string;
}

interface Received {
  readonly operation: string;
  readonly input: Plain & { readonly logEvents?: readonly LogEvent[] };
  readonly headers: IncomingMessage['headers'];
}

type Trouble = (received: Received, response: ServerResponse) => boolean;

/** The three calls of CloudWatch Logs that the runtime makes, over HTTP, with signatures that are checked. */
export class LogsServer {
  readonly received: Received[] = [];
  readonly groups = new Set<string>();
  readonly streams = new Set<string>();
  /** Responds instead of the server if it returns true. */
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

  /** Ends the connections that clients keep open, as happens to a container that Lambda has frozen. */
  dropConnections(): void {
    this.#server.closeAllConnections();
  }

  get operations(): string[] {
    return this.received.map(({ operation }) => operation);
  }

  get events(): LogEvent[] {
    return this.received.flatMap(({ operation, input }) =>
      operation === 'PutLogEvents' ? (input.logEvents ?? []) : [],
    );
  }

  get lines(): Plain[] {
    return this.events.map(({ message }) => JSON.parse(message) as Plain);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const part of request) {
      body += part;
    }
    const operation = String(request.headers['x-amz-target']).replace('Logs_20140328.', '');
    const received: Received = { operation, input: JSON.parse(body) as Received['input'], headers: request.headers };
    this.received.push(received);
    if (this.trouble(received, response)) {
      return;
    }
    const error = (await isSigned(request.headers, body)) ? this.#perform(received) : 'InvalidSignatureException';
    response
      .writeHead(error ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' })
      .end(JSON.stringify(error ? { __type: error, message: `${operation} failed` } : {}));
  }

  /** Returns the code of the error, if the call has one. */
  #perform({ operation, input }: Received): string | undefined {
    const group = String(input.logGroupName);
    const stream = `${group}|${String(input.logStreamName)}`;
    switch (operation) {
      case 'CreateLogGroup':
        return this.#create(this.groups, group);
      case 'CreateLogStream':
        return this.groups.has(group) ? this.#create(this.streams, stream) : 'ResourceNotFoundException';
      case 'PutLogEvents':
        return this.streams.has(stream) ? undefined : 'ResourceNotFoundException';
      default:
        return 'UnknownOperationException';
    }
  }

  #create(existing: Set<string>, name: string): string | undefined {
    if (existing.has(name)) {
      return 'ResourceAlreadyExistsException';
    }
    existing.add(name);
    return undefined;
  }
}

/** Whether a second signature of the same request, with the credentials of the logging role, is equal to the first. */
async function isSigned(headers: IncomingMessage['headers'], body: string): Promise<boolean> {
  const match = /Credential=([^/]+)\/\d+\/([^/]+)\/logs\/aws4_request, SignedHeaders=([^,]+), /.exec(
    headers.authorization ?? '',
  );
  if (!match?.[3] || match[1] !== PROVIDER.accessKeyId) {
    return false;
  }
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
