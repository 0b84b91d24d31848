import type { Properties } from '../../src/job/properties';
import {
  type Action,
  brokenRules,
  brokenRulesOfOperation,
  type Invocation,
  type ProgressEvent,
  RETRIABLE,
  TIMEOUT_MS,
} from './contract';

/**
 * CloudFormation, as it drives the handlers of a type: it invokes, keeps the identifier and the callback context, waits
 * for the delay on the injected clock, invokes again with both, and gives up at the schema's timeout. Every progress
 * event has to keep the contract. Nothing here belongs to one level of the tests: `Handlers` may be a whole Lambda
 * function or a single TypeScript function.
 */

/** The handlers under test, at whatever level. */
export type Handlers = (invocation: Invocation) => Promise<ProgressEvent>;

/** The clock that handlers and service share. Milliseconds. */
export interface Clock {
  now(): number;
  advance(milliseconds: number): void;
}

/** What CloudFormation may do otherwise. By default it does nothing of this. */
export interface Habits {
  /**
   * What the next invocation gets of the last event: context and model, context and the first model, the model alone, or
   * the context and of the model the identifier alone. No document promises that it is always both.
   */
  readonly keeps?: 'both' | 'context' | 'model' | 'identifier';
  /** How often an operation that fails with a retriable code is started over. */
  readonly retries?: number;
  /** Invocations (counted from 0) whose answer is lost, so that they are repeated; the second answer counts. */
  readonly repeated?: readonly number[];
  /** Invocations that are sent twice at the same time, if the job is known by then; the second answer counts. */
  readonly doubled?: readonly number[];
  /** Seconds by which each next invocation comes later than the event asked for. */
  readonly lateSeconds?: number;
  /** After how many events somebody cancels the operation: CloudFormation does not come back to it. */
  readonly cancelledAfter?: number;
  /** Called after each event, before the clock moves. */
  readonly afterEach?: (event: ProgressEvent) => Promise<void> | void;
}

/** An operation that has ended. */
export interface Finished {
  /** The last event: SUCCESS or FAILED, or IN_PROGRESS if the operation was cancelled. */
  readonly event: ProgressEvent;
  /** All of them. */
  readonly events: readonly ProgressEvent[];
  /** From the first invocation to the last event, on the injected clock. */
  readonly seconds: number;
}

/** Seconds until CloudFormation starts an operation over. */
const RETRY_SECONDS = 5;
/** After this it repeats a call whose answer did not arrive (aws-quickstart/quickstart-helm-resource-provider, issue 42). */
const SILENCE_MS = 60_000;

let operations = 0;

/** A request token as CloudFormation gives one to each operation. */
export function newToken(): string {
  operations += 1;
  return `token-${operations}-of-these-tests`;
}

/** Invokes once, with what JSON leaves of invocation and event. @throws Error if the event breaks the contract */
export async function invokeOnce(handlers: Handlers, invocation: Invocation): Promise<ProgressEvent> {
  const event = await handlers(overTheWire(invocation));
  demand(invocation, event, brokenRules(invocation, event));
  return overTheWire(event);
}

/**
 * Runs one operation to its end.
 *
 * @param first the first invocation; without a token it gets a new one
 * @throws Error if an event breaks the contract, or the operation takes longer than the schema's timeout
 */
