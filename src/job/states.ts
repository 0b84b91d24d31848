/**
 * `StartOnCreation` as read back from the service: every state but WAITING means that somebody started the job.
 * (CANCELLED never gets this far: only a waiting job can be cancelled, and a cancelled one reads as NotFound.)
 */
export function wasStarted(state: string): boolean {
  return state !== 'WAITING';
}

/** The states in which a job stays. */
const FINAL: readonly string[] = ['COMPLETED', 'ERROR', 'TIMED_OUT', 'CANCELLED'];

export function hasEnded(state: string): boolean {
  return FINAL.includes(state);
}
