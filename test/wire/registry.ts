import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Properties } from '../../src/job/properties';
import type { LambdaContextLike } from '../../src/runtime/entrypoint';
import { type Action, type Answer, type Asked, RETRIABLE, requested, violations } from './contract';
import { clock } from './time';

/**
 * Does what CloudFormation's registry does with a type's handlers: sends the wire event, stores what is answered, moves the
 * clock on by the delay that was asked for instead of sleeping, and calls again with model and context fed back. Every answer
 * is held to the contract.
 */

/** What the registry feeds back; nobody documents that it is always both. */
export type Kept = 'both' | 'context' | 'model';

export interface WireEvent extends Asked {
  [member: string]: unknown;
}

export type Handler = (event: unknown, context?: LambdaContextLike) => Promise<unknown>;

export interface Habits {
  kept?: Kept;
  compressed?: boolean;
  /** How often an invocation without a job that fails retriably is started over. */
  retries?: number;
  /** Invocations (counted from 0) whose event is sent again although it was answered; the second answer counts. */
  repeated?: readonly number[];
  /** Invocations whose event is sent twice at once; the second answer counts. */
  twice?: readonly number[];
  /** Seconds that a next call comes later than asked for. */
  late?: number;
  /** Happens after each answer, before time goes on. */
  meanwhile?: (answer: Answer) => Promise<void>;
}

/** How an operation ended. */
export interface Ended {
  last: Answer;
  answers: Answer[];
  /** Seconds between first and last answer. */
  seconds: number;
}

const SECRETS = {
  caller: {
    accessKeyId: 'ASIACALLERCALLERCALL',
    secretAccessKey: 'callerSecret/0123456789abcdefghijklmnop',
    sessionToken: 'callerSession/token/0123456789=',
  },
  bearer: 'bearer-0b5e7d6c-secret',
};

/** What no answer and no log line may hold, with what the templates of these tests keep secret. */
export const NEVER_TOLD = [...Object.values(SECRETS.caller).slice(1), SECRETS.bearer];

const MOST_INVOCATIONS = 2_000;

export class Registry {
  /** Every answer that any operation got. */
  readonly answers: Answer[] = [];

  constructor(
    private readonly handler: Handler,
    private readonly usual: Habits = {},
  ) {}

  create(model: Properties, habits: Habits = {}): Promise<Ended> {
    return this.run('CREATE', { resourceProperties: model }, habits);
  }

  update(previous: Properties, model: Properties, habits: Habits & { rollback?: boolean } = {}): Promise<Ended> {
    const { rollback = false } = habits;
    return this.run('UPDATE', { resourceProperties: model, previousResourceProperties: previous }, habits, {
      rollback,
    });
  }

  delete(model: Properties, habits: Habits = {}): Promise<Ended> {
    return this.run('DELETE', { resourceProperties: model }, habits);
  }

  async read(model: Properties): Promise<Answer> {
    return (await this.run('READ', { resourceProperties: model })).last;
  }

  /** One page. */
  async page(filter: Properties = {}, nextToken?: string, maxResults?: number): Promise<Answer> {
    return (await this.run('LIST', { resourceProperties: filter }, {}, { nextToken, maxResults })).last;
  }

  /** All pages. */
  async list(filter: Properties = {}, maxResults?: number): Promise<{ models: Properties[]; pages: number }> {
    const models: Properties[] = [];
    let token: string | undefined;
    let pages = 0;
    do {
      const page = await this.page(filter, token, maxResults);
      if (page.status !== 'SUCCESS') throw new Error(`LIST failed: ${page.message}`);
      models.push(...(page.resourceModels as Properties[]));
      token = page.nextToken;
      pages += 1;
    } while (token !== undefined && pages < 100);
    return { models, pages };
  }

