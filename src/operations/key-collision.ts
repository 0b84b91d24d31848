import type { Asset, Job } from '../job/job';
import { isRecord, text, valueAt, valuesAt } from '../job/properties';
import { assetsOf, type Exchange, Refusal } from './exchange';

/** How a job error may say that two assets would be written to one key. Its code and text are not documented. */
const MAY_BE_COLLISION = /VALIDATION_EXCEPTION|collid|collision|duplicate|same|already/i;

/**
 * Which assets an export that failed would have written to one object, and how that comes about.
 *
 * @returns undefined if no two would, or if the assets cannot be listed: this explains a failure, and must not hide it
 */
export async function keyCollision(job: Job, exchange: Exchange): Promise<string | undefined> {
  const errors = (job.Errors ?? []).map(({ Code, Message }) => `${Code} ${Message}`).join(' ');
  const destinations = destinationsOf(job);
  const [first] = destinations;
  if (first === undefined || !MAY_BE_COLLISION.test(errors)) {
    return undefined;
  }
  let assets: readonly Asset[];
  try {
    assets = await assetsOf(first, exchange);
  } catch (error) {
    if (error instanceof Refusal) {
      return undefined;
    }
    throw error;
  }
  const writers = new Map<string, Asset[]>();
  for (const { bucket, keyOf } of destinations) {
    for (const asset of assets) {
      const key = keyOf(asset);
      if (key !== undefined) {
        const object = `s3://${bucket}/${key}`;
        writers.set(object, [...(writers.get(object) ?? []), asset]);
      }
    }
  }
  const [collision] = [...writers].filter(([, writing]) => writing.length > 1);
  if (collision === undefined) {
    return undefined;
  }
  const [object, writing] = collision;
  const names = writing.map(({ Name, Id }) => `${Name} (${Id})`).join(' and ');
  return (
    `The assets ${names} would both be written to ${object}: the revision holds more than one asset of that name, ` +
    'because several jobs, or one job twice, imported it. Make a new revision by changing Triggers of the resource that makes ' +
    'it, or tell the assets apart by their keys'
  );
}

interface Destination {
  readonly dataSetId: string;
  readonly revisionId: string;
  readonly bucket: string;
  /** The key that an asset of the revision is written to; undefined if it is not written to this destination. */
  readonly keyOf: (asset: Asset) => string | undefined;
}

function destinationsOf(job: Job): readonly Destination[] {
  const branch = valueAt(job.Details, job.Type === 'EXPORT_ASSETS_TO_S3' ? 'ExportAssetsToS3' : 'ExportRevisionsToS3');
  if (!isRecord(branch)) {
    return [];
  }
  const dataSetId = text(branch, 'DataSetId') ?? '';
  const ofAssets = valuesAt(branch, 'AssetDestinations')
    .filter(isRecord)
    .map((entry) => ({
      dataSetId,
      revisionId: text(branch, 'RevisionId') ?? '',
      bucket: text(entry, 'Bucket') ?? '',
      keyOf: ({ Id, Name }: Asset) => (entry.AssetId === Id ? (text(entry, 'Key') ?? Name) : undefined),
    }));
  const ofRevisions = valuesAt(branch, 'RevisionDestinations')
    .filter(isRecord)
    .map((entry) => ({
      dataSetId,
      revisionId: text(entry, 'RevisionId') ?? '',
      bucket: text(entry, 'Bucket') ?? '',
      keyOf: ({ Id, Name = '' }: Asset) =>
        (text(entry, 'KeyPattern') ?? '${Asset.Name}').replaceAll('${Asset.Name}', Name).replaceAll('${Asset.Id}', Id),
    }));
  return [...ofAssets, ...ofRevisions];
}
