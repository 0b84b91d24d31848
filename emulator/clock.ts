/**
 * The one clock of the local Data Exchange. Everything that has a time or a length (job states, URL lives, retention, paging order)
 * asks it, so that a test or `--time-scale` can bend all of them together.
 */
export interface Clock {
  /** Service time in epoch milliseconds. */
  now(): number;
  /** Moves the service time forward. @param milliseconds of service time, not negative */
  advance(milliseconds: number): void;
  /** Resolves once that much service time has passed, or as soon as the signal aborts. Only scripted delays wait; job states never do. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

interface Waiter {
  at: number;
  wake: () => void;
}

/** A clock that runs by itself: service time = start + elapsed wall time × scale (+ whatever it was advanced by). */
export class ScaledClock implements Clock {
  private readonly wallStart = Date.now();
  private readonly waiters = new Set<Waiter>();
  private ahead = 0;

  /** @param scale service seconds per wall second, above 0 */
  constructor(private readonly scale = 1) {}

  now(): number {
    const elapsed = Date.now() - this.wallStart;
    return Math.floor(this.wallStart + elapsed * this.scale + this.ahead);
  }

  advance(milliseconds: number): void {
    this.ahead += milliseconds;
    wakeDue(this.waiters, this.now());
  }

  wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => waiter.wake(), Math.min(milliseconds / this.scale, 2 ** 31 - 1));
      const waiter = enroll(this.waiters, this.now() + milliseconds, signal, () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

/** A clock that stands still until told otherwise: what tests inject, so that nothing ever sleeps. */
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
      if (milliseconds <= 0) waiter.wake();
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
  if (signal.aborted) wake();
  return waiter;
}

function wakeDue(waiters: Set<Waiter>, now: number): void {
  for (const waiter of [...waiters]) if (waiter.at <= now) waiter.wake();
}
