import type { CallbackContext, Phase } from '../../../src/operations/callback-context';
import { JOB_ID } from '../../job/examples';

/** When the invocations of the transcripts begin. Epoch milliseconds. */
export const NOW = Date.UTC(2026, 10, 22, 10);
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export const TOKEN = 'the token of the request';

/** The callback context of an operation that began ten minutes ago. */
export function context(phase: Phase, more: Partial<CallbackContext> = {}): CallbackContext {
  return { phase, jobId: JOB_ID, beganAt: NOW - 10 * MINUTE, ...more };
}
