import { notFound } from './errors';
import { JobRunner } from './jobs/job-runner';
import { publish } from './operations/revisions';
import type { Revision } from './store/records';
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
    for (const { region } of this.regions.values()) {
      const revision = region.store.revisions.get(id);
      if (revision) {
        publish(revision);
        return revision;
      }
    }
    throw notFound('REVISION', id);
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