export async function drive(
  handlers: Handlers,
  clock: Clock,
  first: Omit<Invocation, 'token'> & { readonly token?: string },
  habits: Habits = {},
): Promise<Finished> {
  const { keeps = 'both', retries = 0, repeated = [], doubled = [], lateSeconds = 0, afterEach } = habits;
  const { cancelledAfter = Number.POSITIVE_INFINITY } = habits;
  const original: Invocation = { token: newToken(), ...first };
  const began = clock.now();
  const events: ProgressEvent[] = [];
  let next = original;
  let knownId = original.model.Id;
  let retried = 0;
  for (;;) {
    const number = events.length;
    if (repeated.includes(number)) {
      const sent = clock.now();
      await invokeOnce(handlers, next);
      clock.advance(Math.max(0, sent + SILENCE_MS - clock.now()));
    }
    const copies = doubled.includes(number) && knownId !== undefined ? [next, next] : [next];
    const event = (await Promise.all(copies.map((copy) => invokeOnce(handlers, copy)))).at(-1) as ProgressEvent;
    events.push(event);
    await afterEach?.(event);
    demand(next, event, brokenRulesOfOperation(original, knownId, event));
    knownId = event.resourceModel?.Id ?? knownId;
    if (event.status === 'IN_PROGRESS' && events.length < cancelledAfter) {
      clock.advance(((event.callbackDelaySeconds as number) + lateSeconds) * 1_000);
      giveUpInTime(original.action, clock.now() - began, events);
      next = {
        ...original,
        model: fedBack(keeps, original.model, event.resourceModel as Properties),
        callbackContext: keeps === 'model' ? undefined : event.callbackContext,
      };
    } else if (retried < retries && RETRIABLE.includes(event.errorCode ?? '')) {
      retried += 1;
      clock.advance(RETRY_SECONDS * 1_000);
    } else {
      return { event, events, seconds: (clock.now() - began) / 1_000 };
    }
  }
}

function fedBack(keeps: Habits['keeps'], first: Properties, last: Properties): Properties {
  switch (keeps) {
    case 'context':
      return first;
    case 'identifier':
      return { Id: last.Id };
    default:
      return last;
  }
}

/** The operations of one resource type, each run to its end. */
export class CloudFormation {
  constructor(
    private readonly handlers: Handlers,
    private readonly clock: Clock,
    private readonly usual: Habits = {},
  ) {}

  create(model: Properties, habits: Habits & { readonly token?: string } = {}): Promise<Finished> {
    const { token } = habits;
    return this.run({ action: 'CREATE', model, ...(token === undefined ? {} : { token }) }, habits);
  }

  /** @param previousModel undefined: Cloud Control may leave it out */
  update(
    previousModel: Properties | undefined,
    model: Properties,
    habits: Habits & { readonly rollback?: boolean } = {},
  ): Promise<Finished> {
    return this.run({ action: 'UPDATE', model, previousModel, rollback: habits.rollback ?? false }, habits);
  }

  delete(model: Properties, habits: Habits = {}): Promise<Finished> {
    return this.run({ action: 'DELETE', model }, habits);
  }

  async read(model: Properties): Promise<ProgressEvent> {
    return (await this.run({ action: 'READ', model })).event;
  }

  /** One page of a list. */
  async page(filter: Properties = {}, nextToken?: string, maxResults?: number): Promise<ProgressEvent> {
    return (await this.run({ action: 'LIST', model: filter, nextToken, maxResults })).event;
  }

  /** All pages of a list. @throws Error if a page fails */
  async list(filter: Properties = {}, maxResults?: number): Promise<{ models: Properties[]; pages: number }> {
    const models: Properties[] = [];
    let nextToken: string | undefined;
    let pages = 0;
    do {
      const page = await this.page(filter, nextToken, maxResults);
      if (page.status !== 'SUCCESS') {
        throw new Error(`page ${pages + 1} of LIST failed: ${page.message}`);
      }
      models.push(...(page.resourceModels ?? []));
      nextToken = page.nextToken;
      pages += 1;
    } while (nextToken !== undefined);
    return { models, pages };
  }

  private run(first: Omit<Invocation, 'token'> & { readonly token?: string }, habits: Habits = {}): Promise<Finished> {
    return drive(this.handlers, this.clock, first, { ...this.usual, ...habits });
  }
}

function demand(invocation: Invocation, event: ProgressEvent, broken: readonly string[]): void {
  if (broken.length > 0) {
    throw new Error(
      `${invocation.action} breaks the contract, which demands: ${broken.join('; ')}\n` +
        `asked: ${JSON.stringify(invocation.model)}\nanswered: ${JSON.stringify(event)}`,
    );
  }
}

function giveUpInTime(action: Action, elapsedMs: number, events: readonly ProgressEvent[]): void {
  if (elapsedMs > TIMEOUT_MS[action]) {
    throw new Error(
      `CloudFormation gives up on ${action} after ${TIMEOUT_MS[action] / 60_000} min; ` +
        `the last of ${events.length} events: ${JSON.stringify(events.at(-1))}`,
    );
  }
}

function overTheWire<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}
