import {
  type BaseModel,
  HandlerErrorCode,
} from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib';
import { partition } from '@aws-sdk/util-endpoints';
import { type Plain, WireRequest } from './wire-request';

/** Turns the event that CloudFormation sends into what a handler needs, or says what is wrong with it. */

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** Something in the event that ends the invocation with an answer of its own. */
export class Refusal extends Error {
  constructor(
    readonly errorCode: HandlerErrorCode,
    message: string,
  ) {
    super(message);
  }
}

const invalid = (message: string): Refusal => new Refusal(HandlerErrorCode.InvalidRequest, message);

const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;
const METHOD = 'gzip_base64';

export const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const kind = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'an array' : value === undefined ? 'nothing' : `a ${typeof value}`;

/** Opens a compressed event; a plain one is returned as it is. */
export function unpack(event: unknown): Plain {
  if (!isPlain(event)) {
    throw invalid(`The event is ${kind(event)}; a JSON object with "action" and "requestData" is expected.`);
  }
  if (!('__COMPRESSED__' in event)) return event;

  const method = event.__COMPRESSION_METHOD__;
  if (method !== METHOD) {
    throw invalid(
      `The event is compressed by ${typeof method === 'string' ? `"${method}"` : kind(method)} ("__COMPRESSION_METHOD__"); "${METHOD}" is expected.`,
    );
  }
  const packed = event.__COMPRESSED__;
  if (typeof packed !== 'string') {
    throw invalid(`"__COMPRESSED__" of the event is ${kind(packed)}; a base64 string is expected.`);
  }
  // Loaded when needed: most events are not compressed, and each built-in module costs a cold start some tenths of a millisecond.
  const { gunzipSync } = require('node:zlib') as typeof import('node:zlib');
  let text: string;
  try {
    text = gunzipSync(Buffer.from(packed, 'base64'), { maxOutputLength: MAX_UNPACKED_BYTES }).toString('utf8');
  } catch {
    throw invalid('"__COMPRESSED__" of the event cannot be unpacked; the base64 of gzip data is expected.');
  }
  let unpacked: unknown;
  try {
    unpacked = JSON.parse(text);
  } catch {
    throw invalid('"__COMPRESSED__" of the event unpacks to something that is not JSON; a JSON object is expected.');
  }
  if (!isPlain(unpacked)) {
    throw invalid(`"__COMPRESSED__" of the event unpacks to ${kind(unpacked)}; a JSON object is expected.`);
  }
  return unpacked;
}

/** The smaller event that `sam local invoke TestEntrypoint` takes, in the form of the real one. */
export function fromTestEvent(event: Plain): Plain {
  const request = event.request;
  if (!isPlain(request)) {
    throw invalid(
      `"request" of the test event is ${kind(request)}; an object with "desiredResourceState" and so on is expected.`,
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
      typeConfiguration: request.typeConfiguration,
    },
  };
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

function credentialsOf(value: unknown): Credentials | undefined {
  if (!isPlain(value)) return undefined;
  const accessKeyId = textOf(value.accessKeyId);
  const secretAccessKey = textOf(value.secretAccessKey);
  const sessionToken = textOf(value.sessionToken);
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey, sessionToken } : undefined;
}

const REGION = /^[a-z0-9]+(-[a-z0-9]+)+$/;
const regionOf = (wire: Plain): string | undefined => {
  const region = textOf(wire.region);
  return region && region.length <= 64 && REGION.test(region) ? region : undefined;
};

/** What the runtime itself wants to know, and takes from any event that has it, also from one that is refused. */
export interface Envelope {
  action: string | undefined;
  region: string | undefined;
  resourceType: string | undefined;
  stackId: string | undefined;
  logicalId: string | undefined;
  token: string | undefined;
  provider: Credentials | undefined;
  logGroup: string | undefined;
}

