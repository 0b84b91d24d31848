import { removeAsset } from '../store/region';
import { id, structure, text } from '../validation/shapes';
import { operation, PAGING, type PagingInput } from './operation';
import { assetView, pageView, tagsView } from './present';
import { assetsMustBeDeletable, mustBeOpen } from './revisions';

interface AssetInput {
  readonly DataSetId: string;
  readonly RevisionId: string;
  readonly AssetId: string;
}

const PATH = '/v1/data-sets/:DataSetId/revisions/:RevisionId/assets/:AssetId';

export const getAsset = operation<AssetInput>({
  name: 'GetAsset',
  method: 'GET',
  path: PATH,
  status: 200,
  input: structure({ DataSetId: id, RevisionId: id, AssetId: id }),
  async run(call) {
    const { DataSetId, RevisionId, AssetId } = call.input;
    const asset = call.region.store.asset(DataSetId, RevisionId, AssetId);
    return { ...(await assetView(asset, call)), ...tagsView(asset.tags) };
  },
});

/** By name, descending (the model's documentation of the operation). */
export const listRevisionAssets = operation<PagingInput & Omit<AssetInput, 'AssetId'>>({
  name: 'ListRevisionAssets',
  method: 'GET',
  path: '/v1/data-sets/:DataSetId/revisions/:RevisionId/assets',
  status: 200,
  query: PAGING.query,
  input: structure({ DataSetId: id, RevisionId: id }, PAGING.shape),
  async run(call) {
    const { store } = call.region;
    const revision = store.revision(call.input.DataSetId, call.input.RevisionId);
    const scope = ['ListRevisionAssets', revision.id];
    const { page, next } = pageView(call, scope, store.assetsOf(revision.id), (asset) => [asset.name, asset.id]);
    return { Assets: await Promise.all(page.map((asset) => assetView(asset, call))), ...next };
  },
});

export const updateAsset = operation<AssetInput & { readonly Name: string }>({
  name: 'UpdateAsset',
  method: 'PATCH',
  path: PATH,
  status: 200,
  ownersOnly: true,
  input: structure({ DataSetId: id, RevisionId: id, AssetId: id, Name: text }),
  run(call) {
    const { region, input, now } = call;
    const asset = region.store.asset(input.DataSetId, input.RevisionId, input.AssetId);
    mustBeOpen(region.store.revision(input.DataSetId, input.RevisionId), region.assumptions());
    asset.name = input.Name;
    asset.updatedAt = now;
    return assetView(asset, call);
  },
});

export const deleteAsset = operation<AssetInput>({
  name: 'DeleteAsset',
  method: 'DELETE',
  path: PATH,
  status: 204,
  ownersOnly: true,
  input: structure({ DataSetId: id, RevisionId: id, AssetId: id }),
  run({ region, input }) {
    const asset = region.store.asset(input.DataSetId, input.RevisionId, input.AssetId);
    assetsMustBeDeletable(region.store.revision(input.DataSetId, input.RevisionId), region.assumptions());
    removeAsset(region, asset);
    return undefined;
  },
});
