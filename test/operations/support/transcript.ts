import { type CallbackContext, isAbsent } from '../../../src/operations/callback-context';
import type { Exchange } from '../../../src/operations/exchange';
import { invoke } from '../../../src/operations/invoke';
import type { OperationName, Request } from '../../../src/operations/request';
import { JOB_ID, SECRET } from '../../job/examples';
import type { ProgressEvent } from '../../support/contract';
import type { ExpectedCall } from './calls';
import { NOW, TOKEN } from './invocation';
import type { Method, Refused } from './refusals';

/**
 * Transcripts of invocations: the calls that an operation makes, in order, with what the service returns to each, and
 * the operation's answer. A call that is missing, that is one too many, or that has other arguments fails the test with
 * the difference between both lists.
 */

/** What a transcript begins with. By default: the first invocation, about the job of the examples. */
export type Given = Partial<Request> & { readonly operation: OperationName };

/** One transcript. Its last member says what it begins with, where that differs from the others of its table. */
export type Row = readonly [name: string, calls: readonly ExpectedCall[], answer: object, given?: Partial<Given>];

/** Declares a test for every row: one invocation makes these calls in this order, and then answers this. */
export function transcripts(given: Given, rows: readonly Row[]): void {
  for (const [name, calls, answer, more] of rows) {
    it(name, async () => {
      const whole = { ...given, ...more };
      expect(await play(whole, calls)).toEqual(withContext(answer, whole));
    });
  }
}

/** The context of an IN_PROGRESS answer is the one that the invocation began with, and what the row says besides. */
function withContext(answer: object, { callbackContext }: Given): object {
  const began = isAbsent(callbackContext) ? { jobId: JOB_ID, beganAt: NOW } : (callbackContext as CallbackContext);
  return 'callbackContext' in answer
    ? { ...answer, callbackContext: { ...began, ...(answer.callbackContext as object) } }
    : answer;
}

/** Runs one invocation against a script. @returns the answer, as JSON carries it over the wire */
export async function play(given: Given, calls: readonly ExpectedCall[]): Promise<ProgressEvent> {
  const made: string[] = [];
  const answer = await invoke(
    { desired: { Id: JOB_ID }, token: TOKEN, rollback: false, callbackContext: undefined, ...given },
    scripted(calls, made),
    { now: () => NOW, random: () => 0.5, log: () => {} },
  );
  expect(made).toEqual(calls.map(({ method, arguments: args }) => textOf(method, args)));
  expect(JSON.stringify(answer)).not.toContain(SECRET);
  return JSON.parse(JSON.stringify(answer));
}

/** An Exchange that returns what the script says, call by call. @param made gets the text of every call */
function scripted(calls: readonly ExpectedCall[], made: string[]): Exchange {
  async function respond(method: Method, args: readonly unknown[]): Promise<unknown> {
    const expected = calls[made.length];
    made.push(textOf(method, args));
    if (expected?.method !== method) {
      throw new Error(`the transcript has ${expected?.method ?? 'no call'} where ${method} is called`);
    }
    if (typeof expected.result === 'function') {
      throw (expected.result as Refused)(method);
    }
    return expected.result;
  }
  const get =
    (_: Exchange, name: string) =>
    (...args: unknown[]) =>
      respond(name as Method, args);
  return new Proxy({} as Exchange, { get } as ProxyHandler<Exchange>);
}

function textOf(method: Method, args: readonly unknown[]): string {
  return `${method}(${args.map((argument) => JSON.stringify(argument)).join(', ')})`;
}
