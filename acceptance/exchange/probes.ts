import type { Probe } from '../probe';
import { ANSWERS } from './answers';
import { CREATION } from './creation';
import { DURATIONS } from './durations';
import { ENTITLED } from './entitled';
import { EXPORTS } from './exports';
import { JOB_ERRORS } from './job-errors';
import { LAGS } from './lags';
import { LISTS } from './lists';
import { QUOTA_PROBES } from './quotas';
import { REVISIONS } from './revisions';
import { UPLOADS } from './uploads';

/** The probes of Data Exchange. Those that go beyond quotas come late, and the one that moves the clock by months last. */
export const EXCHANGE_PROBES: readonly Probe[] = [
  ...LAGS,
  ...CREATION,
  ...REVISIONS,
  ...EXPORTS,
  ...UPLOADS,
  ...LISTS,
  ...ENTITLED,
  ...ANSWERS,
  ...JOB_ERRORS,
  ...QUOTA_PROBES,
  ...DURATIONS,
];
