import type { Assumptions } from '../store/assumptions';
import type { JobPlan } from '../store/job-plan';

/** A fault script in the form of its JSON file. README.md explains it with examples; `fault-schema.ts` checks it. */
export interface FaultScript {
  /** For `chance`. The emulator's own seed by default. */
  readonly seed?: number;
  /** Assumptions to change for as long as the script is loaded. */
  readonly assumptions?: Partial<Assumptions>;
  readonly faults?: readonly FaultRule[];
}

/** One rule: which calls, and what happens to them. */
export interface FaultRule {
  /** Appears in the journal of requests. */
  readonly name?: string;
  /** An operation, several, or `*`. */
  readonly on: string | readonly string[];
  /** Only calls that meet these conditions. */
  readonly where?: FaultCondition;
  /** Which of the calls that `on` and `where` let through: all by default. Numbers count from 1. */
  readonly calls?:
    | 'all'
    | number
    | readonly number[]
    | { readonly from?: number; readonly to?: number }
    | { readonly every: number }
    | { readonly chance: number };
  /** Whether `calls` counts all calls together, or those of each job separately. */
  readonly per?: 'all' | 'job';
  readonly do: FaultAction;
}

export interface FaultCondition {
  readonly region?: string;
  readonly jobType?: string | readonly string[];
  /** The state before the call. */
  readonly jobState?: string | readonly string[];
  readonly jobId?: string;
  readonly dataSetId?: string;
  readonly revisionId?: string;
  /** The call gives no tag with this key. */
  readonly lacksTag?: string;
  /** Age of the job, seconds of service time. */
  readonly jobAge?: { readonly atLeast?: number; readonly below?: number };
}

export interface FaultAction {
  /** A wait before everything else: seconds of service time, or milliseconds of real time. */
  readonly delay?: { readonly seconds?: number; readonly milliseconds?: number };
  /** An AWS error instead of the response; a name alone has its usual status. */
  readonly error?: string | FaultError;
  /** AccessDeniedException in IAM's words, for want of this action: that of the call, or another one. */
  readonly denied?: string;
  /** Any other response. */
  readonly answer?: {
    readonly status: number;
    readonly contentType?: string;
    readonly text?: string;
    readonly headers?: Readonly<Record<string, string>>;
  };
  /** Instead of a response: the connection is reset, or nothing is sent. */
  readonly connection?: 'reset' | 'silent';
  /** Whether the operation takes effect before `error`, `denied`, `answer` or `connection`. */
  readonly effect?: 'none' | 'done';
  /** The plan for the job that the call makes or names. */
  readonly job?: JobPlan;
  /** What happens to the revision that the call makes or names, once the call has taken effect. */
  readonly revision?: 'published';
}

export interface FaultError {
  readonly name: string;
  readonly status?: number;
  readonly message?: string;
  /** Further members of the body: LimitName, ResourceId, … */
  readonly members?: Readonly<Record<string, unknown>>;
}
