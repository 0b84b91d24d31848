import type { Buckets } from '../buckets/buckets';
import type { Clock } from '../clock';
import type { ContentStore } from '../content/content-store';
import type { Ids } from '../random';
import type { SignedUrls } from '../signed-urls';
import type { Assumptions } from './assumptions';
import type { Asset, Revision } from './records';
import type { RegionStore } from './region-store';

/** What all Regions share. */
export interface Services {
  readonly account: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly content: ContentStore;
  readonly buckets: Buckets;
  readonly urls: SignedUrls;
  /** Signs page tokens. */
  readonly tokenSecret: string;
  /** The assumptions in force at this moment: a fault script may change them at any time. */
  assumptions(): Assumptions;
  /** Writes a line for the person who runs the emulator. */
  log(line: string): void;
}

/** The local Data Exchange of one Region: what operations and jobs work on. */
export interface Region extends Services {
  /** `us-east-1`, say. */
  readonly name: string;
  readonly store: RegionStore;
}

/** Removes an asset. The file with its bytes is removed in the background. */
export function removeAsset(region: Region, asset: Asset): void {
  region.store.assets.delete(asset.id);
  void region.content.drop(asset.content);
}

/** Removes a revision, its assets, and the copies that subscribers have of it. */
export function removeRevision(region: Region, revision: Revision): void {
  for (const copy of region.store.revisionCopiesOf(revision.id)) {
    removeRevision(region, copy);
  }
  for (const asset of region.store.assetsOf(revision.id)) {
    removeAsset(region, asset);
  }
  region.store.revisions.delete(revision.id);
}
