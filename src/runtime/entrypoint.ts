import { createHash } from 'node:crypto';
import {
  type BaseModel,
  type BaseResource,
  HandlerErrorCode,
  SessionProxy,
} from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib';
import { clearCredentialCache } from '@smithy/signature-v4';
import { type Fields, InvocationLog } from './log';
import { makeLogDelivery } from './log-delivery';
import { metricsOf, withoutMetrics } from './metrics';
import { Redactor } from './redaction';
import { type HandlerResponse, responseOf } from './response';
import {
  credentialsIn,
  decode,
  type Envelope,
  envelopeOf,
  fromTestEvent,
  InvocationError,
  invocationOf,
  valuesAt,
} from './wire';
import type { Plain } from './wire-request';

/**
 * What CloudFormation calls: it replaces the library's own entrypoint, over the same BaseResource class.
 *
 * Only the knowledge of which log streams exist outlives an invocation. Credentials, requests and log lines are local
 * variables, so that neither the next invocation nor a concurrent one can see them.
 */

export interface RuntimeOptions {
  /** Epoch milliseconds; for tests. */
  readonly now?: () => number;
  /** JSON pointers of the properties that hold secrets, as the schema writes them: `/properties/ApiGatewayApiKey`. */
  readonly secretPaths?: readonly string[];
  /**
   * JSON pointers of the properties that hold contents, such as the text of a file. A content may be confidential, but
   * it may also be an ordinary word, so it is redacted only if it has 32 characters or more.
   */
  readonly contentPaths?: readonly string[];
  /** How long the delivery of the log may take, in milliseconds. */
  readonly logDeliveryMs?: number;
  /** Takes the log lines of a type that has no logging role, so that whoever runs the function locally sees them. */
  readonly print?: (line: string) => void;
}

/** The part of Lambda's context that is used, if it is there. */
export interface LambdaContextLike {
  readonly awsRequestId?: string;
  readonly getRemainingTimeInMillis?: () => number;
}

type Entrypoint = (event: unknown, context?: LambdaContextLike) => Promise<HandlerResponse>;
type Handler = (session: unknown, request: unknown, callbackContext: Plain, log: InvocationLog) => unknown;

const LOG_DELIVERY_MS = 2_000;
/** What Lambda needs after the delivery of the log, to return the response. */
const RESERVE_MS = 250;
const RESOURCE_TYPE = /^[A-Za-z0-9]{2,64}(?:::[A-Za-z0-9]{2,64}){2}(?:::MODULE)?$/;

/**
 * Makes the two functions that Lambda calls: `entrypoint` for events of CloudFormation, `testEntrypoint` for the
 * smaller events of `sam local invoke`. Both resolve to a response whatever the event is; they never reject.
 */
