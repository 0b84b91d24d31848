import type { ContentRef } from '../../content/content-store';
import type { JobError } from '../../store/records';
import { id, list, structure, text } from '../../validation/shapes';
import { addAssets, openRevision } from '../assets';
import { JobFailure } from '../job-failure';
import { jobType } from '../job-type';
import { fetchObject } from '../transfers';

interface Source {
  Bucket: string;
  Key: string;
}

interface Details {
  DataSetId: string;
  RevisionId: string;
  AssetSources: Source[];
}

/** Quota "Assets per import job from Amazon S3". */
const MOST_SOURCES = 100;

/** Each object becomes an asset of the key's name: all of them, or none. */
export const importAssetsFromS3 = jobType<Details>({
  name: 'IMPORT_ASSETS_FROM_S3',
  member: 'ImportAssetsFromS3',
  assetType: 'S3_SNAPSHOT',
  direction: 'import',
  concurrent: 10,
  limitName: 'Concurrent in progress jobs to import assets from Amazon S3',
  details: structure({
    DataSetId: id,
    RevisionId: id,
    AssetSources: list(structure({ Bucket: text, Key: text }), { max: MOST_SOURCES }),
  }),
  problems({ AssetSources }, { emptyLists, duplicateSources }) {
    const problems: string[] = [];
    if (!AssetSources.length && emptyLists === 'refused') problems.push('AssetSources must have at least 1 entry');
    const places = new Set(AssetSources.map(({ Bucket, Key }) => JSON.stringify([Bucket, Key])));
    if (places.size < AssetSources.length && duplicateSources === 'refused')
      problems.push('AssetSources has an entry twice');
    return problems;
  },
  references: ({ DataSetId, RevisionId }) => ({ dataSetId: DataSetId, revisionIds: [RevisionId], assetIds: [] }),
  async run(work) {
    const { content, assumptions } = work.exchange;
    const revision = openRevision(work);
    const found: { source: Source; content: ContentRef }[] = [];
    const errors: JobError[] = [];
    for (const source of work.details.AssetSources) {
      try {
        found.push({ source, content: await fetchObject(work, source) });
      } catch (error) {
        if (!(error instanceof JobFailure)) throw error;
        errors.push(...error.errors);
      }
    }
    const keeps = errors.length === 0 || assumptions().s3Import === 'partial';
    try {
      if (keeps) {
        const drafts = found.map((one) => ({
          name: one.source.Key,
          content: one.content,
          details: { S3SnapshotAsset: { Size: one.content.size } },
        }));
        addAssets(work, revision, 'S3_SNAPSHOT', drafts);
      }
    } catch (error) {
      for (const one of found) await content.drop(one.content);
      throw error;
    }
    if (!keeps) for (const one of found) await content.drop(one.content);
    if (errors.length) throw new JobFailure(merge(errors));
  },
});

/** One entry per code and text, with all its objects in Details: a hundred missing objects are one error, not a hundred. */
function merge(errors: JobError[]): JobError[] {
  const byCode = new Map<string, { error: JobError; sources: Source[] }>();
  for (const error of errors) {
    const sources =
      (error.Details as { ImportAssetsFromS3JobErrorDetails?: Source[] } | undefined)
        ?.ImportAssetsFromS3JobErrorDetails ?? [];
    const known = byCode.get(error.Code);
    if (known) known.sources.push(...sources);
    else byCode.set(error.Code, { error, sources: [...sources] });
  }
  return [...byCode.values()].map(({ error, sources }) => ({
    ...error,
    Message: sources.length > 1 ? `${error.Message} And ${sources.length - 1} more.` : error.Message,
    ...(sources.length ? { Details: { ImportAssetsFromS3JobErrorDetails: sources } } : {}),
  }));
}
