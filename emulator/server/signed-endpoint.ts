import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import parseRange from 'range-parser';
import { type ContentRef, ContentTooLarge } from '../content/content-store';
import { ServiceError } from '../errors';
import { factsOfJob } from '../faults/call-facts';
import { readSignedPath } from '../signed-urls';
import { stateOf } from '../store/job-state';
import type { Job } from '../store/records';
import type { Region } from '../store/region';
import { isDigest } from '../validation/md5-digest';
import type { ServerContext } from './context';
import { DEFAULT_REGION } from './credential-scope';
import { hostOf } from './host';
import { sendS3Error } from './responses';
import { UNKNOWN_OPERATION } from './router';
import { type Reply, serveScripted } from './scripted-request';

/** Bytes: file per signed-URL import (User Guide, limits). */
const LARGEST_UPLOAD = 5 * 1024 ** 3;

const OPERATIONS: Readonly<Record<string, string>> = {
  PUT: 'SignedUrlPut',
  GET: 'SignedUrlGet',
  HEAD: 'SignedUrlHead',
};

/** Serves a request to a signed URL: PUT of an upload, GET and HEAD of an asset. */
export async function serveSigned(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  query: URLSearchParams,
  context: ServerContext,
): Promise<void> {
  const method = request.method ?? '';
  const operation = OPERATIONS[method] ?? UNKNOWN_OPERATION;
  const target = readSignedPath(path);
  const jobIn = ({ store }: Region) => (target?.jobId === undefined ? undefined : store.jobs.get(target.jobId));
  await serveScripted(
    {
      request,
      response,
      path,
      region: target?.region ?? DEFAULT_REGION,
      facts(region) {
        const job = jobIn(region);
        return job
          ? factsOfJob(operation, region, job)
          : { operation, region: region.name, dataSetIds: [], revisionIds: [], tagKeys: [] };
      },
      async perform(region) {
        await region.urls.verify(method, hostOf(request), path, query, region.clock.now());
        return target?.kind === 'upload'
          ? upload(request, region, jobIn(region))
          : download(request, region, target?.assetId, jobIn(region));
      },
      sendError: (error) => sendS3Error(response, error),
    },
    context,
  );
}

/** Takes the file of an import. Only the transfer is checked here; the content is checked when the job runs. */
async function upload(request: IncomingMessage, region: Region, job: Job | undefined): Promise<Reply> {
  mustTakeUploads(region, job);
  const length = request.headers['content-length'];
  const announced = request.headers['content-md5'];
  if (length === undefined) {
    throw new ServiceError('MissingContentLength', 411, 'You must provide the Content-Length HTTP header.');
  }
  if (typeof announced === 'string' && !isDigest(announced)) {
    const members = { 'Content-MD5': announced };
    throw new ServiceError('InvalidDigest', 400, 'The Content-MD5 you specified was invalid.', members);
  }
  if (Number(length) > LARGEST_UPLOAD) {
    throw tooLarge();
  }
  const content = await receive(request, region);
  try {
    if (typeof announced === 'string' && announced !== content.md5) {
      const text = 'The Content-MD5 you specified did not match what we received.';
      const members = { ExpectedDigest: announced, CalculatedDigest: content.md5 };
      throw new ServiceError('BadDigest', 400, text, members);
    }
    // The job may have been started during a slow upload.
    mustTakeUploads(region, job);
  } catch (error) {
    await region.content.drop(content);
    throw error;
  }
  const former = job.upload;
  // The new bytes replace the old ones before those are removed: a job that runs in between must find bytes.
  job.upload = content;
  await region.content.drop(former);
  return {
    status: 200,
    send(response) {
      response.writeHead(200, { etag: etagOf(content), 'content-length': '0' });
      response.end();
    },
  };
}

function mustTakeUploads(region: Region, job: Job | undefined): asserts job is Job {
  const { uploadAfterStart, uploadAgain } = region.assumptions();
  const state = job && stateOf(region, job)?.state;
  const takesUploads = state === 'WAITING' || (state === 'IN_PROGRESS' && uploadAfterStart === 'allowed');
  if (!job || !takesUploads) {
    const text = `The job takes no upload: it ${state ? `is ${state}` : 'does not exist'}.`;
    throw new ServiceError('AccessDenied', 403, text);
  }
  if (job.upload && uploadAgain === 'refused') {
    throw new ServiceError('AccessDenied', 403, 'The file was already uploaded.');
  }
}

async function receive(request: IncomingMessage, region: Region): Promise<ContentRef> {
  try {
    return await region.content.keep(request, LARGEST_UPLOAD);
  } catch (error) {
    if (error instanceof ContentTooLarge) {
      throw tooLarge();
    }
    // The client went away in the middle of its body.
    const text = 'You did not provide the number of bytes specified by the Content-Length HTTP header.';
    throw new ServiceError('IncompleteBody', 400, text);
  }
}

function tooLarge(): ServiceError {
  const text = 'Your proposed upload exceeds the maximum allowed size.';
  return new ServiceError('EntityTooLarge', 400, text, { MaxSizeAllowed: LARGEST_UPLOAD });
}

/** Serves the bytes of an asset, all or one range of them. @param job the export that gave the URL, if one did */
async function download(
  request: IncomingMessage,
  region: Region,
  assetId: string | undefined,
  job: Job | undefined,
): Promise<Reply> {
  const asset = assetId === undefined ? undefined : region.store.assets.get(assetId);
  const content = asset && region.store.contentOf(asset);
  if (!asset || !content) {
    throw new ServiceError('NoSuchKey', 404, 'The specified key does not exist.');
  }
  if (job?.downloaded && region.assumptions().downloads === 'once') {
    throw new ServiceError('AccessDenied', 403, 'The URL was already used.');
  }
  const range = rangeOf(request.headers.range, content.size);
  if (job && request.method === 'GET') {
    job.downloaded = true;
  }
  const status = range ? 206 : 200;
  const length = range ? range.end - range.start + 1 : content.size;
  return {
    status,
    async send(response) {
      response.writeHead(status, {
        'accept-ranges': 'bytes',
        'content-length': String(length),
        'content-type': asset.assetType === 'API_GATEWAY_API' ? 'application/json' : 'binary/octet-stream',
        etag: etagOf(content),
        'last-modified': new Date(asset.createdAt).toUTCString(),
        ...(range ? { 'content-range': `bytes ${range.start}-${range.end}/${content.size}` } : {}),
      });
      if (request.method === 'HEAD' || length === 0) {
        response.end();
        return;
      }
      // A client may go away in the middle.
      await pipeline(region.content.read(content, range), response).catch(() => response.destroy());
    },
  };
}

/**
 * The bytes that a Range header asks for. S3 serves all bytes for a header that it cannot read, or with several ranges.
 * @throws ServiceError 416
 */
function rangeOf(header: string | undefined, size: number): { start: number; end: number } | undefined {
  // The library finds no bytes in the last 20 of 10; S3 serves all 10.
  const known = header?.replace(/^bytes=-(\d+)$/, (_whole, last: string) => `bytes=-${Math.min(Number(last), size)}`);
  const ranges = parseRange(size, known ?? '');
  if (ranges === -1) {
    const text = 'The requested range is not satisfiable';
    throw new ServiceError('InvalidRange', 416, text, { ActualObjectSize: size });
  }
  return ranges === -2 || ranges.type !== 'bytes' || ranges.length > 1 ? undefined : ranges[0];
}

function etagOf(content: ContentRef): string {
  return `"${Buffer.from(content.md5, 'base64').toString('hex')}"`;
}
