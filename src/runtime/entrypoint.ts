import { createHash } from 'node:crypto';
import {
  type BaseModel,
  type BaseResource,
  exceptions,
  HandlerErrorCode,
  SessionProxy,
} from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib';
import { clearCredentialCache } from '@smithy/signature-v4';
import { type Answer, answerOf, failed } from './answer';
import { type Fields, InvocationLog } from './log';
import { makeLogDelivery } from './log-delivery';
import { metricsOf, RESERVED } from './metrics';
import { Redactor } from './redaction';
import { callOf, type Envelope, envelopeOf, fromTestEvent, Refusal, secretsOf, unpack } from './wire';
import type { Plain } from './wire-request';

/**
 * What CloudFormation calls: a small stand-in for the library's own entrypoint, over the same BaseResource class.
 *
 * Nothing outlives an invocation but the knowledge which log stream exists. Credentials, requests and log lines are
 * variables of one call, so that neither the next call nor one beside it can see them.
 */

export interface RuntimeOptions {
  /** Epoch milliseconds; for tests. */
  now?: () => number;
  /** JSON pointers of write-only properties, as the schema lists them: `/properties/ApiGatewayApiKey`. */
  secretPaths?: readonly string[];
  /** How long all of log delivery may take. */
  logDeliveryMs?: number;
  /** Where lines go if the type has no logging role: a person who runs the function at home sees them. */
  print?: (line: string) => void;
}

/** The part of Lambda's context that is used, if it is there. */
export interface LambdaContextLike {
  awsRequestId?: string;
  getRemainingTimeInMillis?: () => number;
}

type Entrypoint = (event: unknown, context?: LambdaContextLike) => Promise<Answer>;

const LOG_DELIVERY_MS = 2_000;
/** What Lambda still needs, to hand over the answer after the log. */
const RESERVE_MS = 250;
const RESOURCE_TYPE = /^[A-Za-z0-9]{2,64}(?:::[A-Za-z0-9]{2,64}){2}(?:::MODULE)?$/;

/** A name for the request that joins its lines, and does not give the token away. */
const tokenHash = (token: string | undefined): string | undefined =>
  token && createHash('sha256').update(token).digest('hex').slice(0, 16);

/** The message of an error that nobody expected: without its stack, which some put into the message too. */
const told = (error: unknown): string => {
  try {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return (text.split(/\n\s+at /)[0] as string).slice(0, 1_000);
  } catch {
    return 'an error that cannot be read';
  }
};

