import {
  type BaseModel,
  HandlerErrorCode,
} from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib';
import { partition } from '@aws-sdk/util-endpoints';
import { type Plain, WireRequest } from './wire-request';

/** Turns the event that CloudFormation sends into what a handler needs, or says what is wrong with it. */

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Ends an invocation as FAILED, with this error code and this message. */
export class InvocationError extends Error {
  constructor(
    readonly errorCode: HandlerErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Protocol 2 of the registry limits a model to 6 MB, and an event holds at most two. */
const MAX_UNPACKED_MB = 16;
/** Far deeper than any model. Whatever walks the event later needs no limit of its own. */
const MAX_LEVELS = 64;
const COMPRESSION_METHOD = 'gzip_base64';

export function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a value is instead of what was expected, for messages: "missing", "null", "an array", "a string". */
export function kindOf(value: unknown): string {
  if (value === undefined) {
    return 'missing';
  }
  if (typeof value === 'object') {
    return value === null ? 'null' : `an ${Array.isArray(value) ? 'array' : 'object'}`;
  }
  return `a ${typeof value}`;
}

/**
 * The event as an object; a compressed event is unpacked.
 *
 * @throws InvocationError (InvalidRequest) if it is no object, cannot be unpacked, or is too large or too deep
 */
export function decode(event: unknown): Plain {
  if (!isPlain(event)) {
    throw invalid(`The event is ${kindOf(event)}; it must be a JSON object with "action" and "requestData".`);
  }
  const wire = '__COMPRESSED__' in event ? unpack(event) : event;
  if (isDeeperThan(MAX_LEVELS, wire)) {
    throw invalid(`The event is nested more than ${MAX_LEVELS} levels deep.`);
  }
  return wire;
}

function unpack({ __COMPRESSED__: packed, __COMPRESSION_METHOD__: method }: Plain): Plain {
  if (method !== COMPRESSION_METHOD) {
    const given = typeof method === 'string' ? quote(method) : kindOf(method);
    throw invalid(`"__COMPRESSION_METHOD__" of the event is ${given}; it must be "${COMPRESSION_METHOD}".`);
  }
  if (typeof packed !== 'string') {
    throw invalid(`"__COMPRESSED__" of the event is ${kindOf(packed)}; it must be a base64 string.`);
  }
  const text = gunzip(Buffer.from(packed, 'base64')).toString('utf8');
  let unpacked: unknown;
  try {
    unpacked = JSON.parse(text);
  } catch {
    throw invalid('"__COMPRESSED__" of the event unpacks to something that is not JSON; it must be a JSON object.');
  }
  if (!isPlain(unpacked)) {
    throw invalid(`"__COMPRESSED__" of the event unpacks to ${kindOf(unpacked)}; it must be a JSON object.`);
  }
  return unpacked;
}

function gunzip(packed: Buffer): Buffer {
  // Loaded when needed: few events are compressed, and each built-in module costs a cold start tenths of a millisecond.
  const { gunzipSync } = require('node:zlib') as typeof import('node:zlib');
  try {
    return gunzipSync(packed, { maxOutputLength: MAX_UNPACKED_MB * 1024 * 1024 });
  } catch (error) {
    throw invalid(
      (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
        ? `"__COMPRESSED__" of the event unpacks to more than ${MAX_UNPACKED_MB} MB.`
        : '"__COMPRESSED__" of the event cannot be unpacked; it must be the base64 of gzip data.',
    );
  }
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  return levels === 0 || Object.values(value).some((item) => isDeeperThan(levels - 1, item));
}

/** The smaller event that `sam local invoke TestEntrypoint` takes, in the form of the real one. */
export function fromTestEvent(event: Plain): Plain {
  const { request } = event;
  if (!isPlain(request)) {
    throw invalid(
      `"request" of the test event is ${kindOf(request)}; it must be an object with "desiredResourceState" and so on.`,
    );
  }
  return {
    action: event.action,
    region: event.region ?? request.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? 'us-east-1',
    awsAccountId: request.awsAccountId,
    bearerToken: request.clientRequestToken,
    callbackContext: event.callbackContext,
    nextToken: request.nextToken,
    maxResults: request.maxResults,
    rollback: request.rollback,
    stackId: request.stackId,
    resourceType: event.resourceType,
    requestData: {
      callerCredentials: event.credentials,
      resourceProperties: request.desiredResourceState,
      previousResourceProperties: request.previousResourceState,
      logicalResourceId: request.logicalResourceIdentifier,
      stackTags: request.desiredResourceTags,
      previousStackTags: request.previousResourceTags,
      systemTags: request.systemTags,
    },
  };
}

/** What the runtime itself uses, and takes from any event that has it, even from one that ends in an error. */
export interface Envelope {
  readonly action: string | undefined;
  readonly region: string | undefined;
  readonly resourceType: string | undefined;
  readonly stackId: string | undefined;
  readonly logicalId: string | undefined;
  readonly token: string | undefined;
  /** The credentials of the logging role. */
  readonly provider: Credentials | undefined;
  readonly logGroup: string | undefined;
}

export function envelopeOf(wire: Plain): Envelope {
  const data = dataOf(wire);
  return {
    action: textOf(wire.action),
    region: regionOf(wire),
    resourceType: textOf(wire.resourceType),
    stackId: textOf(wire.stackId),
    logicalId: textOf(data.logicalResourceId),
    token: textOf(wire.bearerToken),
    provider: credentialsOf(data.providerCredentials),
    logGroup: textOf(data.providerLogGroupName),
  };
}

/** The credentials and the token of the event, well-formed or not. */
export function credentialsIn(wire: Plain): unknown[] {
  const data = dataOf(wire);
  return [data.callerCredentials, data.providerCredentials, wire.bearerToken];
}

/**
 * The values of properties in the event, those of the previous model included.
 *
 * @param pointers JSON pointers as the schema writes them: `/properties/Tags/*\/Value`
 */
export function valuesAt(wire: Plain, pointers: readonly string[]): unknown[] {
  const { resourceProperties, previousResourceProperties } = dataOf(wire);
  return pointers.flatMap((pointer) => {
    const path = pointer.split('/').slice(2);
    return [...follow(path, resourceProperties), ...follow(path, previousResourceProperties)];
  });
}

function follow([name, ...rest]: readonly string[], value: unknown): unknown[] {
  if (name === undefined) {
    return [value];
  }
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  if (name === '*') {
    return Object.values(value).flatMap((item) => follow(rest, item));
  }
  return Object.hasOwn(value, name) ? follow(rest, (value as Plain)[name]) : [];
}

/** What an event asks for, and with what. */
export interface Invocation<T extends BaseModel> {
  readonly action: string;
  readonly credentials: Credentials;
  readonly region: string;
  readonly request: WireRequest<T>;
  readonly callbackContext: Plain;
}

/**
 * Reads the members that a handler needs.
 *
 * @param actions those that have a handler
 * @throws InvocationError (InvalidRequest, InvalidCredentials) that names the first member that is wrong
 */
export function invocationOf<T extends BaseModel>(wire: Plain, actions: readonly string[]): Invocation<T> {
  const { action, requestData: data } = wire;
  const oneOf = `it must be one of ${actions.join(', ')}`;
  if (typeof action !== 'string') {
    throw invalid(`"action" of the event is ${kindOf(action)}; ${oneOf}.`);
  }
  if (!actions.includes(action)) {
    throw invalid(`"action" of the event is ${quote(action)}, for which this type has no handler; ${oneOf}.`);
  }
  if (!isPlain(data)) {
    throw invalid(`"requestData" of the event is ${kindOf(data)}; it must be an object with "resourceProperties".`);
  }
  const region = regionOf(wire);
  if (!region) {
    const given = textOf(wire.region) ? 'not the name of a Region' : kindOf(wire.region);
    throw invalid(`"region" of the event is ${given}; it must be a name such as "us-east-1".`);
  }
  const desiredProperties = objectIn(data, 'resourceProperties', 'requestData.resourceProperties') ?? {};
  const previousProperties = objectIn(data, 'previousResourceProperties', 'requestData.previousResourceProperties');
  const callbackContext = objectIn(wire, 'callbackContext', 'callbackContext') ?? {};
  const request = Object.assign(new WireRequest<T>(), {
    clientRequestToken: textOf(wire.bearerToken),
    desiredProperties,
    previousProperties,
    desiredResourceTags: data.stackTags ?? undefined,
    previousResourceTags: data.previousStackTags ?? undefined,
    systemTags: data.systemTags ?? undefined,
    awsAccountId: textOf(wire.awsAccountId),
    awsPartition: partition(region).name,
    logicalResourceIdentifier: textOf(data.logicalResourceId),
    nextToken: textOf(wire.nextToken),
    maxResults: typeof wire.maxResults === 'number' ? wire.maxResults : undefined,
    region,
    rollback: wire.rollback === true || wire.rollback === 'true',
    stackId: textOf(wire.stackId),
  });
  return { action, credentials: callerOf(data), region, request, callbackContext };
}

function objectIn(holder: Plain, name: string, label: string): Plain | undefined {
  const value = holder[name] ?? undefined;
  if (value !== undefined && !isPlain(value)) {
    throw invalid(`"${label}" of the event is ${kindOf(value)}; it must be an object.`);
  }
  return value;
}

function callerOf({ callerCredentials: given }: Plain): Credentials {
  const credentials = credentialsOf(given);
  if (!credentials) {
    const problem =
      given === undefined || given === null
        ? 'The event has no credentials of the caller'
        : "The caller's credentials in the event lack an accessKeyId or a secretAccessKey";
    throw new InvocationError(
      HandlerErrorCode.InvalidCredentials,
      `${problem}, and the function's own role is never used. Register the type with an execution role ` +
        '(ExecutionRoleArn; `cfn submit` makes one from resource-role.yaml): CloudFormation then passes its credentials.',
    );
  }
  return credentials;
}

function credentialsOf(value: unknown): Credentials | undefined {
  if (!isPlain(value)) {
    return undefined;
  }
  const accessKeyId = textOf(value.accessKeyId);
  const secretAccessKey = textOf(value.secretAccessKey);
  return accessKeyId && secretAccessKey
    ? { accessKeyId, secretAccessKey, sessionToken: textOf(value.sessionToken) }
    : undefined;
}

const REGION = /^[a-z0-9]+(-[a-z0-9]+)+$/;

/** A name that can become part of a host name: a Region that is not known yet passes. */
function regionOf(wire: Plain): string | undefined {
  const region = textOf(wire.region);
  return region && region.length <= 64 && REGION.test(region) ? region : undefined;
}

function dataOf(wire: Plain): Plain {
  return isPlain(wire.requestData) ? wire.requestData : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The text on one line, not longer than a message can bear. */
function quote(text: string): string {
  return JSON.stringify(text.slice(0, 64));
}

function invalid(message: string): InvocationError {
  return new InvocationError(HandlerErrorCode.InvalidRequest, message);
}
