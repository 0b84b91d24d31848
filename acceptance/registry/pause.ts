import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../probe';

/** What waiting needs. */
type Waiting = Pick<Context, 'emulator' | 'wait'>;

/** Between two looks at a stack or a request, in seconds. The calls of a whole run stay far below CloudFormation's rates. */
const LIVE_PAUSE = 5;
const REHEARSAL_PAUSE = 0.2;

/** Callback delays to try, in seconds. 600 s are known of types in production; 480 s are over within ten minutes. */
const LIVE_DELAYS = [120, 480];
const REHEARSAL_DELAYS = [2, 5];

/** Waits before the next look. The clock of local AWS is the machine's: nobody can move it on. */
export async function pause(context: Waiting): Promise<void> {
  if (isRehearsal(context)) {
    await sleep(REHEARSAL_PAUSE * 1_000);
    // For the error if the run has been interrupted.
    await context.wait(0);
  } else {
    await context.wait(LIVE_PAUSE);
  }
}

export function callbackDelays(context: Waiting): readonly number[] {
  return isRehearsal(context) ? REHEARSAL_DELAYS : LIVE_DELAYS;
}

/** A delay that is long enough for a status to be seen meanwhile. */
export function visibleDelay(context: Waiting): number {
  return isRehearsal(context) ? 2 : 3 * LIVE_PAUSE;
}

/** How many experiments go on at once: here every handler is a process of this machine, there CloudFormation has rates. */
export function sideBySide(context: Waiting): number {
  return isRehearsal(context) ? 4 : 8;
}

function isRehearsal({ emulator }: Waiting): boolean {
  return emulator !== undefined;
}
