export type JobState = 'WAITING' | 'IN_PROGRESS' | 'COMPLETED' | 'ERROR' | 'CANCELLED' | 'TIMED_OUT';

/** One entry of a job's Errors, in the API's own spelling. */
export interface JobError {
  Code: string;
  Message: string;
  Details?: object;
  LimitName?: string;
  LimitValue?: number;
  ResourceId?: string;
  ResourceType?: string;
}

/** What a fault script has in store for one job. Everything is optional; an empty plan is an ordinary job. Seconds are service time. */
export interface JobPlan {
  /** 404 after CreateJob, until both are used up: calls that name the job, seconds since CreateJob. */
  hidden?: { calls?: number; seconds?: number };
  /** WAITING is still shown after StartJob, until both are used up: GetJob calls, seconds since StartJob. */
  lag?: { reads?: number; seconds?: number };
  /** How long it runs. */
  seconds?: number;
  /** How the run ends. */
  end?: JobState | 'VANISHED';
  /** The job's Errors when it ends in ERROR. */
  errors?: JobError[];
  /** Whether data moves although the end is not COMPLETED. */
  moves?: boolean;
  /** From that moment on the job shows that state, whatever it was doing: cancelled by somebody, vanished, timed out. */
  becomes?: { state: JobState | 'VANISHED'; afterSeconds?: number };
  /** `becomes` as a point in service time, fixed when the plan is attached. */
  becomesAt?: number;
  /** Life of its signed URLs. */
  urlSeconds?: number;
}

/** A plan with what a further rule says, its moments fixed from now on. @param now service time, epoch milliseconds */
export function planFrom(plan: JobPlan, more: JobPlan | undefined, now: number): JobPlan {
  if (!more) return plan;
  return { ...plan, ...more, ...(more.becomes ? { becomesAt: now + (more.becomes.afterSeconds ?? 0) * 1000 } : {}) };
}
