import type { Buckets } from './buckets/buckets';
import type { Clock } from './clock';
import type { ContentStore } from './content/content-store';
import type { Assumptions } from './faults/assumptions';
import type { JobView } from './jobs/job-state';
import type { Ids } from './random';
import type { SignedMethod, SignedUrl } from './signed-urls';
import type { Job } from './store/records';
import type { RegionStore } from './store/region-store';

/** What the whole service shares, whatever the Region. */
export interface Services {
  readonly account: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly content: ContentStore;
  readonly buckets: Buckets;
  /** Signs page tokens. */
  readonly tokenSecret: string;
  /** The decisions in force at this moment: a fault script may change them at any time. */
  assumptions(): Assumptions;
  sign(method: SignedMethod, region: string, path: string, issuedAt: number, lifeSeconds: number): SignedUrl;
  /** A line for whoever runs the emulator. */
  log(line: string): void;
}

/** What operations ask about jobs; `jobs/job-runner.ts` answers. */
export interface JobLookup {
  call(id: string): Job;
  view(job: Job): JobView | undefined;
  shown(job: Job): JobView | undefined;
  running(type: string): number;
  started(job: Job): void;
}

/** The local Data Exchange of one Region: what operations and jobs work on. */
export interface Exchange extends Services {
  readonly region: string;
  readonly store: RegionStore;
  readonly jobs: JobLookup;
}
