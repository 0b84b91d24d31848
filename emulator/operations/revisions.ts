import { conflict, invalid, limitExceeded, type ServiceError } from '../errors';
import { revisionArn } from '../store/arns';
import type { Assumptions } from '../store/assumptions';
import type { AssetType, Revision } from '../store/records';
import { removeRevision } from '../store/region';
import { tagProblems } from '../validation/check-tags';
import { comment, flag, id, structure, textMap, textOf } from '../validation/shapes';
import { operation, PAGING, type PagingInput } from './operation';
import { pageView, revisionView, tagsView } from './present';
import { publish, revoke } from './publication';

interface RevisionInput {
  readonly DataSetId: string;
  readonly RevisionId: string;
}

interface CreateInput {
  readonly DataSetId: string;
  readonly Comment?: string;
  readonly Tags?: Readonly<Record<string, string>>;
}

/** Quotas of the General Reference, with their LimitName. */
const PER_DATA_SET: Readonly<Record<AssetType, { readonly most: number; readonly limitName: string }>> = {
  S3_SNAPSHOT: { most: 10_000, limitName: 'Revisions per data set' },
  REDSHIFT_DATA_SHARE: { most: 20, limitName: 'Revisions per Amazon Redshift datashare data set' },
  API_GATEWAY_API: { most: 20, limitName: 'Revisions per Amazon API Gateway API data set' },
  S3_DATA_ACCESS: { most: 5, limitName: 'Revisions per Amazon S3 data access data set' },
  LAKE_FORMATION_DATA_PERMISSION: { most: 20, limitName: 'Revisions per AWS Lake Formation data permission data set' },
};

export const createRevision = operation<CreateInput>({
  name: 'CreateRevision',
  method: 'POST',
  path: '/v1/data-sets/:DataSetId/revisions',
  status: 201,
  ownersOnly: true,
  input: structure({ DataSetId: id }, { Comment: comment, Tags: textMap }),
  run({ region, input, now }) {
    const { store, name, account, ids } = region;
    const dataSet = store.dataSet(input.DataSetId);
    const tags = Object.entries(input.Tags ?? {});
    const problems = tagProblems('Tags', tags);
    if (problems.length) {
      throw invalid(problems);
    }
    const { most, limitName } = PER_DATA_SET[dataSet.assetType];
    const limit = region.assumptions().limits[limitName] ?? most;
    if (store.revisionsOf(dataSet.id).length >= limit) {
      throw limitExceeded(limitName, limit);
    }
    const revisionId = ids.next();
    const revision: Revision = {
      id: revisionId,
      arn: revisionArn(name, account, dataSet.id, revisionId),
      dataSetId: dataSet.id,
      ...(input.Comment === undefined ? {} : { comment: input.Comment }),
      createdAt: now,
      updatedAt: now,
      finalized: false,
      published: false,
      tags: new Map(tags),
    };
    store.revisions.set(revisionId, revision);
    return { ...revisionView(revision), ...tagsView(revision.tags) };
  },
});

export const getRevision = operation<RevisionInput>({
  name: 'GetRevision',
  method: 'GET',
  path: '/v1/data-sets/:DataSetId/revisions/:RevisionId',
  status: 200,
  input: structure({ DataSetId: id, RevisionId: id }),
  run({ region, input }) {
    const revision = region.store.revision(input.DataSetId, input.RevisionId);
    return { ...revisionView(revision), ...tagsView(revision.tags) };
  },
});

/** Newest first. */
export const listDataSetRevisions = operation<PagingInput & { readonly DataSetId: string }>({
  name: 'ListDataSetRevisions',
  method: 'GET',
  path: '/v1/data-sets/:DataSetId/revisions',
  status: 200,
  query: PAGING.query,
  input: structure({ DataSetId: id }, PAGING.shape),
  run(call) {
    const { store } = call.region;
    const dataSet = store.dataSet(call.input.DataSetId);
    const scope = ['ListDataSetRevisions', dataSet.id];
    const { page, next } = pageView(call, scope, store.revisionsOf(dataSet.id), (revision) => [
      revision.createdAt,
      revision.id,
    ]);
    return { Revisions: page.map(revisionView), ...next };
  },
});

