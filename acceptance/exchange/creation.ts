import { DeleteRevisionCommand, type RequestDetails, StartJobCommand, type Type } from '@aws-sdk/client-dataexchange';
import type { Context, Finding, Probe } from '../probe';
import { RIGHTS_OF_OPTIONS } from '../rights';
import {
  type Answer,
  assetsOf,
  attempt,
  cancelJob,
  createJob,
  describe,
  describeJob,
  finalize,
  finishJob,
  getJob,
  makeDataSet,
  probe,
  type RevisionKey,
  refusedOrNot,
  s3Import,
  sharedBucket,
  startJob,
  unknownId,
  withAssets,
  withFilled,
  withRevision,
} from './support';

/** What CreateJob and StartJob look at. */

/** No hash of anything: 18 bytes in Base64. */
const HASH_OF_18_BYTES = Buffer.alloc(18).toString('base64');
const MOST_REVISIONS = 30;

export const CREATION: readonly Probe[] = [
  probe('createJobChecks', 'revisions', async (context) => {
    const nowhere = { DataSetId: unknownId(), RevisionId: unknownId() };
    const details = s3Import(nowhere, context.nameOf('nowhere'), ['one.txt']);
    let id: string | undefined;
    const made = context.make('job', context.nameOf('job-of-nothing'), async () => {
      id = (await createJob(context, 'IMPORT_ASSETS_FROM_S3', details)).Id;
      return id;
    });
    const answer = await attempt(made);
    if (id !== undefined) {
      await cancelJob(context, id);
    }
    return refusedOrNot(answer, 'all', 'details');
  }),

  probe('startJobChecks', 'imports', async (context) => {
    const bucket = await sharedBucket(context);
    const missing = await withRevision(context, async (revision) => {
      const { Id } = await createJob(context, 'IMPORT_ASSETS_FROM_S3', s3Import(revision, bucket, ['one.txt']));
      await getJob(context, Id);
      await context.clients.dataExchange.send(new DeleteRevisionCommand(revision));
      return attemptStart(context, Id);
    });
    const unsent = await withRevision(context, async (revision) => {
      const { Id } = await createJob(context, 'IMPORT_ASSET_FROM_SIGNED_URL', urlImport(revision, 'unsent.txt'));
      await getJob(context, Id);
      return attemptStart(context, Id);
    });
    const evidence = `the revision was deleted: ${describe(missing)}; nothing was uploaded: ${describe(unsent)}`;
    if ('refused' in missing !== 'refused' in unsent) {
      return { undecided: 'it looks at one of them only', evidence };
    }
    return { seen: 'refused' in missing ? 'all' : 'state', evidence };
  }),

  probe('finalizedRevisionImport', 'imports', (context) =>
    withFilled(context, ['one.txt'], async (revision, bucket) => {
      await finalize(context, revision);
      const details = s3Import(revision, bucket, ['two.txt']);
      const created = await attempt(createJob(context, 'IMPORT_ASSETS_FROM_S3', details));
      if ('refused' in created) {
        return { seen: 'CreateJob', evidence: describe(created) };
      }
      const { Id } = created.done;
      await getJob(context, Id);
      const started = await attempt(context.clients.dataExchange.send(new StartJobCommand({ JobId: Id })));
      if ('refused' in started) {
        await cancelJob(context, Id);
        return { seen: 'StartJob', evidence: describe(started) };
      }
      const job = await finishJob(context, Id);
      return { seen: job.State === 'COMPLETED' ? 'allowed' : 'job', evidence: describeJob(job) };
    }),
  ),

  probe('assetTypeMismatch', 'imports', async (context) => {
    const bucket = await sharedBucket(context);
    const dataSet = await makeDataSet(context, 'apis', 'API_GATEWAY_API');
    const finding = await withRevision(
      context,
      async (revision): Promise<Finding> => {
        const details = s3Import(revision, bucket, ['one.txt']);
        const created = await attempt(createJob(context, 'IMPORT_ASSETS_FROM_S3', details));
        if ('refused' in created) {
          return refusedOrNot(created);
        }
        await getJob(context, created.done.Id);
        const started = await attemptStart(context, created.done.Id);
        if ('refused' in started) {
          return { seen: 'refused', evidence: `at StartJob: ${describe(started)}` };
        }
        const job = await finishJob(context, created.done.Id);
        if ((await context.seen('createJobChecks')) === 'details') {
          return { undecided: 'CreateJob does not look at the data set at all', evidence: describeJob(job) };
        }
        return { seen: 'allowed', evidence: describeJob(job) };
      },
      dataSet.id,
    );
    await context.remove(dataSet);
    return finding;
  }),

  probe('duplicateSources', 'imports', async (context) => {
    const bucket = await sharedBucket(context);
    return withRevision(context, async (revision): Promise<Finding> => {
      const details = s3Import(revision, bucket, ['one.txt', 'one.txt']);
      const created = await attempt(createJob(context, 'IMPORT_ASSETS_FROM_S3', details));
      if ('refused' in created) {
        return { seen: 'refused', evidence: describe(created) };
      }
      await startJob(context, created.done.Id);
      const job = await finishJob(context, created.done.Id);
      const assets = await assetsOf(context, revision);
      const evidence = `${describeJob(job)}; ${assets.length} assets`;
      // A revision that may hold fewer shows it, too: the job counted two.
      const counted = job.Errors?.some(({ Code }) => Code === 'SERVICE_QUOTA_EXCEEDED_EXCEPTION');
      return assets.length === 2 || counted
        ? { seen: 'two-assets', evidence }
        : { undecided: 'CreateJob takes it, but there are no two assets', evidence };
    });
  }),

  probe('md5Check', 'revisions', (context) =>
    withRevision(context, async (revision) =>
      refusedOrNot(
        await attemptJob(context, 'IMPORT_ASSET_FROM_SIGNED_URL', urlImport(revision, 'a.txt', HASH_OF_18_BYTES)),
        'digest',
        'pattern',
      ),
    ),
  ),

  probe('emptyLists', 'imports', async (context) => {
    const bucket = await sharedBucket(context);
    return withRevision(context, async (revision) =>
      refusedOrNot(await attemptJob(context, 'IMPORT_ASSETS_FROM_S3', s3Import(revision, bucket, []))),
    );
  }),

  probe('revisionsPerExport', 'exports', (context) =>
    withAssets(context, ['one.txt'], async (revision, bucket): Promise<Finding> => {
      const { DataSetId } = revision;
      const one = { RevisionId: revision.RevisionId, Bucket: bucket };
      for (let given = 1; given <= MOST_REVISIONS; given += 1) {
        const RevisionDestinations = Array.from({ length: given }, () => one);
        const details = { ExportRevisionsToS3: { DataSetId, RevisionDestinations } };
        const answer = await attemptJob(context, 'EXPORT_REVISIONS_TO_S3', details);
        if ('refused' in answer) {
          const evidence = `${given} entries of one revision: ${describe(answer)}`;
          return given > 1 ? { seen: given - 1, evidence } : { undecided: 'not even one is taken', evidence };
        }
      }
      return { undecided: `more than ${MOST_REVISIONS}` };
    }),
  ),

  probe('kmsWithoutKey', 'exports', (context) =>
    withAssets(context, ['one.txt'], async (revision, bucket) => {
      const details = revisionExport(revision, bucket);
      const Encryption = { Type: 'aws:kms' as const, KmsKeyArn: undefined };
      Object.assign(details.ExportRevisionsToS3, { Encryption });
      return refusedOrNot(await attemptJob(context, 'EXPORT_REVISIONS_TO_S3', details));
    }),
  ),

  probe('unknownKeyReferences', 'exports', (context) =>
    withAssets(context, ['one.txt'], async (revision, bucket): Promise<Finding> => {
      const details = revisionExport(revision, bucket, 'unknown-${Asset.Id}/${Asset.Size}');
      const answer = await attemptJob(context, 'EXPORT_REVISIONS_TO_S3', details);
      return refusedOrNot(answer, 'refused', 'literal');
    }),
  ),

  probe('echoedKeyPattern', 'exports', (context) =>
    withAssets(context, ['one.txt'], async (revision, bucket): Promise<Finding> => {
      const { Id } = await createJob(context, 'EXPORT_REVISIONS_TO_S3', revisionExport(revision, bucket));
      const { Details } = await getJob(context, Id);
      await cancelJob(context, Id);
      const shown = Details?.ExportRevisionsToS3?.RevisionDestinations?.[0]?.KeyPattern;
      return { seen: shown !== undefined, evidence: `GetJob shows ${shown ?? 'none'}` };
    }),
  ),

  probe('echoedKey', 'exports', (context) =>
    withAssets(context, ['one.txt'], async (revision, bucket, [AssetId]): Promise<Finding> => {
      const AssetDestinations = [{ AssetId, Bucket: bucket }];
      const details = { ExportAssetsToS3: { ...revision, AssetDestinations } };
      const { Id } = await createJob(context, 'EXPORT_ASSETS_TO_S3', details);
      const { Details } = await getJob(context, Id);
      await cancelJob(context, Id);
      const shown = Details?.ExportAssetsToS3?.AssetDestinations?.[0]?.Key;
      return { seen: shown !== undefined, evidence: `GetJob shows ${shown ?? 'none'}` };
    }),
  ),

  probe(
    'lakeFormationNeither',
    'revisions',
    async (context) => {
      const dataSet = await makeDataSet(context, 'lake-formation', 'LAKE_FORMATION_DATA_PERMISSION');
      const finding = await withRevision(
        context,
        async (revision) => {
          const { account, options } = context;
          const details = {
            ImportAssetsFromLakeFormationTagPolicy: {
              ...revision,
              CatalogId: account,
              RoleArn: options.LAKE_FORMATION_ROLE_ARN,
            },
          };
          return refusedOrNot(await attemptJob(context, 'IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY', details));
        },
        dataSet.id,
      );
      await context.remove(dataSet);
      return finding;
    },
    { needs: ['LAKE_FORMATION_ROLE_ARN'], rights: RIGHTS_OF_OPTIONS },
  ),

  probe('exportUnfinalizedRevision', 'exports', (context) =>
    withFilled(context, ['one.txt'], async (revision, bucket): Promise<Finding> => {
      const details = revisionExport(revision, bucket, 'unfinalized/${Asset.Name}');
      const created = await attempt(createJob(context, 'EXPORT_REVISIONS_TO_S3', details));
      if ('refused' in created) {
        return { seen: 'refused', evidence: describe(created) };
      }
      await startJob(context, created.done.Id);
      const job = await finishJob(context, created.done.Id);
      return { seen: 'allowed', evidence: `CreateJob accepts it; the job ends: ${describeJob(job)}` };
    }),
  ),
];

