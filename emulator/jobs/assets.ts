import type { ContentRef } from '../content/content-store';
import { assetArn } from '../store/arns';
import type { Asset, AssetType, Revision } from '../store/records';
import { failure, JobFailure } from './job-failure';
import type { Work } from './job-type';

/** An asset about to be made. */
export interface AssetDraft {
  name: string;
  /** Member of the API's AssetDetails. May depend on the id. */
  details: Record<string, unknown> | ((id: string) => Record<string, unknown>);
  nameOf?: (id: string) => string;
  content?: ContentRef;
}

/** Most assets of a revision, by type, and the LimitName of JobError (there is none for APIs). General Reference, quotas. */
const PER_REVISION: Record<AssetType, { most: number; limitName?: string }> = {
  S3_SNAPSHOT: { most: 10_000, limitName: 'Assets per revision' },
  REDSHIFT_DATA_SHARE: { most: 20, limitName: 'Amazon Redshift datashare assets per revision' },
  API_GATEWAY_API: { most: 20 },
  S3_DATA_ACCESS: { most: 5, limitName: 'Amazon S3 data access assets per revision' },
  LAKE_FORMATION_DATA_PERMISSION: { most: 20, limitName: 'AWS Lake Formation data permission assets per revision' },
};

/** The revision an import goes into, or the failure that says why it cannot. */
export function openRevision(work: Work<{ DataSetId: string; RevisionId: string }>): Revision {
  const { DataSetId, RevisionId } = work.details;
  const revision = existingRevision(work, DataSetId, RevisionId);
  const { finalizedRevisionImport } = work.exchange.assumptions();
  if (revision.finalized && finalizedRevisionImport !== 'allowed') {
    throw failure('finalizedRevision', `Revision ${RevisionId} is finalized.`, work.exchange.assumptions(), {
      ResourceId: RevisionId,
      ResourceType: 'REVISION',
    });
  }
  return revision;
}

/** A revision that must still be there. @throws JobFailure */
export function existingRevision(work: Work<unknown>, dataSetId: string, revisionId: string): Revision {
  const { store, assumptions } = work.exchange;
  if (!store.dataSets.has(dataSetId)) {
    throw failure('missingResource', `Data set ${dataSetId} does not exist.`, assumptions(), {
      ResourceId: dataSetId,
      ResourceType: 'DATA_SET',
    });
  }
  const revision = store.revisions.get(revisionId);
  if (revision?.dataSetId !== dataSetId) {
    throw failure('missingResource', `Revision ${revisionId} does not exist.`, assumptions(), {
      ResourceId: revisionId,
      ResourceType: 'REVISION',
    });
  }
  return revision;
}

/** An asset with bytes that must still be there. @throws JobFailure */
export function exportableAsset(
  work: Work<unknown>,
  revision: Revision,
  assetId: string,
): Asset & { content: ContentRef } {
  const { store, assumptions } = work.exchange;
  const asset = store.assets.get(assetId);
  if (asset?.revisionId !== revision.id) {
    throw failure('missingResource', `Asset ${assetId} does not exist.`, assumptions(), {
      ResourceId: assetId,
      ResourceType: 'ASSET',
    });
  }
  if (asset.assetType !== 'S3_SNAPSHOT' || !asset.content) {
    throw failure('notExportable', `Asset ${assetId} is a ${asset.assetType} and cannot be exported.`, assumptions(), {
      ResourceId: assetId,
      ResourceType: 'ASSET',
    });
  }
  return asset as Asset & { content: ContentRef };
}

/** Puts all drafts into the revision, or none. @throws JobFailure when the revision would hold too many */
export function addAssets(work: Work<unknown>, revision: Revision, assetType: AssetType, drafts: AssetDraft[]): void {
  const { store, region, account, ids, assumptions } = work.exchange;
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
  for (const draft of drafts) {
    const id = ids.next();
    store.assets.set(id, {
      id,
      arn: assetArn(region, account, revision.dataSetId, revision.id, id),
      dataSetId: revision.dataSetId,
      revisionId: revision.id,
      name: draft.nameOf?.(id) ?? draft.name,
      assetType,
      createdAt: work.at,
      updatedAt: work.at,
      tags: new Map((work.job.assetTags ?? []).map(({ Key, Value }) => [Key, Value])),
      details: typeof draft.details === 'function' ? draft.details(id) : draft.details,
      ...(draft.content ? { content: draft.content } : {}),
    });
  }
}
