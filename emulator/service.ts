import { conflict, notFound } from './errors';
import type { Exchange, Services } from './exchange';
import { JobRunner } from './jobs/job-runner';
import type { Revision } from './store/records';
import { RegionStore } from './store/region-store';

interface Region {
  exchange: Exchange;
  runner: JobRunner;
}

/** The whole local Data Exchange: one Exchange per Region, made when first asked for. Regions know nothing of each other, as in AWS. */
export class LocalDataExchange {
  private readonly regions = new Map<string, Region>();

  constructor(readonly services: Services) {}

  exchangeOf(name: string): Exchange {
    let region = this.regions.get(name);
    if (!region) {
      region = openRegion(name, this.services);
      this.regions.set(name, region);
    }
    return region.exchange;
  }

  /** Brings everything up to the clock: work of ended jobs is done, old jobs are forgotten. To be awaited before anything is looked at. */
  async settle(): Promise<void> {
    for (const { runner } of this.regions.values()) {
      await runner.settle();
      runner.prune();
    }
  }

  /** Makes a revision part of a product, which no call of this API can do. It counts as finalized from then on. @throws ServiceError */
  publishRevision(id: string): Revision {
    for (const { exchange } of this.regions.values()) {
      const revision = exchange.store.revisions.get(id);
      if (!revision) continue;
      if (revision.revokedAt !== undefined)
        throw conflict('REVISION', id, `Revision ${id} is revoked and cannot be published.`);
      revision.finalized = true;
      revision.published = true;
      return revision;
    }
    throw notFound('REVISION', id);
  }
}

function openRegion(name: string, services: Services): Region {
  const exchange: Exchange = {
    ...services,
    region: name,
    store: new RegionStore(),
    jobs: {
      call: (id) => runner.call(id),
      view: (job) => runner.view(job),
      shown: (job) => runner.shown(job),
      running: (type) => runner.running(type),
      started: (job) => runner.started(job),
    },
  };
  const runner = new JobRunner(exchange);
  return { exchange, runner };
}
