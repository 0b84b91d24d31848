/** What came of a step. */
export interface Result {
  readonly passed: number;
  readonly failed: number;
  /** Shown in full if anything failed. */
  readonly output: string;
  /** Beside the step's name, for instance why a test was skipped. */
  readonly note?: string;
}

/** One check among those of make test. */
export interface Step {
  readonly name: string;
  readonly run: () => Promise<Result>;
}

/** A check that is right or wrong as a whole counts as one test. */
export function verdict(ok: boolean, output: string, note?: string): Result {
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, output, note };
}
