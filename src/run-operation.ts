import { type CallbackContext, parseContext } from './decision/callback-context';
import { decide } from './decision/decide';
import type { Answer, Call, Outcome, Situation } from './decision/steps';
import { isRecord, text } from './job/properties';

/** What runs an operation: the way to the service and the clock. */
export interface Tools {
  /** Makes one call; an error has become a refusal. */
  readonly perform: (call: Call) => Promise<Outcome>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** 0 to 1. */
  readonly random: () => number;
  readonly log: (message: string, fields?: Record<string, unknown>) => void;
}

/** One operation as the wire asks for it. */
export type Request = Pick<
  Situation,
  'operation' | 'desired' | 'token' | 'previous' | 'rollback' | 'nextToken' | 'maxResults'
> & {
  readonly callbackContext: unknown;
};

/** Runs one invocation of an operation: asks for the next step and carries it out, until it is an answer. Never throws. */
export async function runOperation(request: Request, tools: Tools): Promise<Answer> {
  let context: CallbackContext | undefined;
  try {
    context = parseContext(request.callbackContext);
  } catch (error) {
    return { status: 'FAILED', code: 'InternalFailure', message: (error as Error).message, ...standingModel(request) };
  }
  const outcomes: Outcome[] = [];
  try {
    for (;;) {
      const step = decide({ ...request, context, outcomes, now: tools.now(), jitter: tools.random() });
      if ('status' in step) {
        return step;
      }
      const outcome = await tools.perform(step);
      tools.log(step.call, summary(step, outcome));
      outcomes.push(outcome);
    }
  } catch (error) {
    tools.log('the handler itself failed', { error });
    const message =
      'The handler itself failed; its log has the stack. This is a fault of the resource type, not of the template.';
    return { status: 'FAILED', code: 'InternalFailure', message, ...standingModel(request, context, outcomes) };
  }
}

function summary(call: Call, outcome: Outcome): Record<string, unknown> {
  const jobId = 'jobId' in call ? call.jobId : 'job' in outcome ? outcome.job.Id : undefined;
  if ('refusal' in outcome) {
    return { jobId, refused: outcome.refusal.code, reason: outcome.refusal.message };
  }
  return { jobId, state: 'job' in outcome ? outcome.job.State : undefined };
}

/** The identifier of what exists, wherever it stands: rollback and clean-up need it. */
function standingModel(
  { desired, callbackContext }: Request,
  context?: CallbackContext,
  outcomes: readonly Outcome[] = [],
): { model?: { Id: string } } {
  const made = outcomes.flatMap((outcome) => ('job' in outcome ? [outcome.job.Id] : [])).at(-1);
  const remembered = context?.jobId ?? text(isRecord(callbackContext) ? callbackContext : undefined, 'jobId');
  const Id = made ?? remembered ?? text(desired, 'Id');
  return Id === undefined ? {} : { model: { Id } };
}
