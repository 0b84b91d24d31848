import { createHash, createHmac } from 'node:crypto';

/**
 * Everything random in the local Data Exchange comes from one printed seed: ids, the secrets that sign, and the
 * `chance` of fault rules. The same seed and the same requests give the same ids.
 */

/** Makes ids in the form of the service's: 32 lower-case hexadecimal characters (Terraform's tests against AWS). */
export class Ids {
  private made = 0;

  constructor(private readonly seed: number) {}

  next(): string {
    this.made += 1;
    return createHash('sha256').update(`id ${this.seed} ${this.made}`).digest('hex').slice(0, 32);
  }

  /** An id in the form of a UUID, as access points have it. */
  nextUuid(): string {
    const hex = this.next();
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
}

/** A secret that follows from the seed. @param purpose what it signs: each purpose has its own secret */
export function secretFrom(seed: number, purpose: string): string {
  return createHmac('sha256', `seed ${seed}`).update(purpose).digest('base64url');
}

/** Numbers from 0 to 1, 1 excluded, that follow from the seed: the generator mulberry32. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
