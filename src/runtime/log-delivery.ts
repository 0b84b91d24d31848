import { randomUUID } from 'node:crypto';
import type http from 'node:http';
import { partition } from '@aws-sdk/util-endpoints';
import { Hash } from '@smithy/hash-node';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Credentials } from './wire';

/**
 * Sends the lines of one invocation to CloudWatch Logs in one PutLogEvents: best effort, within a time limit, without
 * any effect on the response.
 *
 * It makes its three calls itself, signed by the signer that the Data Exchange client brings along: the client for
 * CloudWatch Logs would add its size and its import to every cold start.
 */

export interface Batch {
  readonly group: string;
  readonly region: string;
  readonly credentials: Credentials;
  /** In the order of time; timestamps in epoch milliseconds. */
  readonly events: readonly LogEvent[];
}

interface LogEvent {
  readonly timestamp: number;
  readonly message: string;
}

/** An error response of CloudWatch Logs. `name` is its code, or the HTTP status where it has none. */
class LogsError extends Error {
  constructor(
    override readonly name: string,
    message: string,
  ) {
    super(message);
  }
}

// The limits of PutLogEvents (CloudWatch Logs API reference), less a margin.
const MAX_BATCH_BYTES = 1_000_000;
const MAX_EVENT_BYTES = 250_000;
const EVENT_OVERHEAD_BYTES = 26;
const MAX_EVENTS = 10_000;

/**
 * Makes the function that delivers a batch, one per container: it remembers which groups and streams exist.
 *
 * The function takes the batch and a limit in milliseconds. It rejects if CloudWatch Logs does not take the batch in
 * that time.
 *
 * @param now epoch milliseconds
 */
export function makeLogDelivery(now: () => number): (batch: Batch, limitMs: number) => Promise<void> {
  let container: string | undefined;
  const groups = new Set<string>();
  /** By Region, group and stream: whether it could be made. One that could not be made is not tried again. */
  const streams = new Map<string, boolean>();

  async function deliver(batch: Batch, signal: AbortSignal): Promise<void> {
    const { group, region } = batch;
    const logEvents = newestThatFit(batch.events);
    container ??= randomUUID();
    const stream = `${new Date(now()).toISOString().slice(0, 10).replaceAll('-', '/')}/${container}`;
    const groupKey = `${region}:${group}`;
    const streamKey = `${groupKey}:${stream}`;

    function send(operation: string, input: object): Promise<void> {
      return callLogs(batch, operation, input, now(), signal);
    }

    async function make(operation: string, input: object): Promise<boolean> {
      try {
        await send(operation, input);
        return true;
      } catch (error) {
        if (!(error instanceof LogsError)) {
          throw error;
        }
        return error.name === 'ResourceAlreadyExistsException';
      }
    }

    async function makeStream(): Promise<boolean> {
      const made = await make('CreateLogStream', { logGroupName: group, logStreamName: stream });
      streams.set(streamKey, made);
      if (!made) {
        groups.delete(groupKey);
      }
      return made;
    }

    function put(): Promise<void> {
      return send('PutLogEvents', { logGroupName: group, logStreamName: stream, logEvents });
    }

    // The stream of a new container cannot exist yet, so it is made first. So is the group, once per container: a call
    // that finds it missing would be a fourth.
    if (!streams.has(streamKey)) {
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
      const removed = error instanceof LogsError && error.name === 'ResourceNotFoundException';
      if (!removed || !streams.get(streamKey)) {
        throw error;
      }
      // Somebody removed the stream. If the group is gone too, the next invocation makes both.
      if (!(await makeStream())) {
        streams.delete(streamKey);
        throw error;
      }
      return put();
    }
  }

  return async (batch, limitMs) => {
    if (limitMs <= 0) {
      throw new Error('no time was left');
    }
    const abort = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const error = new Error(`no answer within ${limitMs} ms`);
        reject(error);
        abort.abort(error);
      }, limitMs);
    });
    try {
      await Promise.race([deliver(batch, abort.signal), timeout]);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** The newest events matter most: the last one says how the invocation ended. */
function newestThatFit(events: readonly LogEvent[]): readonly LogEvent[] {
  const fitting: LogEvent[] = [];
  let bytes = 0;
  for (const event of events.toReversed()) {
    const size = Buffer.byteLength(event.message, 'utf8') + EVENT_OVERHEAD_BYTES;
    if (size > MAX_EVENT_BYTES) {
      continue;
    }
    if (bytes + size > MAX_BATCH_BYTES || fitting.length === MAX_EVENTS) {
      break;
    }
    bytes += size;
    fitting.unshift(event);
  }
  return fitting;
}

/** @throws LogsError if CloudWatch Logs refuses the call */
async function callLogs(
  { region, credentials }: Batch,
  operation: string,
  input: object,
  now: number,
  signal: AbortSignal,
): Promise<void> {
  const url = endpointOf(region);
  const body = JSON.stringify(input);
  const signer = new SignatureV4({ credentials, region, service: 'logs', sha256: Hash.bind(null, 'sha256') });
  const { headers } = await signer.sign(
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
    { signingDate: new Date(now) },
  );
  const response = await post(url, headers, body, signal);
  if (response.status < 200 || response.status >= 300) {
    throw errorOf(response);
  }
}

function endpointOf(region: string): URL {
  const configured = process.env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS || process.env.AWS_ENDPOINT_URL;
  return configured && process.env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS !== 'true'
    ? new URL(configured)
    : new URL(`https://logs.${region}.${partition(region).dnsSuffix}`);
}

interface Response {
  readonly status: number;
  readonly body: string;
}

function errorOf({ status, body }: Response): LogsError {
  try {
    const { __type: type, message } = JSON.parse(body) as { __type?: string; message?: string };
    const name = type?.replace(/^.*#/, '').replace(/:.*$/, '');
    return new LogsError(name || `HTTP ${status}`, String(message ?? ''));
  } catch {
    return new LogsError(`HTTP ${status}`, '');
  }
}

function post(url: URL, headers: Record<string, string>, body: string, signal: AbortSignal): Promise<Response> {
  const { request: open, agent } = transportFor(url.protocol);
  return new Promise((resolve, reject) => {
    function attempt(first: boolean): void {
      const request = open(url, { method: 'POST', headers, agent, signal }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString('utf8') }),
        );
      });
      request.on('error', (error) => {
        // A connection that died while Lambda had the container frozen fails when it is next used. The call never
        // arrived, so it is safe to repeat.
        if (first && request.reusedSocket && !signal.aborted) {
          attempt(false);
        } else {
          reject(error);
        }
      });
      request.end(body);
    }
    attempt(true);
  });
}

interface Transport {
  readonly request: typeof http.request;
  readonly agent: http.Agent;
}

const transports = new Map<string, Transport>();

/** Made when first needed, so that a cold start does not pay for it. Its connections outlive the invocation. */
function transportFor(protocol: string): Transport {
  let transport = transports.get(protocol);
  if (!transport) {
    const module = protocol === 'https:' ? require('node:https') : require('node:http');
    const { Agent, request } = module as typeof http;
    transport = { request, agent: new Agent({ keepAlive: true, maxSockets: 8 }) };
    transports.set(protocol, transport);
  }
  return transport;
}
