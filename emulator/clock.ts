/**
 * The one clock of the local Data Exchange. Everything that has a time or a duration (job states, lives of URLs,
 * retention, the order of lists) reads it, so that a test or `--time-scale` moves all of them together.
 */
export interface Clock {
  /** Service time in epoch milliseconds. */
  now(): number;
  /** Moves the service time forward. @param milliseconds of service time, 0 or more */
  advance(milliseconds: number): void;
  /**
   * Resolves once that much service time has passed, or as soon as the signal aborts. Only scripted delays wait; job
   * states are computed from `now`.
   */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

interface Waiter {
  readonly at: number;
  readonly wake: () => void;
}

/** The longest delay that Node's timers take, milliseconds. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** A clock that runs: service time = start + elapsed real time × scale + what it was advanced by. */
export class ScaledClock implements Clock {
  private readonly startedAt = Date.now();
  private readonly waiters = new Set<Waiter>();
  private advanced = 0;

  /** @param scale service seconds per real second, above 0 */
  constructor(private readonly scale = 1) {}

  now(): number {
    const elapsed = Date.now() - this.startedAt;
    return Math.floor(this.startedAt + elapsed * this.scale + this.advanced);
  }

  advance(milliseconds: number): void {
    this.advanced += milliseconds;
    wakeDue(this.waiters, this.now());
  }

  wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => waiter.wake(), Math.min(milliseconds / this.scale, LONGEST_TIMEOUT));
      const waiter = enroll(this.waiters, this.now() + milliseconds, signal, () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

/** A clock that moves only by `advance`: tests inject it, so that none of them sleeps. */
export class ManualClock implements Clock {
  private readonly waiters = new Set<Waiter>();

  /** @param time where it begins, epoch milliseconds */
  constructor(private time = Date.UTC(2026, 0, 15, 12)) {}

  now(): number {
    return this.time;
  }

  advance(milliseconds: number): void {
    this.time += milliseconds;
    wakeDue(this.waiters, this.time);
  }

  wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiter = enroll(this.waiters, this.time + milliseconds, signal, resolve);
      if (milliseconds <= 0) {
        waiter.wake();
      }
    });
  }
}

function enroll(waiters: Set<Waiter>, at: number, signal: AbortSignal, resolve: () => void): Waiter {
  const wake = () => {
    waiters.delete(waiter);
    signal.removeEventListener('abort', wake);
    resolve();
  };
  const waiter: Waiter = { at, wake };
  waiters.add(waiter);
  signal.addEventListener('abort', wake);
  if (signal.aborted) {
    wake();
  }
  return waiter;
}

function wakeDue(waiters: Set<Waiter>, now: number): void {
  for (const waiter of [...waiters]) {
    if (waiter.at <= now) {
      waiter.wake();
    }
  }
}
