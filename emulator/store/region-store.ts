import type { ContentRef } from '../content/content-store';
import { notFound } from '../errors';
import type { Asset, DataSet, EventAction, Job, Revision } from './records';

/** Everything that exists in one Region. It knows what belongs to what, and no other rule. */
export class RegionStore {
  readonly dataSets = new Map<string, DataSet>();
  readonly revisions = new Map<string, Revision>();
  readonly assets = new Map<string, Asset>();
  readonly eventActions = new Map<string, EventAction>();
  /** In the order of their creation. */
  readonly jobs = new Map<string, Job>();
  /** Started jobs whose work has not been done yet. */
  readonly unfinished = new Set<Job>();

  /** @throws ServiceError 404 */
  dataSet(id: string): DataSet {
    const found = this.dataSets.get(id);
    if (!found) {
      throw notFound('DATA_SET', id);
    }
    return found;
  }

  /** A revision of that data set. @throws ServiceError 404 for whichever of the two is missing */
  revision(dataSetId: string, id: string): Revision {
    this.dataSet(dataSetId);
    const found = this.revisions.get(id);
    if (found?.dataSetId !== dataSetId) {
      throw notFound('REVISION', id);
    }
    return found;
  }

  /** An asset of that revision. @throws ServiceError 404 for whichever of the three is missing */
  asset(dataSetId: string, revisionId: string, id: string): Asset {
    this.revision(dataSetId, revisionId);
    const found = this.assets.get(id);
    if (found?.revisionId !== revisionId) {
      throw notFound('ASSET', id);
    }
    return found;
  }

  /** @throws ServiceError 404 */
  eventAction(id: string): EventAction {
    const found = this.eventActions.get(id);
    if (!found) {
      throw notFound('EVENT_ACTION', id);
    }
    return found;
  }

  /** The bytes of an asset. Those of a subscriber's copy are the owner's. */
  contentOf({ content, sourceId }: Asset): ContentRef | undefined {
    return sourceId === undefined ? content : this.assets.get(sourceId)?.content;
  }

  /** The copies that subscribers have of a data set. */
  entitledCopiesOf(dataSetId: string): DataSet[] {
    return [...this.dataSets.values()].filter(({ entitlement }) => entitlement?.sourceId === dataSetId);
  }

  /** The copies that subscribers have of a revision. */
  revisionCopiesOf(revisionId: string): Revision[] {
    return [...this.revisions.values()].filter(({ sourceId }) => sourceId === revisionId);
  }

  revisionsOf(dataSetId: string): Revision[] {
    return [...this.revisions.values()].filter((revision) => revision.dataSetId === dataSetId);
  }

  assetsOf(revisionId: string): Asset[] {
    return [...this.assets.values()].filter((asset) => asset.revisionId === revisionId);
  }
}
