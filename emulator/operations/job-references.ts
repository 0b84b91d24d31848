import { conflict, invalid } from '../errors';
import type { Exchange } from '../exchange';
import type { JobType } from '../jobs/job-type';

/** Whether everything that a job's details name exists and fits the job type. @throws ServiceError 400 or 404 */
export function checkReferences(exchange: Exchange, type: JobType, details: object): void {
  const { dataSetId, revisionIds, assetIds } = type.references(details);
  const dataSet = exchange.store.dataSet(dataSetId);
  for (const revisionId of revisionIds) {
    exchange.store.revision(dataSetId, revisionId);
    for (const assetId of assetIds) exchange.store.asset(dataSetId, revisionId, assetId);
  }
  if (dataSet.assetType !== type.assetType && exchange.assumptions().assetTypeMismatch === 'refused') {
    throw invalid([
      `${type.name} does not fit data set ${dataSetId}: its assets are ${dataSet.assetType}, not ${type.assetType}`,
    ]);
  }
}

/** @throws ServiceError 409 if an import goes into a finalized revision */
export function refuseFinalized(exchange: Exchange, type: JobType, details: object): void {
  if (type.direction !== 'import') return;
  for (const revisionId of type.references(details).revisionIds) {
    if (exchange.store.revisions.get(revisionId)?.finalized) {
      throw conflict(
        'REVISION',
        revisionId,
        `Revision ${revisionId} is finalized and takes no more assets; reopen it first.`,
      );
    }
  }
}

/** @throws ServiceError 409 if an export is from a revision that is not finalized */
export function refuseUnfinalized(exchange: Exchange, type: JobType, details: object): void {
  if (type.direction !== 'export') return;
  for (const revisionId of type.references(details).revisionIds) {
    if (exchange.store.revisions.get(revisionId)?.finalized === false) {
      throw conflict('REVISION', revisionId, `Revision ${revisionId} is not finalized.`);
    }
  }
}
