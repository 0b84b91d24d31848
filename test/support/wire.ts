import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { LambdaContextLike } from '../../src/runtime/entrypoint';
import type { Handlers } from './cloudformation';
import type { Invocation, ProgressEvent } from './contract';

/** The form in which CloudFormation calls the Lambda function of a type. */

/** What Lambda calls: the built function or the source's. */
export type Entrypoint = (event: unknown, context?: LambdaContextLike) => Promise<unknown>;

const CALLER_CREDENTIALS = {
  accessKeyId: 'ASIACALLERCALLERCALL',
  secretAccessKey: 'callerSecret/0123456789abcdefghijklmnop',
  sessionToken: 'callerSession/token/0123456789=',
};

/** What of the event no answer and no line of the log may contain. */
export const SECRETS_OF_THE_EVENT: readonly string[] = [
  CALLER_CREDENTIALS.secretAccessKey,
  CALLER_CREDENTIALS.sessionToken,
];

/** The event that CloudFormation sends. @param replaced members of `requestData` that a test replaces */
export function wireEvent(invocation: Invocation, replaced: Readonly<Record<string, unknown>> = {}): object {
  const { action, model, previousModel, callbackContext, token, rollback, nextToken, maxResults } = invocation;
  return {
    action,
    awsAccountId: '123456789012',
    bearerToken: token,
    region: 'us-east-1',
    resourceType: 'Acme::DataExchange::Job',
    resourceTypeVersion: '00000001',
    nextToken: nextToken ?? null,
    ...(maxResults === undefined ? {} : { maxResults }),
    callbackContext: callbackContext ?? null,
    stackId: 'arn:aws:cloudformation:us-east-1:123456789012:stack/wire/0001',
    rollback: rollback ?? false,
    driftable: false,
    snapshotRequested: false,
    requestContext: {},
    requestData: {
      callerCredentials: CALLER_CREDENTIALS,
      providerCredentials: null,
      providerLogGroupName: null,
      typeConfiguration: null,
      systemTags: { 'aws:cloudformation:stack-name': 'wire' },
      stackTags: {},
      previousStackTags: null,
      previousSystemTags: null,
      logicalResourceId: 'Job',
      resourceProperties: model,
      previousResourceProperties: previousModel ?? null,
      ...replaced,
    },
  };
}

/**
 * A Lambda function as handlers that CloudFormation can drive.
 *
 * @param compressed sends large events in the smaller form
 */
export function overTheWire(entrypoint: Entrypoint, compressed = false): Handlers {
  return async (invocation) => {
    const event = wireEvent(invocation);
    const sent = compressed
      ? {
          __COMPRESSED__: gzipSync(JSON.stringify(event)).toString('base64'),
          __COMPRESSION_METHOD__: 'gzip_base64',
        }
      : event;
    const context = { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => 60_000 };
    return (await entrypoint(sent, context)) as ProgressEvent;
  };
}
