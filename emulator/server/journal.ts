/** One request that was received. Holds no credentials, no bodies and no signed URLs. */
export interface JournalEntry {
  /** Counts from 1. */
  number: number;
  /** Service time, ISO 8601. */
  at: string;
  region: string;
  /** Name of the operation; SignedUrlPut, SignedUrlGet, SignedUrlHead; UnknownOperation; Refused for a request that was not let in. */
  operation: string;
  method: string;
  /** Path without the query. */
  path: string;
  /** Id of the job that the call named or made. */
  jobId?: string;
  /** HTTP status of the answer; absent while there is none, or if none was given. */
  status?: number;
  /** Name of the error that was answered. */
  error?: string;
  /** The rules of the fault script that fired. */
  faults?: string[];
}

/** Older entries are forgotten. */
const KEPT = 10_000;

/** What was received, in order. */
export class Journal {
  private entries: JournalEntry[] = [];
  private received = 0;

  add(entry: Omit<JournalEntry, 'number'>): JournalEntry {
    this.received += 1;
    const added = { number: this.received, ...entry };
    this.entries.push(added);
    if (this.entries.length > KEPT) this.entries.shift();
    return added;
  }

  /** @param operation only of this name */
  list(operation?: string): JournalEntry[] {
    return this.entries
      .filter((entry) => operation === undefined || entry.operation === operation)
      .map((entry) => ({ ...entry }));
  }

  clear(): void {
    this.entries = [];
  }
}
