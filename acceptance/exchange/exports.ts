import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { Context, Finding, Probe } from '../probe';
import { revisionExport } from './creation';
import { describeJob, KEYS, probe, runJob, withAssets } from './support';

/** What exports write. */

export const EXPORTS: readonly Probe[] = [
  probe('createdAtInKeys', 'exports', (context) =>
    withAssets(context, ['one.txt'], async (revision, bucket): Promise<Finding> => {
      const details = revisionExport(revision, bucket, 'created-at/${Revision.CreatedAt}/${Asset.Name}');
      const job = await runJob(context, 'EXPORT_REVISIONS_TO_S3', details);
      const [key] = await keysOf(context, bucket, 'created-at/');
      const evidence = key ? `the key is ${key}` : describeJob(job);
      if (/\d{2}:\d{2}:\d{2}\.\d{3}Z\//.test(key ?? '')) {
        return { seen: 'milliseconds', evidence };
      }
      return /\d{2}:\d{2}:\d{2}Z\//.test(key ?? '')
        ? { seen: 'seconds', evidence }
        : { undecided: 'it is neither of them', evidence };
    }),
  ),

  probe('keyCollision', 'exports', async (context) => {
    const finding = await collide(context, KEYS).catch((error: Error) => error);
    // A revision that can hold one asset only: the same one goes twice to one key.
    return finding instanceof Error ? collide(context, ['one.txt']) : finding;
  }),
];

/** Exports two assets to one key, or one asset twice. */
function collide(context: Context, keys: readonly string[]): Promise<Finding> {
  return withAssets(context, keys, async (revision, Bucket, assetIds) => {
    const [first, second = first] = assetIds;
    const Key = 'collision/both.txt';
    const AssetDestinations = [first, second].map((AssetId) => ({ AssetId, Bucket, Key }));
    const job = await runJob(context, 'EXPORT_ASSETS_TO_S3', { ExportAssetsToS3: { ...revision, AssetDestinations } });
    const written = await keysOf(context, Bucket, Key);
    const evidence = `two assets to one key: ${describeJob(job)}; ${written.length} objects`;
    return { seen: job.State === 'COMPLETED' ? 'last-wins' : 'job-error', evidence };
  });
}

export async function keysOf({ clients }: Context, Bucket: string, Prefix: string): Promise<string[]> {
  const { Contents = [] } = await clients.s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
  return Contents.map(({ Key = '' }) => Key);
}
