import { ManualClock } from '../../../emulator/clock';

/** A timer as Node's `setTimeout` returns one, as far as the handlers use it. */
export interface VirtualTimer {
  unref(): VirtualTimer;
  ref(): VirtualTimer;
}

interface Entry {
  readonly at: number;
  readonly due: () => void;
  /** Whether something waits for it, so that time has to pass; a limit on how long something may take is no reason. */
  readonly isAwaited: boolean;
}

/**
 * The time of a whole world: of the service, and of the function with its timers. It moves by `advance`, and by
 * `advanceToNext` while a call waits for nothing but time.
 */
export class VirtualClock extends ManualClock {
  private readonly entries = new Map<VirtualTimer, Entry>();
  /** How many scripted delays of the service wait. */
  waiting = 0;

  override advance(milliseconds: number): void {
    const end = this.now() + milliseconds;
    for (let next = this.next(end); next !== undefined; next = this.next(end)) {
      super.advance(Math.max(0, next[1].at - this.now()));
      this.entries.delete(next[0]);
      next[1].due();
    }
    super.advance(end - this.now());
  }

  /** What the function calls in place of Node's own. */
  setTimeout(due: () => void, milliseconds = 0, isAwaited = true): VirtualTimer {
    const timer: VirtualTimer = { ref: () => timer, unref: () => timer };
    this.entries.set(timer, { at: this.now() + Math.max(1, milliseconds), due, isAwaited });
    return timer;
  }

  clearTimeout(timer: VirtualTimer | undefined): void {
    this.entries.delete(timer as VirtualTimer);
  }

  override async wait(milliseconds: number): Promise<void> {
    this.waiting += 1;
    await new Promise<void>((resolve) => this.setTimeout(resolve, milliseconds));
    this.waiting -= 1;
  }

  /** Whether anything waits for time to pass. */
  get isAwaited(): boolean {
    return [...this.entries.values()].some(({ isAwaited }) => isAwaited);
  }

  /** Moves to the next moment at which something is due. */
  advanceToNext(): void {
    const next = this.next(Number.POSITIVE_INFINITY);
    if (next !== undefined) {
      this.advance(Math.max(0, next[1].at - this.now()));
    }
  }

  private next(end: number): [VirtualTimer, Entry] | undefined {
    let first: [VirtualTimer, Entry] | undefined;
    for (const entry of this.entries) {
      if (entry[1].at <= end && (first === undefined || entry[1].at < first[1].at)) {
        first = entry;
      }
    }
    return first;
  }
}