export function envelopeOf(wire: Plain): Envelope {
  const data = isPlain(wire.requestData) ? wire.requestData : {};
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

function at(value: unknown, path: readonly string[]): unknown[] {
  const [head, ...rest] = path;
  if (head === undefined) return [value];
  if (head === '*') {
    return typeof value === 'object' && value !== null ? Object.values(value).flatMap((item) => at(item, rest)) : [];
  }
  return isPlain(value) && Object.hasOwn(value, head) ? at(value[head], rest) : [];
}

/** Everything in the event that must appear nowhere else. `secretPaths` are pointers as the schema writes them. */
export function secretsOf(wire: Plain, secretPaths: readonly string[]): unknown[] {
  const data = isPlain(wire.requestData) ? wire.requestData : {};
  const secrets: unknown[] = [data.callerCredentials, data.providerCredentials, wire.bearerToken];
  for (const pointer of secretPaths) {
    const path = pointer
      .split('/')
      .slice(2)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    secrets.push(...at(data.resourceProperties, path), ...at(data.previousResourceProperties, path));
  }
  return secrets;
}

/** What the handler is called with. */
export interface Call<T extends BaseModel> {
  credentials: Credentials;
  region: string;
  request: WireRequest<T>;
  callbackContext: Plain;
  typeConfiguration: unknown;
}

function objectAt(holder: Plain, name: string, label: string): Plain | undefined {
  const value = holder[name];
  if (value === undefined || value === null) return undefined;
  if (!isPlain(value)) throw invalid(`"${label}" of the event is ${kind(value)}; an object is expected.`);
  return value;
}

function callerOf(data: Plain): Credentials {
  const given = data.callerCredentials;
  const credentials = credentialsOf(given);
  if (credentials) return credentials;
  const lack =
    given === undefined || given === null
      ? 'The event brings no credentials of the caller'
      : 'The credentials of the caller in the event lack an accessKeyId or a secretAccessKey';
  throw new Refusal(
    HandlerErrorCode.InvalidCredentials,
    `${lack}, and the role of the function itself is never used. Register the type with an execution role ` +
      '(ExecutionRoleArn, which `cfn submit` makes from resource-role.yaml), so that CloudFormation passes its credentials.',
  );
}

/** A member that is made when it is first read: models cost a quarter of a millisecond, and not every handler looks at them. */
function later(holder: object, name: string, make: () => unknown): void {
  const settle = (value: unknown): void => {
    Object.defineProperty(holder, name, { value, writable: true, enumerable: true, configurable: true });
  };
  const get = (): unknown => {
    const value = make();
    settle(value);
    return value;
  };
  Object.defineProperty(holder, name, { get, set: settle, enumerable: true, configurable: true });
}

export function callOf<T extends BaseModel>(
  wire: Plain,
  deserialize: (properties: Plain) => T | undefined,
  actions: readonly string[],
): Call<T> {
  const expected = `expected is one of ${actions.join(', ')}`;
  const { action } = wire;
  if (typeof action !== 'string') throw invalid(`"action" of the event is ${kind(action)}; ${expected}.`);
  if (!actions.includes(action)) {
    throw invalid(
      `"action" of the event is "${action.slice(0, 64)}", which this type has no handler for; ${expected}.`,
    );
  }
  const data = wire.requestData;
  if (!isPlain(data)) {
    throw invalid(`"requestData" of the event is ${kind(data)}; an object with "resourceProperties" is expected.`);
  }
  const region = regionOf(wire);
  if (!region) {
    throw invalid(
      `"region" of the event is ${textOf(wire.region) ? 'not the name of a Region' : kind(wire.region)}; a name such as "us-east-1" is expected.`,
    );
  }
  const desired = objectAt(data, 'resourceProperties', 'requestData.resourceProperties') ?? {};
  const previous = objectAt(data, 'previousResourceProperties', 'requestData.previousResourceProperties');
  const context = objectAt(wire, 'callbackContext', 'callbackContext') ?? {};
  const credentials = callerOf(data);

  const request = new WireRequest<T>();
  Object.assign(request, {
    clientRequestToken: textOf(wire.bearerToken),
    desiredProperties: desired,
    previousProperties: previous,
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
  later(request, 'desiredResourceState', () => deserialize(desired));
  later(request, 'previousResourceState', () => previous && deserialize(previous));
  return {
    credentials,
    region,
    request,
    callbackContext: structuredClone(context),
    typeConfiguration: data.typeConfiguration ?? undefined,
  };
}
