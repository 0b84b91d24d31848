import { id, pageSize, structure, text } from '../validation/shapes';
import { operation, PAGING, type PagingInput } from './operation';
import { pageView, revisionView } from './present';

/** Newest first. */
export const listDataSetRevisions = operation<PagingInput & { DataSetId: string }>({
  name: 'ListDataSetRevisions',
  method: 'GET',
  path: '/v1/data-sets/:DataSetId/revisions',
  status: 200,
  query: PAGING,
  input: structure({ DataSetId: id }, { MaxResults: pageSize, NextToken: text }),
  run({ exchange, input }) {
    const dataSet = exchange.store.dataSet(input.DataSetId);
    const found = exchange.store.revisionsOf(dataSet.id);
    const { page, next } = pageView(exchange, input, ['ListDataSetRevisions', dataSet.id], found, (revision) => [
      revision.createdAt,
      revision.id,
    ]);
    return { Revisions: page.map(revisionView), ...next };
  },
});
