import type { Probe } from '../probe';

/** The probes of Data Exchange. */
export const EXCHANGE_PROBES: readonly Probe[] = [];
