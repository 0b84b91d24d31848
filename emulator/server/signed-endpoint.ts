import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { type ContentRef, ContentTooLarge } from '../content/content-store';
import type { Exchange } from '../exchange';
import { factsOfJob } from '../faults/call-facts';
import type { CallFacts } from '../faults/fault-engine';
import { readSignedPath, type SignedTarget } from '../signed-paths';
import type { Job } from '../store/records';
import { isDigest } from '../validation/md5-digest';
import { sendS3Error } from './answer';
import { parseRange } from './byte-range';
import type { ServerContext } from './context';
import { endAsScripted, waitAsScripted } from './scripted-ending';

/** A refusal in S3's form. */
class S3Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly members: Record<string, string> = {},
  ) {
    super(message);
  }
}

/** How a performed request is answered, once it is known that it shall be. */
type Reply = (response: ServerResponse) => Promise<void> | void;

/** File per signed-URL import (User Guide, limits). */
const LARGEST_UPLOAD = 5 * 1024 ** 3;

/** Exports whose URL was read, for the assumption that it works once. */
const downloaded = new WeakSet<Job>();

/** Answers a request to a signed URL: PUT of an upload, GET and HEAD of an asset. */
export async function serveSigned(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: URLSearchParams,
  context: ServerContext,
): Promise<void> {
  const { service, faults, journal, stopping, urls } = context;
  const { clock } = service.services;
  const method = request.method ?? '';
  const target = readSignedPath(path);
  await service.settle();
  const exchange = service.exchangeOf(target?.region ?? 'us-east-1');
  const job = target?.jobId === undefined ? undefined : exchange.store.jobs.get(target.jobId);
  const operation = { PUT: 'SignedUrlPut', GET: 'SignedUrlGet', HEAD: 'SignedUrlHead' }[method] ?? 'UnknownOperation';
  const facts: CallFacts = job
    ? factsOfJob(operation, exchange, job)
    : { operation, region: exchange.region, dataSetIds: [], revisionIds: [] };
  const decision = faults.decide(facts);
  const entry = journal.add({
    at: new Date(clock.now()).toISOString(),
    region: exchange.region,
    operation,
    method,
    path,
    ...(job ? { jobId: job.id } : {}),
    ...(decision.fired.length ? { faults: decision.fired } : {}),
  });
  await waitAsScripted(decision.delays, clock, stopping);
  if (stopping.aborted) return;
  const { ending } = decision;
  let reply: Reply | S3Refusal | undefined;
  if (ending?.effect !== 'none') {
    reply = await attempt(async () => {
      const verdict = urls.verify(method, path, query, clock.now());
      if (!verdict.ok)
        throw new S3Refusal(
          verdict.code === 'AuthorizationQueryParametersError' ? 400 : 403,
          verdict.code,
          verdict.message,
        );
      await service.settle();
      return target?.kind === 'upload' ? upload(request, exchange, job) : download(request, exchange, target, job);
    });
  }
  if (ending) {
    Object.assign(
      entry,
      endAsScripted(ending, request, response, (error) =>
        sendS3Error(response, error.status, error.code, error.message),
      ),
    );
  } else if (reply instanceof S3Refusal) {
    Object.assign(entry, { status: reply.status, error: reply.code });
    sendS3Error(response, reply.status, reply.code, reply.message, reply.members);
  } else if (reply) {
    await reply(response);
    entry.status = response.statusCode;
  }
}

async function attempt(serve: () => Promise<Reply>): Promise<Reply | S3Refusal> {
  try {
    return await serve();
  } catch (error) {
    if (error instanceof S3Refusal) return error;
    throw error;
  }
}

