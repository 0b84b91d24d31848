import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { FunctionProcess, type ProgressEvent } from '../tools/support/function-process';
import { LocalService } from './local-service';

type Plain = Record<string, unknown>;

/** One event of a case, or the next invocation after the one before. */
interface Step {
  readonly action?: string;
  /** The properties, or the job type whose model they are. */
  readonly properties?: Plain | string;
  readonly previous?: Plain | string;
  /** Properties on top of those; null takes one away. */
  readonly with?: Plain;
  readonly previousWith?: Plain;
  /** Members of the event by their path. */
  readonly set?: Plain;
  readonly without?: readonly string[];
  readonly compressed?: boolean;
  /** Sent as it is, instead of an event that is an object. */
  readonly event?: unknown;
  /**
   * The function is invoked again as its answer asks, with its model and context; `end`: until it is no longer
   * IN_PROGRESS.
   */
  readonly again?: 'once' | 'end';
  /** Which of the two the next event lacks. */
  readonly lost?: 'model' | 'context';
  /** Seconds beyond the delay that the answer asks for. */
  readonly after?: number;
  readonly faults?: object;
  /** The call that somebody else makes for the job before this step. */
  readonly bystander?: string;
}

export interface Case {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** The function's answers by the names of their events. */
export type AnswersByEvent = Map<string, ProgressEvent>;

const { base, models, cases } = JSON.parse(readFileSync(path.join(__dirname, 'events.json'), 'utf8')) as {
  base: Plain;
  models: Record<string, Plain>;
  cases: readonly Case[];
};
export const CASES = cases;

const MOST_INVOCATIONS = 20;

/**
 * Sends the events of a case to a function, which has a Data Exchange of its own.
 *
 * @param file what exports the entrypoint
 */
export async function play({ name, steps }: Case, file: string): Promise<AnswersByEvent> {
  const service = await LocalService.start();
  // AWS SDK v2 prints a notice at every start that its support has ended. The Region is to come from the event alone.
  const env = { AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: '1', AWS_REGION: undefined };
  const runtime = new FunctionProcess(file, service.url, { env });
  const answers: AnswersByEvent = new Map();
  const seen: Record<string, unknown> = {};
  let event: unknown;
  let answer: Partial<ProgressEvent> = {};

  const send = async (label: string): Promise<void> => {
    // Two services differ in their ports, which are part of signed URLs and of their signatures.
    const text = JSON.stringify(await runtime.invoke(event, service.clock.now()))
      .replaceAll(service.url, 'http://exchange')
      .replace(/(X-Amz-Signature=)[0-9a-f]+/g, '$1…');
    const received = JSON.parse(text) as ProgressEvent;
    answers.set(label, received);
    seen.Id = received.resourceModel?.Id ?? seen.Id;
    seen.nextToken = received.nextToken ?? seen.nextToken;
    answer = received;
  };

  try {
    for (const [index, step] of steps.entries()) {
      const label = steps.length === 1 ? name : `${name} / ${index + 1}`;
      if (step.faults) {
        service.faults(step.faults);
      }
      if (step.bystander) {
        await service.bystander(step.bystander, seen.Id as string);
      }
      if (step.again === undefined) {
        service.clock.advance((step.after ?? 0) * 1_000);
        event = eventOf(step, { ...service.names, ...seen });
        await send(label);
        continue;
      }
      const most = step.again === 'end' ? MOST_INVOCATIONS : 1;
      for (let call = 1; call <= most && answer.status === 'IN_PROGRESS'; call += 1) {
        service.clock.advance(((answer.callbackDelaySeconds ?? 0) + (step.after ?? 0)) * 1_000);
        event = nextEvent(event as Plain, answer, step.lost);
        await send(step.again === 'end' ? `${label} call ${call}` : label);
      }
    }
  } finally {
    await runtime.stop();
    await service.stop();
  }
  return answers;
}

function eventOf(step: Step, names: Readonly<Record<string, unknown>>): unknown {
  if ('event' in step) {
    return step.event;
  }
  const event = structuredClone(base) as Plain;
  const data = event.requestData as Plain;
  if (step.action) {
    event.action = step.action;
  }
  if (step.properties) {
    data.resourceProperties = modelOf(step.properties, step.with);
  }
  if (step.previous) {
    data.previousResourceProperties = modelOf(step.previous, step.previousWith);
  }
  for (const [where, value] of Object.entries(step.set ?? {})) {
    const { holder, last } = placeOf(event, where);
    holder[last] = value;
  }
  for (const where of step.without ?? []) {
    const { holder, last } = placeOf(event, where);
    delete holder[last];
  }
  const text = filled(JSON.stringify(event), names);
  return step.compressed
    ? { __COMPRESSED__: gzipSync(text).toString('base64'), __COMPRESSION_METHOD__: 'gzip_base64' }
    : JSON.parse(text);
}

function nextEvent(event: Plain, answer: Partial<ProgressEvent>, lost: Step['lost']): Plain {
  const data = event.requestData as Plain;
  return {
    ...event,
    callbackContext: lost === 'context' ? null : answer.callbackContext,
    requestData: { ...data, resourceProperties: lost === 'model' ? data.resourceProperties : answer.resourceModel },
  };
}

function modelOf(given: Plain | string, on: Plain = {}): Plain {
  const model = typeof given === 'string' ? models[given] : given;
  return Object.fromEntries(Object.entries({ ...model, ...on }).filter(([name]) => on[name] !== null));
}

function placeOf(event: Plain, where: string): { readonly holder: Plain; readonly last: string } {
  const names = where.split('.');
  const last = names.pop() as string;
  return { holder: names.reduce((holder, name) => holder[name] as Plain, event), last };
}

/** Replaces names in double braces: the service's names, and `Id` and `nextToken` of the last answer that had one. */
function filled(text: string, names: Readonly<Record<string, unknown>>): string {
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    if (names[name] === undefined) {
      throw new Error(`nothing is known as ${name}`);
    }
    return String(names[name]);
  });
}
