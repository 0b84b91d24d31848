import { conflict, invalid } from '../errors';
import type { JobType } from '../jobs/job-type';
import type { Revision } from '../store/records';
import type { Region } from '../store/region';
import { refuseEntitled } from './operation';

/**
 * Refuses a job whose details name what does not exist, does not fit its type, or was revoked for its subscriber.
 * @throws ServiceError 400, 404 or 409, or as `changeEntitled` says
 */
export function checkReferences(region: Region, type: JobType, details: object): void {
  const { store, assumptions } = region;
  const { dataSetId, revisionIds, assetIds } = type.references(details);
  const dataSet = store.dataSet(dataSetId);
  for (const revisionId of revisionIds) {
    store.revision(dataSetId, revisionId);
    for (const assetId of assetIds) {
      store.asset(dataSetId, revisionId, assetId);
    }
  }
  if (type.direction === 'import') {
    refuseEntitled(region, dataSetId);
  }
  const revoked = revisionIds.find((id) => isRevokedCopy(store.revisions.get(id)));
  if (revoked) {
    throw conflict('REVISION', revoked, `Revision ${revoked} is revoked and cannot be exported.`);
  }
  if (dataSet.assetType !== type.assetType && assumptions().assetTypeMismatch === 'refused') {
    throw invalid([
      `${type.name} does not fit data set ${dataSetId}: its assets are ${dataSet.assetType}, not ${type.assetType}`,
    ]);
  }
}

/** Refuses an import into a finalized revision. @throws ServiceError 409 */
export function refuseFinalized(region: Region, type: JobType, details: object): void {
  const found = type.direction === 'import' ? findRevision(region, type, details, true) : undefined;
  if (found) {
    throw conflict('REVISION', found, `Revision ${found} is finalized and takes no more assets; reopen it first.`);
  }
}

/** Refuses an export from a revision that is not finalized. @throws ServiceError 409 */
export function refuseUnfinalized(region: Region, type: JobType, details: object): void {
  const found = type.direction === 'export' ? findRevision(region, type, details, false) : undefined;
  if (found) {
    throw conflict('REVISION', found, `Revision ${found} is not finalized.`);
  }
}

function isRevokedCopy(revision: Revision | undefined): boolean {
  return revision?.sourceId !== undefined && revision.revokedAt !== undefined;
}

function findRevision({ store }: Region, type: JobType, details: object, finalized: boolean): string | undefined {
  return type.references(details).revisionIds.find((id) => store.revisions.get(id)?.finalized === finalized);
}