/** Takes the file of an import. What counts in the end is the content when the job runs; here only the transport is checked. */
async function upload(request: IncomingMessage, exchange: Exchange, job: Job | undefined): Promise<Reply> {
  mustTakeUploads(exchange, job);
  if (request.headers['content-length'] === undefined) {
    throw new S3Refusal(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  const announced = request.headers['content-md5'];
  if (typeof announced === 'string' && !isDigest(announced)) {
    throw new S3Refusal(400, 'InvalidDigest', 'The Content-MD5 you specified was invalid.', {
      'Content-MD5': announced,
    });
  }
  if (Number(request.headers['content-length']) > LARGEST_UPLOAD) throw tooLarge();
  const content = await receive(request, exchange);
  try {
    if (typeof announced === 'string' && announced !== content.md5) {
      throw new S3Refusal(400, 'BadDigest', 'The Content-MD5 you specified did not match what we received.', {
        ExpectedDigest: announced,
        CalculatedDigest: content.md5,
      });
    }
    // A slow upload may have been overtaken by StartJob.
    mustTakeUploads(exchange, job);
  } catch (error) {
    await exchange.content.drop(content);
    throw error;
  }
  const former = job.upload;
  // First the new, then away with the old: a job that starts in between must find bytes.
  job.upload = content;
  await exchange.content.drop(former);
  return (response) => {
    response.writeHead(200, { etag: etagOf(content), 'content-length': '0' });
    response.end();
  };
}

function mustTakeUploads(exchange: Exchange, job: Job | undefined): asserts job is Job {
  const { uploadAfterStart, uploadAgain } = exchange.assumptions();
  const state = job && exchange.jobs.view(job)?.state;
  const takes = state === 'WAITING' || (state === 'IN_PROGRESS' && uploadAfterStart === 'allowed');
  if (!job || !takes)
    throw new S3Refusal(
      403,
      'AccessDenied',
      `The job takes no upload: it ${state ? `is ${state}` : 'does not exist'}.`,
    );
  if (job.upload && uploadAgain === 'refused')
    throw new S3Refusal(403, 'AccessDenied', 'The file was already uploaded.');
}

async function receive(request: IncomingMessage, exchange: Exchange): Promise<ContentRef> {
  try {
    return await exchange.content.keep(request, LARGEST_UPLOAD);
  } catch (error) {
    if (error instanceof ContentTooLarge) throw tooLarge();
    // The client went away in the middle of its body.
    throw new S3Refusal(
      400,
      'IncompleteBody',
      'You did not provide the number of bytes specified by the Content-Length HTTP header.',
    );
  }
}

function tooLarge(): S3Refusal {
  return new S3Refusal(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size.', {
    MaxSizeAllowed: String(LARGEST_UPLOAD),
  });
}

/** Serves the bytes of an asset, whole or one range of them. */
async function download(
  request: IncomingMessage,
  exchange: Exchange,
  target: SignedTarget | undefined,
  job: Job | undefined,
): Promise<Reply> {
  const asset = target?.kind === 'download' ? exchange.store.assets.get(target.assetId) : undefined;
  const content = asset?.content;
  if (!asset || !content) throw new S3Refusal(404, 'NoSuchKey', 'The specified key does not exist.');
  if (job && exchange.assumptions().downloads === 'once' && downloaded.has(job))
    throw new S3Refusal(403, 'AccessDenied', 'The URL was already used.');
  const range = parseRange(request.headers.range, content.size);
  if (range === 'unsatisfiable')
    throw new S3Refusal(416, 'InvalidRange', 'The requested range is not satisfiable', {
      ActualObjectSize: String(content.size),
    });
  if (job && request.method === 'GET') downloaded.add(job);
  const length = range ? range.last - range.first + 1 : content.size;
  return async (response) => {
    response.writeHead(range ? 206 : 200, {
      'accept-ranges': 'bytes',
      'content-length': String(length),
      'content-type': asset.assetType === 'API_GATEWAY_API' ? 'application/json' : 'binary/octet-stream',
      etag: etagOf(content),
      'last-modified': new Date(asset.createdAt).toUTCString(),
      ...(range ? { 'content-range': `bytes ${range.first}-${range.last}/${content.size}` } : {}),
    });
    if (request.method === 'HEAD' || length === 0) {
      response.end();
      return;
    }
    // A client that goes away in the middle is its own business.
    await pipeline(exchange.content.read(content, range), response).catch(() => response.destroy());
  };
}

function etagOf(content: ContentRef): string {
  return `"${Buffer.from(content.md5, 'base64').toString('hex')}"`;
}
