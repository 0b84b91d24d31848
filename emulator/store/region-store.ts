import { notFound } from '../errors';
import type { Asset, DataSet, Job, Revision } from './records';

/** Everything that exists in one Region. It knows what belongs to what, and no other rule. */
export class RegionStore {
  readonly dataSets = new Map<string, DataSet>();
  readonly revisions = new Map<string, Revision>();
  readonly assets = new Map<string, Asset>();
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

  revisionsOf(dataSetId: string): Revision[] {
    return [...this.revisions.values()].filter((revision) => revision.dataSetId === dataSetId);
  }

  assetsOf(revisionId: string): Asset[] {
    return [...this.assets.values()].filter((asset) => asset.revisionId === revisionId);
  }
}
