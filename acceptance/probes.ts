import { EXCHANGE_PROBES } from './exchange/probes';
import type { Probe } from './probe';

/** Every probe, in the order of the report. */
export const PROBES: readonly Probe[] = [...EXCHANGE_PROBES];
