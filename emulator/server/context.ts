import type { FaultEngine } from '../faults/fault-engine';
import type { LocalDataExchange } from '../service';
import type { SignedUrls } from '../signed-urls';
import type { Journal } from './journal';

/** What the endpoints of the server work with. */
export interface ServerContext {
  service: LocalDataExchange;
  faults: FaultEngine;
  journal: Journal;
  urls: SignedUrls;
  seed: number;
  /** Aborts when the emulator stops. */
  stopping: AbortSignal;
}
