import type { Clients } from './clients';
import type { EmulatorControl } from './emulator-control';
import type { Option } from './options';
import type { Right } from './rights';

/**
 * How a probe is added:
 *
 * 1. Write one object of the type `Probe` in a file of `exchange/` (Data Exchange) or `registry/` (CloudFormation).
 *    `run` makes what it needs by `context.make`, so that it is removed whatever happens, waits by `context.wait`, and
 *    returns a finding: the value that holds, or why it cannot be told. It may throw: AccessDenied names the missing
 *    right and makes the row "undecided"; any other error makes it "undecided" with the error's text.
 * 2. Add it to the list in `probes.ts`. Its `name` is the row of the report. If that is an assumption with a switch
 *    (`emulator/store/assumptions.ts`), `seen` must be a value of that table, and the default is looked up there.
 * 3. `rights`: every action that `run` calls. `npx tsx acceptance/cli.ts policy` writes `acceptance/policy.json` from them.
 * 4. The rehearsal (`test/acceptance/`) runs it against the local services, and must see what they were set to.
 */
export interface Probe {
  /** The row of the report: an assumption of the emulator's table, or a name of its own for a guess without a switch. */
  readonly name: string;
  /** What holds by our guess, for a probe whose name is no assumption of the emulator's table. */
  readonly guess?: Guess;
  /** Options without which it is skipped by name: an ARN that only the user can give, or QUOTAS. */
  readonly needs?: readonly Option[];
  /** Whether it can be decided only where the clock can be moved, in a rehearsal. The reason is the sentence. */
  readonly rehearsalOnly?: string;
  /** What it makes, in a few words, and what that costs in US dollars, about. */
  readonly makes: string;
  readonly dollars: number;
  /** About how long it takes against AWS, in seconds. */
  readonly seconds: number;
  readonly rights: readonly Right[];
  /** Probes run side by side against AWS; one that must have the account's quotas or the clock for itself runs last. */
  readonly alone?: true;
  /** It waits for CloudFormation most of the time: it takes no lane from the others. */
  readonly background?: true;
  run(context: Context): Promise<Finding>;
}

/** A guess that no switch of the emulator changes. */
export interface Guess {
  /** What the local services do, in the words that the report uses. */
  readonly default: Value;
  /** What it decides, for people. */
  readonly sentence: string;
}

/** A value of the emulator's table: a text, a number, a boolean or an object of those. */
export type Value = string | number | boolean | { readonly [name: string]: Value };

/** What a probe found. `evidence`: status, error name, message, timings. Ids and secrets are taken out of it later. */
export type Finding =
  | { readonly seen: Value; readonly evidence: string }
  | { readonly undecided: string; readonly evidence?: string }
  | { readonly skipped: string };

/** What a probe has to work with. */
export interface Context {
  /** Lower-case letters and digits. */
  readonly runId: string;
  readonly account: string;
  readonly region: string;
  readonly clients: Clients;
  /** Key `acceptance-run`, value the run id: for everything that can have tags. */
  readonly tag: { readonly Key: string; readonly Value: string };
  readonly options: Readonly<Partial<Record<Option, string>>>;
  /** The control of the local Data Exchange; absent where the endpoint is AWS. */
  readonly emulator?: EmulatorControl;
  /** `dx-acceptance-RUN-what`: valid for buckets, stacks and roles. */
  nameOf(what: string): string;
  /**
   * Makes something that is removed at the end of the run, last made first. What is made is written to the run's state
   * file before `create` is called, by its name, and afterwards by its id.
   *
   * @param kind one of `KINDS`
   * @param name by which it can be found again: use `nameOf`
   * @param create makes it and returns its id, where that is not the name
   */
  make(kind: string, name: string, create: () => Promise<string | undefined>): Promise<Made>;
  /** Removes one thing already now. */
  remove(made: Made): Promise<void>;
  /** Waits. In a rehearsal the clock moves instead. Rejects if the run is interrupted. */
  wait(seconds: number): Promise<void>;
  /**
   * What the probe of that name has seen; it runs first if it has not run yet.
   *
   * @returns undefined if it could not tell
   */
  seen(name: string): Promise<Value | undefined>;
  /** A line for the person who waits. */
  log(line: string): void;
}

/** Something that a run made. */
export interface Made {
  readonly kind: string;
  readonly name: string;
  /** Absent while it is being made, and for ever if the program was killed at that moment. */
  readonly id?: string;
}