/** Whether CreateJob takes the details. The job does not run. */
export async function attemptJob(context: Context, type: Type, details: RequestDetails): Promise<Answer<unknown>> {
  const answer = await attempt(createJob(context, type, details));
  if ('done' in answer) {
    await cancelJob(context, answer.done.Id);
  }
  return answer;
}

/** Starts a job that is known, and waits for its end if it starts. */
async function attemptStart(context: Context, JobId: string): Promise<Answer<unknown>> {
  const answer = await attempt(context.clients.dataExchange.send(new StartJobCommand({ JobId })));
  if ('done' in answer) {
    await finishJob(context, JobId);
  } else {
    await cancelJob(context, JobId);
  }
  return answer;
}

export function revisionExport({ DataSetId, RevisionId }: RevisionKey, Bucket: string, KeyPattern?: string) {
  const RevisionDestinations = [{ RevisionId, Bucket, ...(KeyPattern ? { KeyPattern } : {}) }];
  return { ExportRevisionsToS3: { DataSetId, RevisionDestinations } };
}

/** @param Md5Hash in Base64 */
export function urlImport(revision: RevisionKey, AssetName: string, Md5Hash = 'AAAAAAAAAAAAAAAAAAAAAA==') {
  return { ImportAssetFromSignedUrl: { ...revision, AssetName, Md5Hash } };
}
