import type { Exchange } from '../exchange';
import type { Asset, Revision } from '../store/records';

/** Removing records with everything that hangs on them. Bytes follow by themselves. */

export function removeAsset(exchange: Exchange, asset: Asset): void {
  exchange.store.assets.delete(asset.id);
  void exchange.content.drop(asset.content);
}

export function removeRevision(exchange: Exchange, revision: Revision): void {
  for (const asset of exchange.store.assetsOf(revision.id)) removeAsset(exchange, asset);
  exchange.store.revisions.delete(revision.id);
}
