import { randomUUID } from 'node:crypto';
import type http from 'node:http';
import { partition } from '@aws-sdk/util-endpoints';
import { Hash } from '@smithy/hash-node';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Credentials } from './wire';

/**
 * Brings the lines of one invocation to CloudWatch Logs in one PutLogEvents: best effort, within a time cap, never in
 * the way of the answer.
 *
 * Three calls of a JSON protocol, signed by the signer that the Data Exchange client brings along; the client for
 * CloudWatch Logs would add its size and import to every cold start for the same.
 */

export interface Batch {
  group: string;
  region: string;
  credentials: Credentials;
  /** In the order of time. */
  events: readonly { timestamp: number; message: string }[];
}

class LogsError extends Error {
  constructor(
    override readonly name: string,
    message: string,
  ) {
    super(message);
  }
}

// Limits of PutLogEvents, with some room left.
const MAX_BATCH_BYTES = 1_000_000;
const MAX_EVENT_BYTES = 250_000;
const EVENT_OVERHEAD = 26;
const MAX_EVENTS = 10_000;

/** The newest lines matter most: how it ended stands last. */
function fitting(events: Batch['events']): Batch['events'] {
  const kept: Batch['events'][number][] = [];
  let bytes = 0;
  for (const event of [...events].reverse()) {
    const size = Buffer.byteLength(event.message, 'utf8') + EVENT_OVERHEAD;
    if (size > MAX_EVENT_BYTES) continue;
    if (bytes + size > MAX_BATCH_BYTES || kept.length === MAX_EVENTS) break;
    bytes += size;
    kept.unshift(event);
  }
  return kept;
}

interface Transport {
  request: typeof http.request;
  agent: http.Agent;
}

const transports = new Map<string, Transport>();

/** Made when first needed, which a cold start then does not pay; its connections outlive the invocation. */
function transportFor(protocol: string): Transport {
  let transport = transports.get(protocol);
  if (!transport) {
    const secure = protocol === 'https:';
    const { Agent, request } = (secure ? require('node:https') : require('node:http')) as typeof http;
    transport = { request, agent: new Agent({ keepAlive: true, maxSockets: 8 }) };
    transports.set(protocol, transport);
  }
  return transport;
}

function endpointOf(region: string): URL {
  const configured = process.env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS || process.env.AWS_ENDPOINT_URL;
  if (configured && process.env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS !== 'true') return new URL(configured);
  return new URL(`https://logs.${region}.${partition(region).dnsSuffix}`);
}

interface Reply {
  status: number;
  body: string;
}

function exchange(url: URL, headers: Record<string, string>, body: string, signal: AbortSignal): Promise<Reply> {
  const { request: open, agent } = transportFor(url.protocol);
  return new Promise((resolve, reject) => {
    const send = (again: boolean): void => {
      const request = open(url, { method: 'POST', headers, agent, signal }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString('utf8') }),
        );
      });
      request.on('error', (error) => {
        // A socket that was kept while Lambda had us frozen is dead only when it is used: that call never arrived.
        if (again && request.reusedSocket && !signal.aborted) send(false);
        else reject(error);
      });
      request.end(body);
    };
    send(true);
  });
}

async function call(
  batch: Batch,
  operation: string,
  input: object,
  now: () => number,
  signal: AbortSignal,
): Promise<void> {
  const url = endpointOf(batch.region);
  const body = JSON.stringify(input);
  const signer = new SignatureV4({
    credentials: batch.credentials,
    region: batch.region,
    service: 'logs',
    sha256: Hash.bind(null, 'sha256'),
  });
  const signed = await signer.sign(
    {
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      headers: {
        host: url.host,
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `Logs_20140328.${operation}`,
        ...(operation === 'PutLogEvents' && { 'x-amzn-logs-format': 'json/emf' }),
      },
      body,
    },
    { signingDate: new Date(now()) },
  );
  const { status, body: answer } = await exchange(url, signed.headers, body, signal);
  if (status >= 200 && status < 300) return;
  let name = `HTTP ${status}`;
  let message = '';
  try {
    const error = JSON.parse(answer) as { __type?: string; message?: string };
    if (error.__type) name = error.__type.replace(/^.*#/, '').replace(/:.*$/, '');
    message = String(error.message ?? '');
  } catch {
    // not JSON: the status says enough
  }
  throw new LogsError(name, message);
}

const called = (error: unknown, name: string): boolean => error instanceof LogsError && error.name === name;

/** Makes the function that delivers. One per container: what it keeps is which groups and streams exist, and its own name. */
export function makeLogDelivery(now: () => number): (batch: Batch, capMs: number) => Promise<void> {
  let container: string | undefined;
  const groups = new Set<string>();
  /** By group and stream: whether it could be made. One that could not is left to whoever can. */
  const streams = new Map<string, boolean>();

  async function deliver(batch: Batch, signal: AbortSignal): Promise<void> {
    const { group, region } = batch;
    const logEvents = fitting(batch.events);
    if (logEvents.length === 0) return;
    container ??= randomUUID();
    const stream = `${new Date(now()).toISOString().slice(0, 10).replaceAll('-', '/')}/${container}`;
    const groupKey = `${region}:${group}`;
    const key = `${groupKey}:${stream}`;

    const make = async (operation: string, input: object): Promise<boolean> => {
      try {
        await call(batch, operation, input, now, signal);
        return true;
      } catch (error) {
        if (called(error, 'ResourceAlreadyExistsException')) return true;
        if (error instanceof LogsError) return false;
        throw error;
      }
    };
    const put = () =>
      call(batch, 'PutLogEvents', { logGroupName: group, logStreamName: stream, logEvents }, now, signal);
    const makeStream = async (): Promise<void> => {
      const made = await make('CreateLogStream', { logGroupName: group, logStreamName: stream });
      streams.set(key, made);
      if (!made) groups.delete(groupKey);
    };

    // A new container's stream cannot exist yet, so it is made without asking first. So is the group, once per
    // container: to find out that it is missing would cost a fourth call just when it is.
    if (!streams.has(key)) {
      if (!groups.has(groupKey)) {
        await make('CreateLogGroup', { logGroupName: group });
        groups.add(groupKey);
      }
      await makeStream();
      return put();
    }
    try {
      await put();
    } catch (error) {
      if (!called(error, 'ResourceNotFoundException') || !streams.get(key)) throw error;
      // Somebody removed it under us. If the group went too, the next invocation begins anew.
      await makeStream();
      if (streams.get(key)) return put();
      streams.delete(key);
      throw error;
    }
  }

  return async (batch, capMs) => {
    if (capMs <= 0) throw new Error('no time was left');
    const abort = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const error = new Error(`no answer within ${capMs} ms`);
        reject(error);
        abort.abort(error);
      }, capMs);
    });
    try {
      await Promise.race([deliver(batch, abort.signal), late]);
    } finally {
      clearTimeout(timer);
    }
  };
}
