import type { Answer, Outcome } from '../../src/decision/steps';
import type { Properties } from '../../src/job/properties';
import { type Request, runOperation, type Tools } from '../../src/run-operation';
import type { Clock } from './service-model';
import { TOKEN } from './situations';

/** One invocation of the handlers, at whatever level a test has them. */
export type Invoke = (request: Request) => Promise<Answer>;

/** The handlers without wire and SDK: the decision and the loop around it. */
export function pureHandlers(clock: Clock, perform: Tools['perform'], random: () => number = () => 0.5): Invoke {
  return (request) => runOperation(request, { perform, now: () => clock.now, random, log: () => {} });
}

/** What an answer hands to the next invocation; a test may lose one of the two. */
export interface Handed {
  readonly desired: Properties;
  readonly callbackContext: unknown;
}

export interface Driving {
  /** What CloudFormation hands on, after it was given this. */
  readonly handOn?: (handed: Handed, original: Properties, answer: Answer) => Handed;
  /** Looks at every answer. */
  readonly onAnswer?: (answer: Answer) => void;
  readonly maxInvocations?: number;
}

const overTheWire = <T>(value: T): T => (value === undefined ? value : JSON.parse(JSON.stringify(value)));

export interface Ending {
  readonly answer: Exclude<Answer, { status: 'IN_PROGRESS' }>;
  readonly answers: readonly Answer[];
}

/** Drives an operation as CloudFormation does: again after the asked delay, with model and context fed back, to its end. */
export async function drive(
  invoke: Invoke,
  clock: Clock,
  request: Partial<Request> & Pick<Request, 'operation' | 'desired'>,
  { handOn = (handed) => handed, onAnswer = () => {}, maxInvocations = 20_000 }: Driving = {},
): Promise<Ending> {
  let next: Request = { token: TOKEN, rollback: false, callbackContext: undefined, ...request };
  const answers: Answer[] = [];
  while (answers.length < maxInvocations) {
    const answer = await invoke(overTheWire(next));
    answers.push(answer);
    onAnswer(answer);
    if (answer.status !== 'IN_PROGRESS') {
      return { answer, answers };
    }
    clock.now += answer.delaySeconds * 1_000;
    const handed = { desired: overTheWire(answer.model), callbackContext: overTheWire(answer.context) };
    next = { ...next, ...handOn(handed, request.desired, answer) };
  }
  throw new Error(`not ended after ${answers.length} invocations; last: ${JSON.stringify(answers.at(-1))}`);
}

/** Outcomes one after the other, whatever is asked. */
export function script(...outcomes: Outcome[]): Tools['perform'] {
  const left = [...outcomes];
  return async (call) => {
    const outcome = left.shift();
    if (outcome === undefined || outcome.call !== call.call) {
      throw new Error(`the script has ${outcome?.call ?? 'nothing more'} where ${call.call} was asked`);
    }
    return outcome;
  };
}
