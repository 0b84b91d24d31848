import { conflict } from '../errors';
import { id, structure } from '../validation/shapes';
import { operation } from './operation';
import { removeRevision } from './remove';

/** Finalized revisions go with it, as in AWS's samples; a published one is in the way. */
export const deleteDataSet = operation<{ DataSetId: string }>({
  name: 'DeleteDataSet',
  method: 'DELETE',
  path: '/v1/data-sets/:DataSetId',
  status: 204,
  input: structure({ DataSetId: id }),
  run({ exchange, input }) {
    const dataSet = exchange.store.dataSet(input.DataSetId);
    const revisions = exchange.store.revisionsOf(dataSet.id);
    const published = revisions.find((revision) => revision.published && revision.revokedAt === undefined);
    if (published) {
      throw conflict(
        'DATA_SET',
        dataSet.id,
        `Data set ${dataSet.id} has the published revision ${published.id} and cannot be deleted.`,
      );
    }
    for (const revision of revisions) removeRevision(exchange, revision);
    exchange.store.dataSets.delete(dataSet.id);
    return undefined;
  },
});
