import type { ContentRef } from '../content/content-store';
import type { ResourceType } from '../errors';
import { assetArn } from '../store/arns';
import type { JobErrorSituation } from '../store/assumptions';
import type { Asset, AssetType, Revision } from '../store/records';
import { failure, JobFailure } from './job-failure';
import type { ImportDetails, Run } from './job-type';

/** An asset to be made. */
export interface AssetDraft {
  readonly name: string | ((id: string) => string);
  /** Member of the API's AssetDetails. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly content?: ContentRef;
}

/** Most assets of a revision by type (General Reference), and their LimitName in JobError; there is none for APIs. */
const PER_REVISION: Readonly<Record<AssetType, { readonly most: number; readonly limitName?: string }>> = {
  S3_SNAPSHOT: { most: 10_000, limitName: 'Assets per revision' },
  REDSHIFT_DATA_SHARE: { most: 20, limitName: 'Amazon Redshift datashare assets per revision' },
  API_GATEWAY_API: { most: 20 },
  S3_DATA_ACCESS: { most: 5, limitName: 'Amazon S3 data access assets per revision' },
  LAKE_FORMATION_DATA_PERMISSION: { most: 20, limitName: 'AWS Lake Formation data permission assets per revision' },
};

/** The revision that an import fills. @throws JobFailure unless it exists and takes assets */
export function openRevision(run: Run<ImportDetails>): Revision {
  const { DataSetId, RevisionId } = run.details;
  const revision = existingRevision(run, DataSetId, RevisionId);
  if (revision.finalized && run.region.assumptions().finalizedRevisionImport !== 'allowed') {
    throw resourceFailure(run, 'finalizedRevision', `Revision ${RevisionId} is finalized.`, 'REVISION', RevisionId);
  }
  return revision;
}

/** A revision that was there when the job was created. @throws JobFailure if it is gone */
export function existingRevision(run: Run<unknown>, dataSetId: string, revisionId: string): Revision {
  const { store } = run.region;
  if (!store.dataSets.has(dataSetId)) {
    const text = `Data set ${dataSetId} does not exist.`;
    throw resourceFailure(run, 'missingResource', text, 'DATA_SET', dataSetId);
  }
  const revision = store.revisions.get(revisionId);
  if (revision?.dataSetId !== dataSetId) {
    const text = `Revision ${revisionId} does not exist.`;
    throw resourceFailure(run, 'missingResource', text, 'REVISION', revisionId);
  }
  return revision;
}

/** An asset with bytes. @throws JobFailure if it is gone, is of another kind, or was revoked for its subscriber */
export function exportableAsset(
  run: Run<unknown>,
  revision: Revision,
  assetId: string,
): Asset & { readonly content: ContentRef } {
  const asset = run.region.store.assets.get(assetId);
  if (asset?.revisionId !== revision.id) {
    throw resourceFailure(run, 'missingResource', `Asset ${assetId} does not exist.`, 'ASSET', assetId);
  }
  const { assetType } = asset;
  if (revision.sourceId !== undefined && revision.revokedAt !== undefined) {
    throw resourceFailure(run, 'notExportable', `Revision ${revision.id} is revoked.`, 'REVISION', revision.id);
  }
  const content = run.region.store.contentOf(asset);
  if (assetType !== 'S3_SNAPSHOT' || !content) {
    const text = `Asset ${assetId} is of the type ${assetType} and cannot be exported.`;
    throw resourceFailure(run, 'notExportable', text, 'ASSET', assetId);
  }
  return { ...asset, content };
}

/** Puts all drafts into the revision, or none. @throws JobFailure if the revision would hold too many */
export function addAssets(
  run: Run<unknown>,
  revision: Revision,
  assetType: AssetType,
  drafts: readonly AssetDraft[],
): void {
  const { store, name: region, account, ids, assumptions } = run.region;
  const { most, limitName } = PER_REVISION[assetType];
  const limit = (limitName ? assumptions().limits[limitName] : undefined) ?? most;
  if (store.assetsOf(revision.id).length + drafts.length > limit) {
    throw new JobFailure([
      {
        Code: 'SERVICE_QUOTA_EXCEEDED_EXCEPTION',
        Message: `Revision ${revision.id} can hold at most ${limit} assets.`,
        ...(limitName ? { LimitName: limitName } : {}),
        LimitValue: limit,
        ResourceId: revision.id,
        ResourceType: 'REVISION',
      },
    ]);
  }
  for (const { name, details, content } of drafts) {
    const id = ids.next();
    store.assets.set(id, {
      id,
      arn: assetArn(region, account, revision.dataSetId, revision.id, id),
      dataSetId: revision.dataSetId,
      revisionId: revision.id,
      name: typeof name === 'function' ? name(id) : name,
      assetType,
      createdAt: run.at,
      updatedAt: run.at,
      tags: new Map((run.job.assetTags ?? []).map(({ Key, Value }) => [Key, Value])),
      details,
      ...(content ? { content } : {}),
    });
  }
}

function resourceFailure(
  run: Run<unknown>,
  situation: JobErrorSituation,
  message: string,
  type: ResourceType,
  id: string,
): JobFailure {
  return failure(situation, message, run.region.assumptions(), { ResourceId: id, ResourceType: type });
}
