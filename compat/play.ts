import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { Exchange } from './exchange';
import { LocalFunction, type Plain } from './function';

/** One event of a case, or the next invocation of the one before it. */
interface Step {
  action?: string;
  /** The properties, or the job type whose model they are. */
  properties?: Plain | string;
  previous?: Plain | string;
  /** Properties on top of those; null takes one away. */
  with?: Plain;
  previousWith?: Plain;
  /** Members of the event by their path. */
  set?: Plain;
  without?: string[];
  compressed?: boolean;
  /** Instead of an event that is an object. */
  event?: unknown;
  /** Called again as the answer asks, with its model and context; `end` until it is no longer IN_PROGRESS. */
  again?: 'once' | 'end';
  /** What of the two does not come back. */
  lost?: 'model' | 'context';
  /** Seconds beyond the delay that was asked for. */
  after?: number;
  faults?: object;
  /** What somebody else does to the job before this. */
  bystander?: string;
}

export interface Case {
  name: string;
  steps: Step[];
}

/** What was answered, by the event's name. */
export type Answers = Map<string, unknown>;

const { base, models, cases } = JSON.parse(readFileSync(path.join(__dirname, 'events.json'), 'utf8')) as {
  base: Plain;
  models: Record<string, Plain>;
  cases: Case[];
};
export const CASES: readonly Case[] = cases;

const MOST_INVOCATIONS = 20;

/** Sends the events of a case to a runtime over a Data Exchange of their own. @param file what exports the entrypoint */
export async function play({ name, steps }: Case, file: string): Promise<Answers> {
  const exchange = await Exchange.start();
  const runtime = LocalFunction.start(file, exchange.url);
  const answers: Answers = new Map();
  const seen: Record<string, unknown> = {};
  let event: unknown;
  let answer: Plain = {};

  const say = async (label: string): Promise<void> => {
    // Two services differ in their ports, which signed URLs carry and sign.
    const told = JSON.stringify(await runtime.invoke(event, exchange.clock.now()))
      .replaceAll(exchange.url, 'http://exchange')
      .replace(/(X-Amz-Signature=)[0-9a-f]+/g, '$1…');
    answer = JSON.parse(told);
    answers.set(label, answer);
    const { Id } = (answer.resourceModel ?? {}) as Plain;
    if (Id) seen.Id = Id;
    if (answer.nextToken) seen.nextToken = answer.nextToken;
  };

  try {
    for (const [n, step] of steps.entries()) {
      const label = steps.length === 1 ? name : `${name} / ${n + 1}`;
      if (step.faults) exchange.faults(step.faults);
      if (step.bystander) await exchange.bystander(step.bystander, seen.Id as string);
      if (step.again === undefined) {
        exchange.clock.advance((step.after ?? 0) * 1_000);
        event = eventOf(step, { ...exchange.names, ...seen });
        await say(label);
        continue;
      }
      for (let m = 1; m <= (step.again === 'end' ? MOST_INVOCATIONS : 1) && answer.status === 'IN_PROGRESS'; m += 1) {
        exchange.clock.advance((Number(answer.callbackDelaySeconds ?? 0) + (step.after ?? 0)) * 1_000);
        event = nextEvent(event as Plain, answer, step.lost);
        await say(step.again === 'end' ? `${label} call ${m}` : label);
      }
    }
  } finally {
    await runtime.stop();
    await exchange.stop();
  }
  return answers;
}

function eventOf(step: Step, names: Record<string, unknown>): unknown {
  if ('event' in step) return step.event;
  const event = structuredClone(base) as Plain;
  const data = event.requestData as Plain;
  if (step.action) event.action = step.action;
  if (step.properties) data.resourceProperties = modelOf(step.properties, step.with);
  if (step.previous) data.previousResourceProperties = modelOf(step.previous, step.previousWith);
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

function nextEvent(event: Plain, { resourceModel, callbackContext }: Plain, lost: Step['lost']): Plain {
  const data = event.requestData as Plain;
  return {
    ...event,
    callbackContext: lost === 'context' ? null : callbackContext,
    requestData: { ...data, resourceProperties: lost === 'model' ? data.resourceProperties : resourceModel },
  };
}

function modelOf(given: Plain | string, on: Plain = {}): Plain {
  const model = typeof given === 'string' ? models[given] : given;
  return Object.fromEntries(Object.entries({ ...model, ...on }).filter(([name]) => on[name] !== null));
}

function placeOf(event: Plain, where: string): { holder: Plain; last: string } {
  const names = where.split('.');
  const last = names.pop() as string;
  return { holder: names.reduce((at, name) => at[name] as Plain, event), last };
}

/** The event with what stands in double braces: ids of the setup, and `Id` and `nextToken` of the last answer that had one. */
function filled(text: string, names: Record<string, unknown>): string {
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    if (names[name] === undefined) throw new Error(`nothing is known as ${name}`);
    return String(names[name]);
  });
}
