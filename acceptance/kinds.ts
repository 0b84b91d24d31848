import type { Clients } from './clients';
import type { EmulatorControl } from './emulator-control';
import { EXCHANGE_KINDS } from './exchange/kinds';
import type { Made } from './probe';
import { REGISTRY_KINDS } from './registry/kinds';

/** What a removal has to work with. Its clients also work after the run was interrupted. */
export interface RemovalWorld {
  readonly clients: Clients;
  readonly emulator?: EmulatorControl;
  wait(seconds: number): Promise<void>;
}

/** A kind of thing that probes make. */
export interface Kind {
  /** Removes it with what is in it. Nothing happens if it is gone. @param made its id is known */
  remove(made: Required<Made>, world: RemovalWorld): Promise<void>;
  /** What exists with a name that begins so: for what a run made that was killed before it could write down the id. */
  find(prefix: string, world: RemovalWorld): Promise<readonly Required<Made>[]>;
  /** Whether it is removed before everything else, side by side with others: it holds things of other kinds. */
  readonly first?: true;
}

/** Every kind by its name. */
export const KINDS: Readonly<Record<string, Kind>> = { ...EXCHANGE_KINDS, ...REGISTRY_KINDS };