export function makeEntrypoints<T extends BaseModel>(
  // biome-ignore lint/suspicious/noExplicitAny: the library's type parameter for type configurations is invariant
  resource: BaseResource<T, any>,
  options: RuntimeOptions = {},
): { entrypoint: Entrypoint; testEntrypoint: Entrypoint } {
  const now = options.now ?? Date.now;
  const secretPaths = options.secretPaths ?? [];
  const print = options.print ?? ((line: string) => console.log(line));
  const deliver = makeLogDelivery(now);
  const deliveryMs = options.logDeliveryMs ?? LOG_DELIVERY_MS;

  const Model = resource.modelTypeReference as unknown as { deserialize(properties: Plain): T };
  const deserialize = (properties: Plain): T | undefined => {
    try {
      return Model.deserialize(properties);
    } catch {
      return undefined; // a value that cannot be cast; the handler judges what came, by desiredProperties
    }
  };
  const { handlers } = resource as unknown as { handlers: ReadonlyMap<string, (...given: unknown[]) => unknown> };
  const actions = [...handlers.keys()].sort();

  function typeConfigurationOf(given: unknown): BaseModel | undefined {
    const Configuration = resource.typeConfigurationTypeReference;
    if (!Configuration) return undefined;
    try {
      return Configuration.deserialize(given ?? {}) ?? undefined;
    } catch (error) {
      throw new Refusal(
        HandlerErrorCode.InvalidTypeConfiguration,
        `The type configuration cannot be read: ${told(error)}. Set it anew with SetTypeConfiguration.`,
      );
    }
  }

  async function handle(wire: Plain, log: InvocationLog): Promise<Answer> {
    const call = callOf(wire, deserialize, actions);
    const action = wire.action as string;
    const handler = handlers.get(action) as (...given: unknown[]) => unknown;
    const session = SessionProxy.getSession(call.credentials as never, call.region);
    const configuration = typeConfigurationOf(call.typeConfiguration);
    return answerOf(action, await handler(session, call.request, call.callbackContext, log, configuration));
  }

  function answerTo(error: unknown, action: string, log: InvocationLog): Answer {
    if (error instanceof Refusal) return failed(error.errorCode, error.message);
    log.log(`${action} failed unexpectedly`, error);
    if (error instanceof exceptions.BaseHandlerException && error.errorCode) {
      return failed(error.errorCode, error.message || error.errorCode);
    }
    return failed(HandlerErrorCode.InternalFailure, `${action} failed unexpectedly: ${told(error)}`);
  }

  /** Delivers or prints; nothing that happens here reaches the answer. */
  async function publish(log: InvocationLog, envelope: Envelope, metrics: Fields, remainingMs: number): Promise<void> {
    const { provider, logGroup, region } = envelope;
    try {
      const last = log.lines.at(-1);
      for (const { fields } of log.lines) {
        for (const name of Object.keys(fields)) if (RESERVED.test(name)) delete fields[name];
      }
      if (!provider || !logGroup || !region) {
        for (const { fields } of log.lines) print(JSON.stringify(fields));
        return;
      }
      const events = log.lines.map((line) => ({
        timestamp: line.time,
        message: JSON.stringify(line === last ? { ...line.fields, ...metrics } : line.fields),
      }));
      await deliver(
        { group: logGroup, region, credentials: provider, events },
        Math.min(deliveryMs, remainingMs - RESERVE_MS),
      );
    } catch (error) {
      try {
        print(JSON.stringify({ message: 'the log could not be delivered', error: log.redact(told(error)) }));
      } catch {
        // then nobody hears of it
      }
    }
  }

  async function run(
    event: unknown,
    context: LambdaContextLike | undefined,
    convert: (event: Plain) => Plain,
  ): Promise<Answer> {
    const startedAt = now();
    let wire: Plain = {};
    let refusal: unknown;
    try {
      wire = convert(unpack(event));
    } catch (error) {
      refusal = error;
    }
    const envelope = envelopeOf(wire);
    const log = new InvocationLog(new Redactor(secretsOf(wire, secretPaths)), now, {
      action: envelope.action?.slice(0, 64),
      stack: envelope.stackId,
      logicalId: envelope.logicalId,
      token: tokenHash(envelope.token),
      requestId: context?.awsRequestId,
    });
    const known = envelope.action && actions.includes(envelope.action) ? envelope.action : undefined;

    let answer: Answer;
    try {
      if (refusal) throw refusal;
      answer = await handle(wire, log);
    } catch (error) {
      answer = answerTo(error, known ?? 'The request', log);
    }
    if (answer.message !== undefined) answer.message = log.redact(answer.message);

    const time = now();
    const durationMs = Math.max(0, time - startedAt);
    const { status, errorCode, message, callbackDelaySeconds } = answer;
    log.close({ message: message ?? status, status, errorCode, callbackDelaySeconds, durationMs });
    const resourceType =
      [envelope.resourceType, resource.typeName].find((name) => name && RESOURCE_TYPE.test(name)) ?? 'Unknown';
    const metrics = metricsOf({ resourceType, action: known ?? 'UNKNOWN', durationMs, time, errorCode });
    await publish(log, envelope, metrics, context?.getRemainingTimeInMillis?.() ?? Infinity);
    clearCredentialCache(); // signing keys that the signer keeps by itself
    return answer;
  }

  return {
    entrypoint: (event, context) => run(event, context, (wire) => wire),
    testEntrypoint: (event, context) => run(event, context, fromTestEvent),
  };
}
