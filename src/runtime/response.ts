import {
  HandlerErrorCode,
  OperationStatus,
} from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib';
import { InvocationError, isPlain, kindOf } from './wire';
import type { Plain } from './wire-request';

/** What the function returns to CloudFormation. A member without a value is left out, never null. */
export interface HandlerResponse {
  readonly status: 'SUCCESS' | 'FAILED' | 'IN_PROGRESS';
  readonly errorCode?: string;
  readonly message?: string;
  readonly callbackContext?: Plain;
  /** Seconds. */
  readonly callbackDelaySeconds?: number;
  readonly resourceModel?: Plain;
  readonly resourceModels?: readonly Plain[];
  readonly nextToken?: string;
}

const ERROR_CODES: ReadonlySet<unknown> = new Set(Object.values(HandlerErrorCode));
const SYNCHRONOUS_ACTIONS: readonly string[] = ['READ', 'LIST'];

/**
 * Checks what a handler returned against the contract of resource types, and keeps the members that its status may
 * have.
 *
 * @param action what the handler did: CREATE, READ, UPDATE, DELETE or LIST
 * @param returned a plain object with the members of HandlerResponse
 * @throws InvocationError (InternalFailure) if the value breaks the contract
 */
export function responseOf(action: string, returned: unknown): HandlerResponse {
  if (!isPlain(returned)) {
    throw broken(`it is ${kindOf(returned)}`);
  }
  const { status, errorCode, message, callbackDelaySeconds } = returned;
  const resourceModel = objectIn(returned, 'resourceModel');
  const common = { ...(message ? { message: String(message) } : {}), ...(resourceModel && { resourceModel }) };
  switch (status) {
    case OperationStatus.Success:
      return { status, ...common, ...(action === 'LIST' && pageOf(returned)) };
    case OperationStatus.InProgress:
      if (SYNCHRONOUS_ACTIONS.includes(action)) {
        throw broken(`${action} must end in one invocation, but the status is IN_PROGRESS`);
      }
      return {
        status,
        callbackContext: objectIn(returned, 'callbackContext') ?? {},
        callbackDelaySeconds: Math.max(0, Math.ceil(Number(callbackDelaySeconds) || 0)),
        ...common,
      };
    case OperationStatus.Failed:
      if (!ERROR_CODES.has(errorCode)) {
        throw broken(`it is FAILED with ${errorCode ? 'an unknown' : 'no'} error code`);
      }
      return { status, errorCode: errorCode as string, message: `${action} failed: ${errorCode}.`, ...common };
    default:
      throw broken('its status is not SUCCESS, IN_PROGRESS or FAILED');
  }
}

function pageOf(returned: Plain): Pick<HandlerResponse, 'resourceModels' | 'nextToken'> {
  const { resourceModels = [], nextToken } = returned;
  if (!Array.isArray(resourceModels)) {
    throw broken(`its resourceModels is ${kindOf(resourceModels)}`);
  }
  return {
    resourceModels: withoutNulls(resourceModels) as readonly Plain[],
    ...(nextToken ? { nextToken: String(nextToken) } : {}),
  };
}

function objectIn(returned: Plain, name: keyof HandlerResponse): Plain | undefined {
  const value = returned[name] ?? undefined;
  if (value !== undefined && !isPlain(value)) {
    throw broken(`its ${name} is ${kindOf(value)}`);
  }
  return value && (withoutNulls(value) as Plain);
}

/** The value as JSON holds it, without null at any depth. Empty strings, lists and objects are values and stay. */
function withoutNulls(value: object): unknown {
  return JSON.parse(JSON.stringify(value), (_name, item) =>
    // A null in a list has become a gap by the time that the list is visited; filter skips gaps.
    Array.isArray(item) ? item.filter(() => true) : (item ?? undefined),
  );
}

function broken(what: string): InvocationError {
  return new InvocationError(HandlerErrorCode.InternalFailure, `The handler broke its contract: ${what}.`);
}
