/** One request that was received. It holds no credentials, no bodies and no signed URLs. */
export interface JournalEntry {
  /** Counts from 1. */
  readonly number: number;
  /** Service time, ISO 8601. */
  readonly at: string;
  readonly region: string;
  /**
   * Name of the operation; SignedUrlPut, SignedUrlGet or SignedUrlHead; UnknownOperation; Refused for a request without
   * a proper signature.
   */
  readonly operation: string;
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  /** Id of the job that the request named or made. */
  jobId?: string;
  /** HTTP status of the response; absent while there is none, or if none was sent. */
  status?: number;
  /** Name of the error that was sent. */
  error?: string;
  /** The rules of the fault script that fired. */
  readonly faults?: readonly string[];
}

/** Older entries are forgotten. */
const MOST_ENTRIES = 10_000;

/** The requests that were received, in order. */
export class Journal {
  private entries: JournalEntry[] = [];
  private received = 0;

  add(entry: Omit<JournalEntry, 'number'>): JournalEntry {
    this.received += 1;
    const added = { number: this.received, ...entry };
    this.entries.push(added);
    if (this.entries.length > MOST_ENTRIES) {
      this.entries.shift();
    }
    return added;
  }

  /** @param operation only requests of this name */
  list(operation?: string): JournalEntry[] {
    return this.entries
      .filter((entry) => operation === undefined || entry.operation === operation)
      .map((entry) => ({ ...entry }));
  }

  /** The last requests, newest first, and how many are remembered. */
  last(most: number): { total: number; items: JournalEntry[] } {
    const items = this.entries.slice(-most).map((entry) => ({ ...entry }));
    return { total: this.entries.length, items: items.reverse() };
  }

  clear(): void {
    this.entries = [];
  }
}