export function makeEntrypoints<T extends BaseModel>(
  // biome-ignore lint/suspicious/noExplicitAny: the library's type parameter for type configurations is invariant
  resource: BaseResource<T, any>,
  options: RuntimeOptions = {},
): { readonly entrypoint: Entrypoint; readonly testEntrypoint: Entrypoint } {
  const { now = Date.now, secretPaths = [], contentPaths = [], logDeliveryMs = LOG_DELIVERY_MS } = options;
  const print = options.print ?? ((line: string) => console.log(line));
  const deliver = makeLogDelivery(now);
  const { handlers } = resource as unknown as { readonly handlers: ReadonlyMap<string, Handler> };
  const actions = [...handlers.keys()].sort();

  async function run(
    event: unknown,
    context: LambdaContextLike | undefined,
    read: (event: unknown) => Plain,
  ): Promise<HandlerResponse> {
    const startedAt = now();
    let wire: Plain = {};
    let unreadable: unknown;
    try {
      wire = read(event);
    } catch (error) {
      unreadable = error;
    }
    const envelope = envelopeOf(wire);
    const redactor = new Redactor(
      [...credentialsIn(wire), ...valuesAt(wire, secretPaths)],
      valuesAt(wire, contentPaths),
    );
    const log = new InvocationLog(redactor, now, {
      action: envelope.action?.slice(0, 64),
      stack: envelope.stackId,
      logicalId: envelope.logicalId,
      token: hashOf(envelope.token),
      requestId: context?.awsRequestId,
    });
    const action = envelope.action && actions.includes(envelope.action) ? envelope.action : undefined;

    let response: HandlerResponse;
    try {
      if (unreadable) {
        throw unreadable;
      }
      response = await handle(wire, log);
    } catch (error) {
      response = failureOf(error, action ?? 'The request', log);
    }
    if (response.message !== undefined) {
      response = { ...response, message: redactor.text(response.message) };
    }

    const time = now();
    const durationMs = Math.max(0, time - startedAt);
    const { status, errorCode, message, callbackDelaySeconds } = response;
    log.close({ message: message ?? status, status, errorCode, callbackDelaySeconds, durationMs });
    const resourceType =
      [envelope.resourceType, resource.typeName].find((name) => name && RESOURCE_TYPE.test(name)) ?? 'Unknown';
    const metrics = metricsOf({ resourceType, action: action ?? 'UNKNOWN', durationMs, time, errorCode });
    const remainingMs = context?.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY;
    try {
      await publish(log, metrics, envelope, remainingMs);
    } catch (error) {
      report(error, redactor);
    }
    clearCredentialCache(); // The signer keeps signing keys otherwise.
    return response;
  }

  async function handle(wire: Plain, log: InvocationLog): Promise<HandlerResponse> {
    const { action, credentials, region, request, callbackContext } = invocationOf<T>(wire, actions);
    const handler = handlers.get(action) as Handler;
    const session = SessionProxy.getSession(credentials as never, region);
    return responseOf(action, await handler(session, request, callbackContext, log));
  }

  /** Delivers the log to CloudWatch Logs; prints it if the event names no group or has no credentials for it. */
  async function publish(log: InvocationLog, metrics: Fields, envelope: Envelope, remainingMs: number): Promise<void> {
    const { provider, logGroup, region } = envelope;
    const lines = log.lines.map(({ time, fields }) => ({ time, fields: withoutMetrics(fields) }));
    if (!provider || !logGroup || !region) {
      for (const { fields } of lines) {
        print(JSON.stringify(fields));
      }
      return;
    }
    Object.assign(lines.at(-1)?.fields as Fields, metrics);
    await deliver(
      {
        group: logGroup,
        region,
        credentials: provider,
        events: lines.map(({ time, fields }) => ({ timestamp: time, message: JSON.stringify(fields) })),
      },
      Math.min(logDeliveryMs, remainingMs - RESERVE_MS),
    );
  }

  function report(error: unknown, redactor: Redactor): void {
    try {
      print(JSON.stringify({ message: 'the log could not be delivered', error: redactor.text(textOf(error)) }));
    } catch {
      // There is no other place to report it.
    }
  }

  return {
    entrypoint: (event, context) => run(event, context, decode),
    testEntrypoint: (event, context) => run(event, context, (given) => fromTestEvent(decode(given))),
  };
}

function failureOf(error: unknown, what: string, log: InvocationLog): HandlerResponse {
  if (error instanceof InvocationError) {
    return { status: 'FAILED', errorCode: error.errorCode, message: error.message };
  }
  log.log(`${what} failed unexpectedly`, error);
  const message = `${what} failed unexpectedly: ${textOf(error)}`;
  return { status: 'FAILED', errorCode: HandlerErrorCode.InternalFailure, message };
}

/** An error in one text, without its stack, which some errors have in their message too. */
function textOf(error: unknown): string {
  try {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return (text.split(/\n\s+at /)[0] as string).slice(0, 1_000);
  } catch {
    return 'an error that cannot be read';
  }
}

/** Identifies a request in the log without giving its token away. */
function hashOf(token: string | undefined): string | undefined {
  return token && createHash('sha256').update(token).digest('hex').slice(0, 16);
}
