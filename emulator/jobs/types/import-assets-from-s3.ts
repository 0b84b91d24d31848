import type { ContentRef } from '../../content/content-store';
import type { JobError } from '../../store/job-plan';
import { list, structure, text } from '../../validation/shapes';
import { addAssets, openRevision } from '../assets';
import { JobFailure } from '../job-failure';
import { type ImportDetails, importDetails, importReferences, jobType, type Run } from '../job-type';
import { fetchObject } from '../transfers';

interface Source {
  readonly Bucket: string;
  readonly Key: string;
}

interface Details extends ImportDetails {
  readonly AssetSources: readonly Source[];
}

/** Quota "Assets per import job from Amazon S3". */
const MOST_SOURCES = 100;

/** Makes an asset of each object, with the object's key as its name: of all objects, or of none. */
export const importAssetsFromS3 = jobType<Details>({
  name: 'IMPORT_ASSETS_FROM_S3',
  member: 'ImportAssetsFromS3',
  assetType: 'S3_SNAPSHOT',
  direction: 'import',
  concurrent: 10,
  limitName: 'Concurrent in progress jobs to import assets from Amazon S3',
  details: importDetails({ AssetSources: list(structure({ Bucket: text, Key: text }), { max: MOST_SOURCES }) }),
  problems({ AssetSources }, { emptyLists, duplicateSources }) {
    const problems: string[] = [];
    if (!AssetSources.length && emptyLists === 'refused') {
      problems.push('AssetSources must have at least 1 entry');
    }
    const places = new Set(AssetSources.map(({ Bucket, Key }) => JSON.stringify([Bucket, Key])));
    if (places.size < AssetSources.length && duplicateSources === 'refused') {
      problems.push('AssetSources has an entry twice');
    }
    return problems;
  },
  references: importReferences,
  async run(run) {
    const { content, assumptions } = run.region;
    const revision = openRevision(run);
    const { found, errors } = await fetchAll(run, run.details.AssetSources);
    try {
      if (errors.length && assumptions().s3Import === 'atomic') {
        throw new JobFailure(mergeByCode(errors));
      }
      const drafts = found.map(({ source, bytes }) => ({
        name: source.Key,
        content: bytes,
        details: { S3SnapshotAsset: { Size: bytes.size } },
      }));
      addAssets(run, revision, 'S3_SNAPSHOT', drafts);
    } catch (error) {
      await Promise.all(found.map(({ bytes }) => content.drop(bytes)));
      throw error;
    }
    if (errors.length) {
      throw new JobFailure(mergeByCode(errors));
    }
  },
});

async function fetchAll(run: Run<unknown>, sources: readonly Source[]) {
  const found: { readonly source: Source; readonly bytes: ContentRef }[] = [];
  const errors: JobError[] = [];
  for (const source of sources) {
    try {
      found.push({ source, bytes: await fetchObject(run, source.Bucket, source.Key) });
    } catch (error) {
      if (!(error instanceof JobFailure)) {
        throw error;
      }
      errors.push(...error.errors);
    }
  }
  return { found, errors };
}

/** One error per code, with all its objects in Details: a hundred missing objects are one error, not a hundred. */
function mergeByCode(errors: readonly JobError[]): JobError[] {
  const codes = [...new Set(errors.map(({ Code }) => Code))];
  return codes.map((code) => {
    const [first, ...others] = errors.filter(({ Code }) => Code === code);
    const sources = [first!, ...others].flatMap(sourcesOf);
    return {
      ...first!,
      ...(others.length ? { Message: `${first!.Message} And ${others.length} more.` } : {}),
      ...(sources.length ? { Details: { ImportAssetsFromS3JobErrorDetails: sources } } : {}),
    };
  });
}

function sourcesOf({ Details }: JobError): readonly Source[] {
  return (
    (Details as { ImportAssetsFromS3JobErrorDetails?: readonly Source[] } | undefined)
      ?.ImportAssetsFromS3JobErrorDetails ?? []
  );
}
