import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable, Writable } from 'node:stream';
import type { Emulator } from '../../../emulator/emulator';
import { route } from '../../../emulator/server/router';
import type { Fault } from './faults';
import type { VirtualClock } from './virtual-clock';

/** A call that the function made. */
export interface Call {
  /** As the emulator's journal names it. */
  readonly operation: string;
  /** The id in the path that the call is about, if there is one. */
  readonly jobId?: string;
  readonly fault?: Fault;
  /** Of the response that the service gave, whether it arrived or not; absent while there is none. */
  status?: number;
  /** The name of the error that was refused with, or the fault's. */
  error?: string;
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface Response {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Longer than anybody waits. */
const SILENCE_MS = 3_600_000;

/** A connection that breaks, as Node reports it. */
export function reset(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
}

/**
 * The way from the function to the local Data Exchange, in one process and without sockets. It keeps every call of the
 * function, and lets faults happen to them.
 */
export class Network {
  readonly calls: Call[] = [];
  /** Says for each call of the function, counted from 0, what happens to it. */
  faultOf: (number: number, operation: string) => Fault | undefined = () => undefined;
  private serving = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    readonly emulator: Emulator,
    private readonly clock: VirtualClock,
  ) {}

  /** Whether the service works, so that the answer does not depend on time. */
  get isBusy(): boolean {
    return this.serving > this.clock.waiting;
  }

  /** Sends a request of somebody else than the function, to whom no faults happen. */
  async ask(request: Request): Promise<Response> {
    this.serving += 1;
    try {
      return await serve(this.emulator, request);
    } finally {
      this.serving -= 1;
      for (const wake of this.waiting.splice(0)) {
        wake();
      }
    }
  }

  /** Resolves when the service has answered one more request. */
  answered(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** A call of the function. @returns undefined: there is no answer, ever @throws Error if the connection breaks */
  async call(request: Request): Promise<Response | undefined> {
    const { name, jobId } = named(request);
    const fault = this.faultOf(this.calls.length, name);
    const call: Call = { operation: name, ...(jobId === undefined ? {} : { jobId }), ...(fault ? { fault } : {}) };
    this.calls.push(call);
    if (fault?.delaySeconds !== undefined) {
      await new Promise<void>((resolve) => this.clock.setTimeout(resolve, (fault.delaySeconds as number) * 1_000));
    }
    const answer = fault === undefined || fault.hasEffect ? await this.ask(request) : undefined;
    call.status = answer?.status;
    if (fault !== undefined) {
      call.error = fault.name;
      return fault.answer(answer);
    }
    if (answer !== undefined && answer.status >= 300) {
      call.error = answer.headers['x-amzn-errortype'];
    }
    return answer;
  }

  /** Node's `http.request` over this network, as far as the SDK's handler uses it. */
  request(
    { method, path, headers }: { method: string; path: string; headers: Record<string, string> },
    onResponse: (response: Readable) => void,
  ): Writable {
    return new ClientRequest((body) => this.call({ method, path, headers, body }), onResponse);
  }

  /** The standard `fetch` over this network. */
  async fetch(
    url: string,
    { method = 'GET', headers = {}, body, signal }: RequestInit = {},
  ): Promise<globalThis.Response> {
    const { pathname, search, host } = new URL(url);
    const bytes = Buffer.from((body as Buffer | undefined) ?? '');
    const sent = lowerCased({ ...(headers as Record<string, string>), host, 'content-length': String(bytes.length) });
    const aborted = new Promise<never>((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    const answer = await Promise.race([
      this.call({ method, path: `${pathname}${search}`, headers: sent, body: bytes }).catch((cause: unknown) => {
        throw Object.assign(new TypeError('fetch failed'), { cause });
      }),
      aborted,
    ]);
    if (answer === undefined) {
      // Until the caller gives up, nothing but time passes.
      const silence = this.clock.setTimeout(() => undefined, SILENCE_MS);
      return aborted.finally(() => this.clock.clearTimeout(silence));
    }
    return new Response(new Uint8Array(answer.body), { status: answer.status, headers: { ...answer.headers } });
  }
}

/** A request under way, as Node shows it to the program that sends it. */
class ClientRequest extends Writable {
  /** There is no connection whose setting up could take time. */
  readonly socket = Object.assign(new EventEmitter(), { connecting: false, setKeepAlive(): void {} });
  readonly reusedSocket = false;
  private readonly chunks: Buffer[] = [];

  constructor(
    private readonly send: (body: Buffer) => Promise<Response | undefined>,
    private readonly onResponse: (response: Readable) => void,
  ) {
    super({ autoDestroy: false });
  }

  setTimeout(): this {
    return this;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(chunk);
    done();
  }

  override _final(done: () => void): void {
    done();
    this.send(Buffer.concat(this.chunks)).then(
      (answer) => {
        if (answer !== undefined && !this.destroyed) {
          const response = Readable.from([answer.body]);
          this.onResponse(Object.assign(response, { statusCode: answer.status, headers: answer.headers }));
        }
      },
      (error: Error) => this.destroy(error),
    );
  }
}

/** A response on its way from the service, as Node shows it to the program that gives it. */
class ServerSide extends Writable {
  headersSent = false;
  status = 0;
  headers: Record<string, string> = {};
  readonly chunks: Buffer[] = [];

  constructor(readonly req: IncomingMessage) {
    super();
  }

  writeHead(status: number, headers: Readonly<Record<string, string>> = {}): this {
    this.headersSent = true;
    this.status = status;
    this.headers = lowerCased(headers);
    return this;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(Buffer.from(chunk));
    done();
  }
}

/** @throws Error if the service breaks the connection */
async function serve(emulator: Emulator, { method, path, headers, body }: Request): Promise<Response> {
  const incoming = Object.assign(Readable.from(body.length === 0 ? [] : [body]), {
    method,
    url: path,
    headers,
    socket: {},
  }) as unknown as IncomingMessage;
  const response = new ServerSide(incoming);
  await emulator.serve(incoming, response as unknown as ServerResponse);
  if (!response.writableFinished) {
    await new Promise((resolve) => response.once('close', resolve));
  }
  return { status: response.status, headers: response.headers, body: Buffer.concat(response.chunks) };
}

function named({ method, path }: Request): { readonly name: string; readonly jobId?: string } {
  const [where = '', query = ''] = path.split('?');
  if (query.includes('X-Amz-Signature')) {
    return { name: 'SignedUrlPut' };
  }
  const { name, labels } = route(method, where);
  return { name, ...(labels.JobId === undefined ? {} : { jobId: labels.JobId }) };
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
