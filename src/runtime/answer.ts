import {
  BaseDto,
  type BaseModel,
  HandlerErrorCode,
  OperationStatus,
  type ProgressEvent,
} from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib';
import { isPlain, Refusal } from './wire';
import type { Plain } from './wire-request';

/** The progress event as it goes over the wire: what is absent is left out, never null. */
export interface Answer {
  status: 'SUCCESS' | 'FAILED' | 'IN_PROGRESS';
  errorCode?: string;
  message?: string;
  callbackContext?: Plain;
  callbackDelaySeconds?: number;
  resourceModel?: Plain;
  resourceModels?: Plain[];
  nextToken?: string;
}

/** What a handler may answer with: the library's ProgressEvent, or a plain object of its members. */
export type HandlerAnswer<T extends BaseModel> =
  | ProgressEvent<T>
  | (Partial<Omit<ProgressEvent<T>, 'resourceModel' | 'resourceModels' | 'serialize' | 'toJSON'>> & {
      resourceModel?: T | Plain;
      resourceModels?: (T | Plain)[];
    });

export const failed = (errorCode: string, message: string): Answer => ({
  status: OperationStatus.Failed,
  errorCode,
  message,
});

/** JSON without null at any depth. Empty strings, lists and objects are values and stay. */
function plain(value: unknown, above: readonly unknown[] = []): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  if (above.includes(value)) throw new Error('the answer contains itself');
  const inside = [...above, value];
  if (value instanceof BaseDto) return plain(BaseDto.serializer.instanceToPlain(value), inside);
  if (Array.isArray(value) || value instanceof Set) {
    return [...value].map((item) => plain(item, inside)).filter((item) => item !== undefined);
  }
  if (value instanceof Map) return plain(Object.fromEntries(value), inside);
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return plain(toJSON.call(value), inside);
  const entries = Object.entries(value).map(([key, item]) => [key, plain(item, inside)] as const);
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}

const CODES: ReadonlySet<unknown> = new Set(Object.values(HandlerErrorCode));
const SYNCHRONOUS: readonly string[] = ['READ', 'LIST'];

const broken = (what: string): Refusal =>
  new Refusal(HandlerErrorCode.InternalFailure, `The handler's answer is not one: ${what}.`);

/** Holds a handler's answer to the contract; what breaks it becomes an InternalFailure. */
export function answerOf(action: string, given: unknown): Answer {
  if (typeof given !== 'object' || given === null) throw broken('it is empty');
  const {
    status,
    errorCode,
    message,
    callbackContext,
    callbackDelaySeconds,
    resourceModel,
    resourceModels,
    nextToken,
  } = given as Partial<Record<keyof Answer, unknown>>;

  const answer = {} as Answer;
  switch (status) {
    case OperationStatus.Success:
      answer.status = status;
      break;
    case OperationStatus.InProgress:
      if (SYNCHRONOUS.includes(action)) throw broken(`${action} has to answer at once, but it is IN_PROGRESS`);
      answer.status = status;
      answer.callbackContext = (plain(callbackContext) as Plain | undefined) ?? {};
      answer.callbackDelaySeconds = Math.max(0, Math.ceil(Number(callbackDelaySeconds) || 0));
      break;
    case OperationStatus.Failed:
      if (!CODES.has(errorCode)) throw broken(`it is FAILED with ${errorCode ? 'an unknown' : 'no'} error code`);
      answer.status = status;
      answer.errorCode = errorCode as string;
      break;
    default:
      throw broken('its status is none of SUCCESS, IN_PROGRESS, FAILED');
  }
  if (message) answer.message = String(message);
  else if (answer.errorCode) answer.message = `${action} failed: ${answer.errorCode}.`;

  const model = plain(resourceModel);
  if (isPlain(model)) answer.resourceModel = model;
  if (action === 'LIST' && status === OperationStatus.Success) {
    answer.resourceModels = plain(resourceModels ?? []) as Plain[];
    if (nextToken) answer.nextToken = String(nextToken);
  }
  return answer;
}
