import type { Properties } from '../job/properties';

export type OperationName = 'CREATE' | 'READ' | 'UPDATE' | 'DELETE' | 'LIST';

/** One invocation of an operation, as CloudFormation asks for it. */
export interface Request {
  readonly operation: OperationName;
  /** The desired model, normalised. */
  readonly desired: Properties;
  /** The model before an update, normalised; undefined where the event has none. */
  readonly previous?: Properties;
  /** The request's token. A create that CloudFormation repeats has the same one. */
  readonly token: string;
  /** Whether a stack is being rolled back. */
  readonly rollback: boolean;
  /** As the wire brought it; null, undefined or empty in an operation's first invocation. */
  readonly callbackContext: unknown;
  /** LIST only. */
  readonly nextToken?: string;
  /** LIST only: the largest page that the caller wants. */
  readonly maxResults?: number;
}

/** The clock, the random numbers and the log of an invocation. */
export interface Environment {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** 0 to 1. */
  readonly random: () => number;
  readonly log: (message: string, fields?: Record<string, unknown>) => void;
}
