import { inProgress } from './answers';
import { contextOf } from './context';
import { nounOf } from './job-failure';
import { pollDelay } from './schedule';
import type { Situation, Step } from './steps';

/** StartJob: only now the job counts as started, whatever GetJob shows for a while. */
export function started(situation: Situation): Step {
  const context = {
    ...contextOf(situation),
    phase: 'started',
    startedAt: situation.now,
    slotSince: undefined,
    faults: undefined,
  } as const;
  return inProgress(situation, context, pollDelay(0), `${nounOf(situation.desired)} started`);
}
