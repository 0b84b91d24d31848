import { id, structure, text } from '../validation/shapes';
import { operation } from './operation';
import { assetView } from './present';
import { mustBeOpen } from './revision-rules';

interface Input {
  DataSetId: string;
  RevisionId: string;
  AssetId: string;
  Name: string;
}

export const updateAsset = operation<Input>({
  name: 'UpdateAsset',
  method: 'PATCH',
  path: '/v1/data-sets/:DataSetId/revisions/:RevisionId/assets/:AssetId',
  status: 200,
  input: structure({ DataSetId: id, RevisionId: id, AssetId: id, Name: text }),
  run({ exchange, input, now }) {
    const { store } = exchange;
    const asset = store.asset(input.DataSetId, input.RevisionId, input.AssetId);
    mustBeOpen(store.revision(input.DataSetId, input.RevisionId), exchange.assumptions());
    asset.name = input.Name;
    asset.updatedAt = now;
    return assetView(asset, exchange);
  },
});
