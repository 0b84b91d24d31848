import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from '../tools/support/paths';
import { KINDS, type RemovalWorld } from './kinds';
import type { Made } from './probe';

/** Where the state files are: one for each run that has something to remove. Git ignores the folder. */
export const STATE_FOLDER = inRoot('.local', 'acceptance');

/** The beginning of the names of everything that a run makes. */
export function prefixOf(runId: string): string {
  return `dx-acceptance-${runId}-`;
}

interface State {
  readonly runId: string;
  readonly account: string;
  readonly region: string;
  readonly made: readonly Made[];
}

/** What a run has made and not removed, in the order in which it was made. It is on disk before anything is made. */
export class Ledger {
  private made: Made[];

  /** @param state of a run that begins: with nothing made */
  constructor(
    private readonly state: State,
    private readonly folder = STATE_FOLDER,
  ) {
    this.made = [...state.made];
  }

  /** The ledger of a run that left something. @returns undefined if there is none */
  static open(runId: string, folder = STATE_FOLDER): Ledger | undefined {
    const file = join(folder, `${runId}.json`);
    return existsSync(file) ? new Ledger(JSON.parse(readFileSync(file, 'utf8')), folder) : undefined;
  }

  /** The runs that left something. */
  static runs(folder = STATE_FOLDER): string[] {
    const files = existsSync(folder) ? readdirSync(folder) : [];
    return files.flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -'.json'.length)] : [])).sort();
  }

  get account(): string {
    return this.state.account;
  }

  get region(): string {
    return this.state.region;
  }

  get isEmpty(): boolean {
    return this.made.length === 0;
  }

  /** Makes something, and writes it down before and after. @returns with its id, which is its name by default */
  async make(kind: string, name: string, create: () => Promise<string | undefined>): Promise<Required<Made>> {
    const planned: Made = { kind, name };
    this.write([...this.made, planned]);
    try {
      const made = { ...planned, id: (await create()) ?? name };
      this.write(this.made.map((known) => (known === planned ? made : known)));
      return made;
    } catch (error) {
      // What is refused was not made. Without an answer nobody knows.
      if (wasRefused(error)) {
        this.write(this.made.filter((known) => known !== planned));
      }
      throw error;
    }
  }

  /** Removes one thing. */
  async remove(made: Made, world: RemovalWorld): Promise<void> {
    const { kind, name, id } = made;
    if (id !== undefined) {
      await KINDS[kind]?.remove({ kind, name, id }, world);
    } else {
      const found = (await KINDS[kind]?.find(name, world)) ?? [];
      for (const same of found.filter((other) => other.name === name)) {
        await KINDS[kind]?.remove(same, world);
      }
    }
    this.write(this.made.filter((known) => known !== made));
  }

  /**
   * Removes everything, last made first. What cannot be removed stays written down.
   *
   * @returns why something could not be removed, one sentence for each
   */
  async removeAll(world: RemovalWorld, log: (line: string) => void): Promise<string[]> {
    const problems: string[] = [];
    const remove = async (made: Made): Promise<void> => {
      try {
        await this.remove(made, world);
        log(`removed the ${made.kind} ${made.name}`);
      } catch (error) {
        problems.push(`${made.kind} ${made.name}: ${(error as Error).name}: ${(error as Error).message}`);
      }
    };
    await Promise.all(this.made.filter(({ kind }) => KINDS[kind]?.first).map(remove));
    for (const made of this.made.filter(({ kind }) => !KINDS[kind]?.first).reverse()) {
      await remove(made);
    }
    return problems;
  }

  /** Writes down what exists with this run's names but was not written down. @returns how much that is */
  async search(world: RemovalWorld): Promise<number> {
    const found = (
      await Promise.all(Object.values(KINDS).map(({ find }) => find(prefixOf(this.state.runId), world)))
    ).flat();
    const unknown = found.filter(
      (thing) => !this.made.some(({ kind, name }) => kind === thing.kind && name === thing.name),
    );
    this.write([...this.made, ...unknown]);
    return unknown.length;
  }

  private write(made: Made[]): void {
    this.made = made;
    const file = join(this.folder, `${this.state.runId}.json`);
    if (made.length === 0) {
      rmSync(file, { force: true });
      return;
    }
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(`${file}.new`, `${JSON.stringify({ ...this.state, made }, null, 2)}\n`);
    renameSync(`${file}.new`, file);
  }
}

function wasRefused(error: unknown): boolean {
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  return status >= 400 && status < 500;
}