  /** Runs one operation to its end. */
  async run(
    action: Action,
    data: { resourceProperties: Properties; previousResourceProperties?: Properties },
    habits: Habits = {},
    members: Record<string, unknown> = {},
  ): Promise<Ended> {
    const { kept = 'both', retries = 0, repeated = [], twice = [], late = 0, meanwhile } = { ...this.usual, ...habits };
    const began = clock.now();
    const answers: Answer[] = [];
    let event = wireEvent(action, data, members);
    let id = data.resourceProperties.Id;
    let retried = 0;
    for (let n = 0; n < MOST_INVOCATIONS; n += 1) {
      if (repeated.includes(n)) await this.invoke(event, habits);
      const sent = twice.includes(n) ? [event, event] : [event];
      const answer = (await Promise.all(sent.map((one) => this.invoke(one, habits)))).at(-1) as Answer;
      answers.push(answer);
      await meanwhile?.(answer);
      const broken: string[] = [];
      const answered = answer.resourceModel?.Id;
      if (action === 'CREATE' && id && answered !== id) broken.push('CREATE keeps its identifier');
      id = answered ?? id;
      if (answer.status === 'FAILED' && id && action !== 'READ' && RETRIABLE.includes(answer.errorCode as string)) {
        broken.push(`${answer.errorCode} would make CloudFormation start over although a job exists`);
      }
      if (answer.status === 'SUCCESS' && (action === 'CREATE' || (action === 'UPDATE' && !members.rollback))) {
        broken.push(...lacking(data.resourceProperties, answer.resourceModel ?? {}));
      }
      hold(event, answer, broken);
      if (answer.status !== 'IN_PROGRESS') {
        if (retried < retries && RETRIABLE.includes(answer.errorCode as string)) {
          retried += 1;
          clock.advance(5_000);
          continue;
        }
        return { last: answer, answers, seconds: (clock.now() - began) / 1_000 };
      }
      clock.advance(((answer.callbackDelaySeconds as number) + late) * 1_000);
      const fed = kept === 'context' ? data.resourceProperties : (answer.resourceModel as Properties);
      event = wireEvent(
        action,
        { ...data, resourceProperties: fed },
        { ...members, ...(kept === 'model' ? {} : { callbackContext: answer.callbackContext }) },
      );
    }
    throw new Error(`${action} did not end within ${MOST_INVOCATIONS} invocations`);
  }

  /** Sends one event as it is, over what the wire can carry. */
  async invoke(event: WireEvent, { compressed }: Habits = {}): Promise<Answer> {
    const text = JSON.stringify(event);
    const sent =
      (compressed ?? this.usual.compressed)
        ? { __COMPRESSED__: gzipSync(text).toString('base64'), __COMPRESSION_METHOD__: 'gzip_base64' }
        : (JSON.parse(text) as unknown);
    const lambda = { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => 60_000 };
    const answer = (await this.handler(sent, lambda)) as Answer;
    const told = JSON.stringify(answer);
    expect(JSON.parse(told)).toEqual(answer);
    for (const secret of NEVER_TOLD) expect(told).not.toContain(secret);
    this.answers.push(answer);
    hold(event, answer, violations(event, answer));
    return answer;
  }
}

/** What a template asked for and the answer does not show, or shows otherwise. Templates may write scalars as text. */
function lacking(asked: Properties, shown: Properties): string[] {
  const wanted = { StartOnCreation: false, ...requested(asked) } as Record<string, unknown>;
  return Object.entries(wanted)
    .filter(([name, value]) => {
      const scalar = typeof value !== 'object';
      return scalar ? String(shown[name]) !== String(value) : JSON.stringify(shown[name]) !== JSON.stringify(value);
    })
    .map(([name, value]) => `${name} was ${JSON.stringify(value)} and is ${JSON.stringify(shown[name])}`);
}

function hold(event: WireEvent, answer: Answer, broken: readonly string[]): void {
  if (broken.length > 0) {
    const { resourceProperties } = event.requestData;
    throw new Error(
      `${event.action} breaks the contract: ${broken.join('; ')}\nasked ${JSON.stringify(resourceProperties)}\nanswered ${JSON.stringify(answer)}`,
    );
  }
}

/** The event as CloudFormation sends it. */
export function wireEvent(
  action: Action,
  data: { resourceProperties: Properties; previousResourceProperties?: Properties; callerCredentials?: unknown },
  members: Record<string, unknown> = {},
): WireEvent {
  return {
    action,
    awsAccountId: '123456789012',
    bearerToken: SECRETS.bearer,
    region: 'us-east-1',
    resourceType: 'Acme::DataExchange::Job',
    resourceTypeVersion: '00000001',
    nextToken: null,
    callbackContext: null,
    stackId: 'arn:aws:cloudformation:us-east-1:123456789012:stack/wire/0001',
    rollback: false,
    driftable: false,
    snapshotRequested: false,
    requestContext: {},
    ...members,
    requestData: {
      callerCredentials: SECRETS.caller,
      providerCredentials: null,
      providerLogGroupName: null,
      typeConfiguration: null,
      systemTags: { 'aws:cloudformation:stack-name': 'wire' },
      stackTags: {},
      previousStackTags: null,
      previousSystemTags: null,
      logicalResourceId: 'Job',
      previousResourceProperties: null,
      ...data,
    },
  } as unknown as WireEvent;
}
