import type { Job } from '../job/job';
import { inProgress, wantsStart } from './answers';
import { contextOf } from './context';
import { nounOf } from './job-failure';
import { pollDelay, STORE_DELAY_SECONDS } from './schedule';
import type { Situation, Step } from './steps';

/** CreateJob: the identifier goes to CloudFormation before anything runs, so that a job that runs is one that a stack knows. */
export function created(situation: Situation, job: Job): Step {
  const { desired, now } = situation;
  const context = {
    phase: wantsStart(desired) ? 'to-start' : 'idle',
    beganAt: now,
    createdAt: now,
    jobId: job.Id,
    lastSeen: job.State,
  } as const;
  return inProgress(situation, context, STORE_DELAY_SECONDS, `job ${job.Id} created`, job);
}

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
