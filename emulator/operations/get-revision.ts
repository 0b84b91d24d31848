import { id, structure } from '../validation/shapes';
import { operation } from './operation';
import { revisionView, tagsOf } from './present';

export const getRevision = operation<{ DataSetId: string; RevisionId: string }>({
  name: 'GetRevision',
  method: 'GET',
  path: '/v1/data-sets/:DataSetId/revisions/:RevisionId',
  status: 200,
  input: structure({ DataSetId: id, RevisionId: id }),
  run({ exchange, input }) {
    const revision = exchange.store.revision(input.DataSetId, input.RevisionId);
    return { ...revisionView(revision), ...tagsOf(revision.tags) };
  },
});
