export type JobState = 'WAITING' | 'IN_PROGRESS' | 'COMPLETED' | 'ERROR' | 'CANCELLED' | 'TIMED_OUT';

/** One entry of a job's Errors, in the API's spelling. */
export interface JobError {
  readonly Code: string;
  readonly Message: string;
  readonly Details?: object;
  readonly LimitName?: string;
  readonly LimitValue?: number;
  readonly ResourceId?: string;
  readonly ResourceType?: string;
}

/**
 * What a fault script plans for one job. Every member is optional; an empty plan is an ordinary job. Seconds are
 * seconds of service time.
 */
export interface JobPlan {
  /** 404 after CreateJob, until both are used up: calls that name the job, and seconds since CreateJob. */
  readonly hidden?: { readonly calls?: number; readonly seconds?: number };
  /** WAITING is still shown after StartJob, until both are used up: GetJob calls, and seconds since StartJob. */
  readonly lag?: { readonly reads?: number; readonly seconds?: number };
  /** How long the job runs. */
  readonly seconds?: number;
  /** How the run ends. VANISHED: the service does not know the job any more. */
  readonly end?: JobState | 'VANISHED';
  /** The job's Errors when it ends in ERROR. */
  readonly errors?: readonly JobError[];
  /** Whether data moves although the job does not end in COMPLETED. */
  readonly moves?: boolean;
  /** A state that the job takes at a given moment, whatever it was doing: somebody cancels it, say. */
  readonly becomes?: { readonly state: JobState | 'VANISHED'; readonly afterSeconds?: number };
  /** The moment of `becomes`, epoch milliseconds, fixed when the plan is made. */
  readonly becomesAt?: number;
  /** Life of the job's signed URLs. */
  readonly urlSeconds?: number;
}

/** A plan with what another rule adds. @param now service time in epoch milliseconds, from which `becomes` counts */
export function planFrom(plan: JobPlan, more: JobPlan | undefined, now: number): JobPlan {
  if (!more?.becomes) {
    return { ...plan, ...more };
  }
  return { ...plan, ...more, becomesAt: now + (more.becomes.afterSeconds ?? 0) * 1000 };
}
