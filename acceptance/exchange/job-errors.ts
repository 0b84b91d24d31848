import {
  DeleteRevisionCommand,
  type GetJobCommandOutput,
  type RequestDetails,
  type Type,
} from '@aws-sdk/client-dataexchange';
import { PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { CODE_OF_SITUATION, type JobErrorSituation } from '../../emulator/store/assumptions';
import type { Context, Finding, Probe } from '../probe';
import { ownBuckets } from '../rights';
import { revisionExport, urlImport } from './creation';
import { keysOf } from './exports';
import { withJobsOf } from './job-examples';
import { quotaOf } from './quotas';
import {
  assetsOf,
  attempt,
  createJob,
  describe,
  describeJob,
  finalize,
  finishJob,
  getJob,
  guess,
  makeBucket,
  probe,
  putObject,
  type RevisionKey,
  runJob,
  s3Import,
  sharedBucket,
  startJob,
  withAssets,
  withFilled,
  withRevision,
} from './support';
import { HASH, put } from './uploads';

/** What goes wrong inside a job, and what the job says of it. */

/** One byte more than S3 allows. */
const IMPOSSIBLE_KEY = 'k'.repeat(1025);

/** A job that ended, or why there is none. */
type Trial = GetJobCommandOutput | string;

/** How each situation is brought about. */
const SITUATIONS: Readonly<Record<JobErrorSituation, (context: Context) => Promise<Trial>>> = {
  missingObject: (context) => tryImport(context, ['missing.txt']),
  missingBucket: (context) => tryImport(context, ['one.txt'], context.nameOf('nowhere')),
  impossibleKey: (context) => tryImport(context, [IMPOSSIBLE_KEY]),
  bucketDenied: tryDeniedBucket,
  missingUpload: (context) => tryUpload(context, async () => {}),
  wrongMd5: (context) => tryUpload(context, (job) => put(job, {}, 'other content')),
  missingResource: (context) =>
    tryAfterChange(context, (revision) => context.clients.dataExchange.send(new DeleteRevisionCommand(revision))),
  finalizedRevision: (context) => tryAfterChange(context, (revision) => finalize(context, revision)),
  keyCollision: (context) =>
    withAssets(context, ['one.txt'], (revision, Bucket, [AssetId]) => {
      const AssetDestinations = [1, 2].map(() => ({ AssetId, Bucket, Key: 'collision/twice.txt' }));
      return tryJob(context, 'EXPORT_ASSETS_TO_S3', { ExportAssetsToS3: { ...revision, AssetDestinations } });
    }),
  notExportable: (context) =>
    withJobsOf(context, 'CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET', async (create) => {
      const { Id, Details } = await create();
      await startJob(context, Id);
      await finishJob(context, Id);
      const { DataSetId = '', RevisionId = '' } = Details?.CreateS3DataAccessFromS3Bucket ?? {};
      const revision = { DataSetId, RevisionId };
      if ((await context.seen('exportUnfinalizedRevision')) === 'refused') {
        await finalize(context, revision);
      }
      const details = revisionExport(revision, await sharedBucket(context), 'not-exportable/${Asset.Name}');
      return tryJob(context, 'EXPORT_REVISIONS_TO_S3', details);
    }),
  overQuota: async (context) => {
    if (!context.options.QUOTAS) {
      return 'QUOTAS=1 tries it';
    }
    const { failed } = await quotaOf(context, 'EXPORT_REVISIONS_TO_S3');
    return failed ?? 'StartJob refuses it';
  },
};

export const JOB_ERRORS: readonly Probe[] = [
  probe('s3Import', 'imports', async (context): Promise<Finding> => {
    const bucket = await sharedBucket(context);
    return withRevision(context, async (revision) => {
      const job = await runJob(
        context,
        'IMPORT_ASSETS_FROM_S3',
        s3Import(revision, bucket, ['one.txt', 'missing.txt']),
      );
      const assets = await assetsOf(context, revision);
      const evidence = `${describeJob(job)}; ${assets.length} of two assets`;
      return { seen: assets.length === 0 ? 'atomic' : 'partial', evidence };
    });
  }),

  probe('jobErrorCodes', 'exports', findCodes, {
    alone: true,
    seconds: 300,
    rights: ownBuckets('PutBucketPolicy', 'DeleteBucketPolicy'),
  }),

  guess(
    'detailsOfMissingObject',
    'whether the error of a missing object names it in Details',
    { ImportAssetsFromS3JobErrorDetails: 'bucket and key' },
    'imports',
    async (context): Promise<Finding> => {
      const bucket = await sharedBucket(context);
      return withRevision(context, async (revision) => {
        const job = await runJob(context, 'IMPORT_ASSETS_FROM_S3', s3Import(revision, bucket, ['missing.txt']));
        const [error] = job.Errors ?? [];
        const [source] = error?.Details?.ImportAssetsFromS3JobErrorDetails ?? [];
        const named = source?.Bucket === bucket && source?.Key === 'missing.txt';
        const seen = named ? { ImportAssetsFromS3JobErrorDetails: 'bucket and key' } : 'nothing';
        const { ResourceId, ResourceType, LimitName } = error ?? {};
        const members = JSON.stringify({ ResourceId, ResourceType, LimitName, Details: error?.Details });
        return { seen, evidence: `${describeJob(job)}; ${members}` };
      });
    },
  ),

  guess(
    'exportsCheckFirst',
    'whether an export writes nothing if one of its objects cannot be written',
    'nothing',
    'exports',
    (context): Promise<Finding> =>
      withAssets(context, ['one.txt'], async (revision, Bucket, [AssetId]) => {
        const AssetDestinations = [
          { AssetId, Bucket, Key: 'partly/one.txt' },
          { AssetId, Bucket: context.nameOf('nowhere'), Key: 'one.txt' },
        ];
        const details = { ExportAssetsToS3: { ...revision, AssetDestinations } };
        const job = await tryJob(context, 'EXPORT_ASSETS_TO_S3', details);
        const written = await keysOf(context, Bucket, 'partly/');
        const evidence = typeof job === 'string' ? job : describeJob(job);
        return { seen: written.length === 0 ? 'nothing' : 'the others', evidence };
      }),
  ),
];

async function findCodes(context: Context): Promise<Finding> {
  const seen: Record<string, string> = {};
  const evidence: string[] = [];
  let told = 0;
  for (const [situation, bringAbout] of Object.entries(SITUATIONS)) {
    const trial = await bringAbout(context).catch((error: Error & { missingRight?: string }) => {
      if (error.missingRight) {
        throw error;
      }
      return error.message;
    });
    const code = typeof trial === 'string' ? undefined : trial.Errors?.[0]?.Code;
    evidence.push(`${situation}: ${typeof trial === 'string' ? trial : describeJob(trial)}`);
    told += code ? 1 : 0;
    if (code && code !== CODE_OF_SITUATION[situation as JobErrorSituation]) {
      seen[situation] = code;
    }
  }
  return told === 0
    ? { undecided: 'no job fails inside', evidence: evidence.join('; ') }
    : { seen, evidence: evidence.join('; ') };
}

async function tryImport(context: Context, keys: readonly string[], bucket?: string): Promise<Trial> {
  const from = bucket ?? (await sharedBucket(context));
  return withRevision(context, (revision) => tryJob(context, 'IMPORT_ASSETS_FROM_S3', s3Import(revision, from, keys)));
}

/** A bucket whose policy lets nobody read its objects. */
async function tryDeniedBucket(context: Context): Promise<Trial> {
  const bucket = await makeBucket(context, 'denied');
  await putObject(context, bucket, 'one.txt');
  const statement = { Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}/*` };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await context.clients.s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
  return tryImport(context, ['one.txt'], bucket);
}

function tryUpload(
  context: Context,
  send: (job: Awaited<ReturnType<typeof createJob>>) => Promise<unknown>,
): Promise<Trial> {
  return withRevision(context, (revision) =>
    tryJob(context, 'IMPORT_ASSET_FROM_SIGNED_URL', urlImport(revision, 'prices.csv', HASH), send),
  );
}

/**
 * An import whose revision changes before it runs; while it runs, if StartJob looks at it.
 *
 * @param change what is done to the revision
 */
async function tryAfterChange(context: Context, change: (revision: RevisionKey) => Promise<unknown>): Promise<Trial> {
  const before = await withFilled(context, ['one.txt'], (revision, bucket) =>
    tryJob(context, 'IMPORT_ASSETS_FROM_S3', s3Import(revision, bucket, ['two.txt']), () => change(revision)),
  );
  return typeof before === 'string'
    ? withFilled(context, ['one.txt'], async (revision, bucket) => {
        const details = s3Import(revision, bucket, ['two.txt']);
        return tryJob(context, 'IMPORT_ASSETS_FROM_S3', details, undefined, () => change(revision));
      })
    : before;
}

/** Runs a job as far as it goes. @param waiting what is done before StartJob @param running what is done after it */
async function tryJob(
  context: Context,
  type: Type,
  details: RequestDetails,
  waiting?: (job: Awaited<ReturnType<typeof createJob>>) => Promise<unknown>,
  running?: () => Promise<unknown>,
): Promise<Trial> {
  const created = await attempt(createJob(context, type, details));
  if ('refused' in created) {
    return `CreateJob: ${describe(created)}`;
  }
  await getJob(context, created.done.Id);
  await waiting?.(created.done);
  const started = await attempt(startJob(context, created.done.Id));
  if ('refused' in started) {
    return `StartJob: ${describe(started)}`;
  }
  await running?.();
  return finishJob(context, created.done.Id);
}
