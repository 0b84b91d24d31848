import { EXCHANGE_PROBES } from './exchange/probes';
import type { Probe } from './probe';
import { REGISTRY_PROBES } from './registry/probes';

/** Every probe, in the order of the report. */
export const PROBES: readonly Probe[] = [...EXCHANGE_PROBES, ...REGISTRY_PROBES];