/** Finalizes, reopens, changes the comment. A reopening and a new comment may come in one call. */
export const updateRevision = operation<RevisionInput & { readonly Comment?: string; readonly Finalized?: boolean }>({
  name: 'UpdateRevision',
  method: 'PATCH',
  path: '/v1/data-sets/:DataSetId/revisions/:RevisionId',
  status: 200,
  ownersOnly: true,
  input: structure({ DataSetId: id, RevisionId: id }, { Comment: comment, Finalized: flag }),
  run({ region, input, now }) {
    const assumptions = region.assumptions();
    const revision = region.store.revision(input.DataSetId, input.RevisionId);
    const reopens = input.Finalized === false && revision.finalized;
    const finalizes = input.Finalized === true && !revision.finalized;
    if (revision.revokedAt !== undefined) {
      throw refused(revision, 'is revoked and cannot be changed.');
    }
    if (reopens && revision.published) {
      throw refused(revision, 'is published and cannot be reopened; it can be revoked.');
    }
    if (input.Comment !== undefined && !reopens) {
      mustBeOpen(revision, assumptions);
    }
    const isEmpty = !region.store.assetsOf(revision.id).length;
    if (finalizes && isEmpty && assumptions.finalizeEmptyRevision === 'refused') {
      throw invalid([`Revision ${revision.id} has no asset and cannot be finalized`]);
    }
    revision.finalized = input.Finalized ?? revision.finalized;
    revision.comment = input.Comment ?? revision.comment;
    revision.updatedAt = now;
    if (finalizes && assumptions.publishOnFinalize) {
      publish(region, revision, now);
    }
    return revisionView(revision);
  },
});

/** Removes its assets too. */
export const deleteRevision = operation<RevisionInput>({
  name: 'DeleteRevision',
  method: 'DELETE',
  path: '/v1/data-sets/:DataSetId/revisions/:RevisionId',
  status: 204,
  ownersOnly: true,
  input: structure({ DataSetId: id, RevisionId: id }),
  run({ region, input }) {
    const revision = region.store.revision(input.DataSetId, input.RevisionId);
    mustBeDeletable(revision, region.assumptions());
    removeRevision(region, revision);
    return undefined;
  },
});

/** Subscribers lose a published revision, its assets stay with the owner. It cannot be undone. */
export const revokeRevision = operation<RevisionInput & { readonly RevocationComment: string }>({
  name: 'RevokeRevision',
  method: 'POST',
  path: '/v1/data-sets/:DataSetId/revisions/:RevisionId/revoke',
  status: 200,
  ownersOnly: true,
  input: structure({ DataSetId: id, RevisionId: id, RevocationComment: textOf({ min: 10, max: 512 }) }),
  run({ region, input, now }) {
    const { revokeUnpublishedRevision } = region.assumptions();
    const revision = region.store.revision(input.DataSetId, input.RevisionId);
    if (revision.revokedAt !== undefined) {
      throw refused(revision, 'is already revoked.');
    }
    if (!revision.published && !(revision.finalized && revokeUnpublishedRevision === 'allowed')) {
      throw refused(revision, 'is not published, so there is nothing to revoke.');
    }
    revoke(region, revision, input.RevocationComment, now);
    return revisionView(revision);
  },
});

/** Refuses to change the comment or assets of a revision that is read-only. @throws ServiceError 409 */
export function mustBeOpen(revision: Revision, { changeFinalizedRevision }: Assumptions): void {
  if (revision.revokedAt !== undefined) {
    throw refused(revision, 'is revoked and cannot be changed.');
  }
  mustBeUnpublished(revision, 'changed', changeFinalizedRevision);
}

/** Refuses to delete assets of a read-only revision; those of a revoked one may be deleted. @throws ServiceError 409 */
export function assetsMustBeDeletable(revision: Revision, assumptions: Assumptions): void {
  if (revision.revokedAt === undefined) {
    mustBeOpen(revision, assumptions);
  }
}

function mustBeDeletable(revision: Revision, { deleteFinalizedRevision, deleteRevokedRevision }: Assumptions): void {
  if (revision.revokedAt === undefined) {
    mustBeUnpublished(revision, 'deleted', deleteFinalizedRevision);
  } else if (deleteRevokedRevision === 'refused') {
    throw refused(revision, 'is revoked and cannot be deleted.');
  }
}

/** A published revision can only be revoked (User Guide). @param finalized whether a finalized one may be changed */
function mustBeUnpublished(revision: Revision, change: 'changed' | 'deleted', finalized: 'refused' | 'allowed'): void {
  if (revision.published) {
    throw refused(revision, `is published and cannot be ${change}; it can be revoked.`);
  }
  if (revision.finalized && finalized === 'refused') {
    throw refused(revision, `is finalized and cannot be ${change}; reopen it first.`);
  }
}

function refused({ id: revisionId }: Revision, why: string): ServiceError {
  return conflict('REVISION', revisionId, `Revision ${revisionId} ${why}`);
}
