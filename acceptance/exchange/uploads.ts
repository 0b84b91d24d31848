import { createHash } from 'node:crypto';
import { StartJobCommand } from '@aws-sdk/client-dataexchange';
import type { Context, Finding, Probe } from '../probe';
import { urlImport } from './creation';
import {
  attempt,
  type CreatedJob,
  cancelJob,
  createJob,
  describe,
  describeJob,
  finishJob,
  getJob,
  probe,
  type RevisionKey,
  roundest,
  runJob,
  withAssets,
  withRevision,
} from './support';

/** Signed URLs. They are used here and shown nowhere. */

export const CONTENT = 'day,price\n2026-11-25,17\n';
export const HASH = createHash('md5').update(CONTENT).digest('base64');
/** A URL that lives longer than that is believed, not waited for. */
const LONGEST_WAIT_SECONDS = 600;

export const UPLOADS: readonly Probe[] = [
  probe('uploadAgain', 'imports', (context) =>
    withUpload(context, async (job) => {
      const first = await put(job);
      const second = await put(job);
      await cancelJob(context, job.Id);
      return refusedOrAccepted(first.ok ? second : first, `the first PUT: ${first.text}; the second: ${second.text}`);
    }),
  ),

  probe('uploadAfterStart', 'imports', async (context): Promise<Finding> => {
    // Without a former PUT, where a second one is refused anyway.
    const former = (await context.seen('uploadAgain')) !== 'refused';
    return withUpload(context, async (job) => {
      await getJob(context, job.Id);
      if (former) {
        await put(job);
      }
      const started = await attempt(context.clients.dataExchange.send(new StartJobCommand({ JobId: job.Id })));
      if ('refused' in started) {
        await cancelJob(context, job.Id);
        return { undecided: 'the job cannot be started', evidence: describe(started) };
      }
      const after = await put(job);
      const { State } = await getJob(context, job.Id);
      const ended = await finishJob(context, job.Id);
      const evidence = `the PUT after StartJob: ${after.text}; the job was ${State} then and ends: ${describeJob(ended)}`;
      if (after.expired) {
        return { undecided: 'the URL had expired', evidence };
      }
      return !after.ok && State !== 'IN_PROGRESS' && State !== 'WAITING'
        ? { undecided: 'the job had ended before', evidence }
        : refusedOrAccepted(after, evidence);
    });
  }),

  probe('downloads', 'exports', (context) =>
    withDownload(context, async (url) => {
      const first = await read(url);
      const second = await read(url);
      const evidence = `the first GET: ${first.text}; the second: ${second.text}`;
      return first.ok
        ? { seen: second.ok ? 'unlimited' : 'once', evidence }
        : { undecided: 'it cannot be read at all', evidence };
    }),
  ),

  probe(
    'signedUrlSeconds',
    'imports',
    (context) =>
      withUpload(context, async (job): Promise<Finding> => {
        const { SignedUrlExpiresAt } = job.Details?.ImportAssetFromSignedUrl ?? {};
        const said = ((SignedUrlExpiresAt?.getTime() ?? 0) - (job.CreatedAt?.getTime() ?? 0)) / 1000;
        const seconds = roundest(said - 0.5, said + 0.5);
        const evidence = `SignedUrlExpiresAt is ${said} s after CreatedAt`;
        if (!context.emulator && seconds > LONGEST_WAIT_SECONDS) {
          return { undecided: 'that is too long to wait for', evidence };
        }
        await context.wait(Math.max(0, seconds - 2));
        const before = await put(job);
        await context.wait(4);
        const after = await put(job);
        await cancelJob(context, job.Id);
        const tried = `${evidence}; a PUT 2 s before: ${before.text}; 2 s after: ${after.text}`;
        const asSaid = before.ok && !after.ok;
        return asSaid
          ? { seen: seconds, evidence: tried }
          : { undecided: 'it lives as long as it does not say', evidence: tried };
      }),
    { seconds: 70 },
  ),
];

/** What a request to a signed URL is answered. The text has no URL in it. */
export interface UrlAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly expired: boolean;
  readonly text: string;
}

/** Sends a file to the URL of a job. @param headers besides Content-Length @param body the file */
export async function put(
  job: CreatedJob,
  headers: Readonly<Record<string, string>> = { 'Content-MD5': HASH },
  body = CONTENT,
): Promise<UrlAnswer> {
  const { ImportAssetFromSignedUrl, ImportAssetFromApiGatewayApi } = job.Details ?? {};
  const url = ImportAssetFromSignedUrl?.SignedUrl ?? ImportAssetFromApiGatewayApi?.ApiSpecificationUploadUrl ?? '';
  return answerOf(await fetch(url, { method: 'PUT', headers, body: Buffer.from(body) }));
}

export async function read(url: string): Promise<UrlAnswer> {
  return answerOf(await fetch(url));
}

async function answerOf(response: Response): Promise<UrlAnswer> {
  const body = await response.text();
  const [, code = ''] = /<Code>([^<]*)<\/Code>/.exec(body) ?? [];
  const [, message = ''] = /<Message>([^<]*)<\/Message>/.exec(body) ?? [];
  const text = response.ok ? String(response.status) : `${response.status} ${code}: ${message}`;
  return { ok: response.ok, status: response.status, expired: /expired/i.test(message), text };
}

function refusedOrAccepted({ ok }: UrlAnswer, evidence: string): Finding {
  return { seen: ok ? 'allowed' : 'refused', evidence };
}

/** Works with a job that has a URL to PUT to. */
export function withUpload(
  context: Context,
  work: (job: CreatedJob, revision: RevisionKey) => Promise<Finding>,
): Promise<Finding> {
  return withRevision(context, async (revision) => {
    const details = urlImport(revision, 'prices.csv', HASH);
    return work(await createJob(context, 'IMPORT_ASSET_FROM_SIGNED_URL', details), revision);
  });
}

/** Works with the URL of an export that has just ended. */
function withDownload(context: Context, work: (url: string) => Promise<Finding>): Promise<Finding> {
  return withAssets(context, ['one.txt'], async (revision, _bucket, [AssetId]) => {
    const job = await runJob(context, 'EXPORT_ASSET_TO_SIGNED_URL', {
      ExportAssetToSignedUrl: { ...revision, AssetId },
    });
    const url = job.Details?.ExportAssetToSignedUrl?.SignedUrl;
    return url ? work(url) : { undecided: 'the job gives no URL', evidence: describeJob(job) };
  });
}
