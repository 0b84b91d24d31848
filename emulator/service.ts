import { notFound } from './errors';
import { JobRunner } from './jobs/job-runner';
import { endEntitlement, entitle, publish } from './operations/publication';
import type { DataSet, Revision } from './store/records';
import type { Region, Services } from './store/region';
import { RegionStore } from './store/region-store';

/** The whole local Data Exchange. Regions are made when they are first named; none sees another, as in AWS. */
export class LocalDataExchange {
  private readonly regions = new Map<string, { readonly region: Region; readonly runner: JobRunner }>();

  constructor(readonly services: Services) {}

  /** Runs `work` on a Region, once everything is up to date with the clock. */
  async inRegion<Result>(name: string, work: (region: Region) => Result): Promise<Awaited<Result>> {
    return this.upToDate(() => work(this.region(name)));
  }

  /** Runs `work` once everything is up to date with the clock. All that reads or changes the service comes here. */
  async upToDate<Result>(work: () => Result): Promise<Awaited<Result>> {
    await this.settle();
    return await work();
  }

  /** Does the work of all jobs that have ended by the clock, and forgets old jobs. Never rejects. */
  async settle(): Promise<void> {
    for (const { runner } of this.regions.values()) {
      await runner.settle();
    }
  }

  /** Publishes a revision of whichever Region. @throws ServiceError 404, or 409 if it is revoked */
  publishRevision(id: string): Revision {
    const region = this.regionWith(({ revisions }) => revisions.has(id));
    const revision = region?.store.revisions.get(id);
    if (!region || !revision) {
      throw notFound('REVISION', id);
    }
    publish(region, revision, region.clock.now());
    return revision;
  }

  /**
   * Puts a data set of whichever Region into a product that this account subscribes to.
   *
   * @throws ServiceError 400, 404
   */
  entitle(dataSetId: string, productId?: string): DataSet {
    const region = this.regionOf(dataSetId);
    const source = region.store.dataSet(dataSetId);
    return entitle(region, source, productId ?? `prod-${region.ids.next().slice(0, 13)}`, region.clock.now());
  }

  /** Ends a subscription: an entitled data set of whichever Region is gone. @throws ServiceError 400, 404 */
  endEntitlement(dataSetId: string): void {
    const region = this.regionOf(dataSetId);
    endEntitlement(region, region.store.dataSet(dataSetId));
  }

  /** The Regions that were named so far. */
  allRegions(): Region[] {
    return [...this.regions.values()].map(({ region }) => region);
  }

  /** The Region of a data set. @throws ServiceError 404 */
  private regionOf(dataSetId: string): Region {
    const region = this.regionWith(({ dataSets }) => dataSets.has(dataSetId));
    if (!region) {
      throw notFound('DATA_SET', dataSetId);
    }
    return region;
  }

  private regionWith(has: (store: RegionStore) => boolean): Region | undefined {
    return this.allRegions().find(({ store }) => has(store));
  }

  private region(name: string): Region {
    const known = this.regions.get(name);
    if (known) {
      return known.region;
    }
    const region: Region = { ...this.services, name, store: new RegionStore() };
    this.regions.set(name, { region, runner: new JobRunner(region) });
    return region;
  }
}
