import { id, structure } from '../validation/shapes';
import { operation } from './operation';
import { removeRevision } from './remove';
import { mustBeDeletable } from './revision-rules';

/** Takes its assets with it. */
export const deleteRevision = operation<{ DataSetId: string; RevisionId: string }>({
  name: 'DeleteRevision',
  method: 'DELETE',
  path: '/v1/data-sets/:DataSetId/revisions/:RevisionId',
  status: 204,
  input: structure({ DataSetId: id, RevisionId: id }),
  run({ exchange, input }) {
    const revision = exchange.store.revision(input.DataSetId, input.RevisionId);
    mustBeDeletable(revision, exchange.assumptions());
    removeRevision(exchange, revision);
    return undefined;
  },
});
