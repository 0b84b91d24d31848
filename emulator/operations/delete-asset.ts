import { id, structure } from '../validation/shapes';
import { operation } from './operation';
import { removeAsset } from './remove';
import { assetsMustBeDeletable } from './revision-rules';

export const deleteAsset = operation<{ DataSetId: string; RevisionId: string; AssetId: string }>({
  name: 'DeleteAsset',
  method: 'DELETE',
  path: '/v1/data-sets/:DataSetId/revisions/:RevisionId/assets/:AssetId',
  status: 204,
  input: structure({ DataSetId: id, RevisionId: id, AssetId: id }),
  run({ exchange, input }) {
    const { store } = exchange;
    const asset = store.asset(input.DataSetId, input.RevisionId, input.AssetId);
    assetsMustBeDeletable(store.revision(input.DataSetId, input.RevisionId), exchange.assumptions());
    removeAsset(exchange, asset);
    return undefined;
  },
});
