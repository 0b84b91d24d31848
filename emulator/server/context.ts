import type { FaultEngine } from '../faults/fault-engine';
import type { LocalDataExchange } from '../service';
import type { Journal } from './journal';

/** What the endpoints of the server work with. */
export interface ServerContext {
  readonly service: LocalDataExchange;
  readonly faults: FaultEngine;
  readonly journal: Journal;
  readonly seed: number;
  /** Aborts when the emulator stops. */
  readonly stopping: AbortSignal;
}
