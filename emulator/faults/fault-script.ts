import type { JobPlan } from '../jobs/job-plan';
import type { Assumptions } from './assumptions';

/** A fault script, as it stands in its JSON file. README.md explains it with examples; `fault-schema.ts` checks it. */
export interface FaultScript {
  /** For `chance`. The emulator's own seed by default. */
  seed?: number;
  /** Decisions to take otherwise, for as long as the script is loaded. */
  assumptions?: Partial<Assumptions>;
  faults?: FaultRule[];
}

/** One rule: which calls, and what happens to them. */
export interface FaultRule {
  /** Shows up in the journal of requests. */
  name?: string;
  /** An operation, several, or `*`. */
  on: string | string[];
  /** Only calls about such things. */
  where?: FaultCondition;
  /** Which of the calls that `on` and `where` let through: all by default. Numbers count from 1. */
  calls?: 'all' | number | number[] | { from?: number; to?: number } | { every: number } | { chance: number };
  /** What is counted: all calls together, or those of each job for itself. */
  per?: 'all' | 'job';
  do: FaultAction;
}

export interface FaultCondition {
  region?: string;
  jobType?: string | string[];
  /** The state as it is before the call. */
  jobState?: string | string[];
  jobId?: string;
  dataSetId?: string;
  revisionId?: string;
  /** Age of the job, seconds of service time. */
  jobAge?: { atLeast?: number; below?: number };
}

export interface FaultAction {
  /** Before anything else: service seconds or wall milliseconds. */
  delay?: { seconds?: number; milliseconds?: number };
  /** An AWS-shaped error instead of the answer; a name alone takes its usual status. */
  error?: string | FaultError;
  /** Any other answer. */
  answer?: { status: number; contentType?: string; text?: string; headers?: Record<string, string> };
  /** Instead of an answer: the connection is reset, or nothing ever comes. */
  connection?: 'reset' | 'silent';
  /** Whether the operation takes effect before `error`, `answer` or `connection`. */
  effect?: 'none' | 'done';
  /** What is in store for the job that the call makes or names. */
  job?: JobPlan;
  /** What becomes of the revision that the call makes or names, once it has taken effect. */
  revision?: 'published';
}

export interface FaultError {
  name: string;
  status?: number;
  message?: string;
  /** Further members of the body: LimitName, ResourceId, … */
  members?: Record<string, unknown>;
}
