import { createHash, createHmac } from 'node:crypto';

/**
 * All chance in the local Data Exchange comes from one printed seed: ids, signing secret and the `chance` of fault rules. The same seed and the
 * same requests give the same ids.
 */

/** Ids as the service makes them: 32 lower-case hexadecimal characters (seen in Terraform's live tests). */
export class Ids {
  private made = 0;

  constructor(private readonly seed: number) {}

  next(): string {
    this.made += 1;
    return createHash('sha256').update(`id ${this.seed} ${this.made}`).digest('hex').slice(0, 32);
  }

  /** The same source in UUID form: access points and the like. */
  nextUuid(): string {
    const hex = this.next();
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  }
}

/** A secret that follows from the seed: what signed URLs and page tokens are signed with. */
export function secretFrom(seed: number, purpose: string): string {
  return createHmac('sha256', `seed ${seed}`).update(purpose).digest('base64url');
}

/** mulberry32: small, fast, good enough to choose which call fails. @returns numbers in [0, 1) */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
