import { id, pageSize, structure, text } from '../validation/shapes';
import { operation, PAGING, type PagingInput } from './operation';
import { assetView, pageView } from './present';

/** By name, descending (the model's documentation of the operation). */
export const listRevisionAssets = operation<PagingInput & { DataSetId: string; RevisionId: string }>({
  name: 'ListRevisionAssets',
  method: 'GET',
  path: '/v1/data-sets/:DataSetId/revisions/:RevisionId/assets',
  status: 200,
  query: PAGING,
  input: structure({ DataSetId: id, RevisionId: id }, { MaxResults: pageSize, NextToken: text }),
  run({ exchange, input }) {
    const revision = exchange.store.revision(input.DataSetId, input.RevisionId);
    const found = exchange.store.assetsOf(revision.id);
    const { page, next } = pageView(exchange, input, ['ListRevisionAssets', revision.id], found, (asset) => [
      asset.name,
      asset.id,
    ]);
    return { Assets: page.map((asset) => assetView(asset, exchange)), ...next };
  },
});
