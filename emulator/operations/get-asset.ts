import { id, structure } from '../validation/shapes';
import { operation } from './operation';
import { assetView, tagsOf } from './present';

export const getAsset = operation<{ DataSetId: string; RevisionId: string; AssetId: string }>({
  name: 'GetAsset',
  method: 'GET',
  path: '/v1/data-sets/:DataSetId/revisions/:RevisionId/assets/:AssetId',
  status: 200,
  input: structure({ DataSetId: id, RevisionId: id, AssetId: id }),
  run({ exchange, input }) {
    const asset = exchange.store.asset(input.DataSetId, input.RevisionId, input.AssetId);
    return { ...assetView(asset, exchange), ...tagsOf(asset.tags) };
  },
});
