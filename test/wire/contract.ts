import Ajv from 'ajv';
import schema from '../../aws-dataexchange-job.json';
import type { Properties } from '../../src/job/properties';

/** What CloudFormation holds every answer of a handler to (reference: the resource type contract), whatever else a test looks at. */

export type Action = 'CREATE' | 'READ' | 'UPDATE' | 'DELETE' | 'LIST';

/** A progress event as it comes over the wire. */
export interface Answer {
  status: 'SUCCESS' | 'FAILED' | 'IN_PROGRESS';
  errorCode?: string;
  message?: string;
  callbackContext?: Record<string, unknown>;
  callbackDelaySeconds?: number;
  resourceModel?: Properties;
  resourceModels?: Properties[];
  nextToken?: string;
}

/** The wire event, as far as the rules depend on it. */
export interface Asked {
  action: Action;
  rollback?: boolean;
  requestData: { resourceProperties: Properties };
}

const names = (pointers: readonly string[]): string[] => pointers.map((pointer) => pointer.replace('/properties/', ''));
export const READ_ONLY = names(schema.readOnlyProperties);
export const WRITE_ONLY = names(schema.writeOnlyProperties);

const CODES = [
  'NotUpdatable',
  'InvalidRequest',
  'AccessDenied',
  'InvalidCredentials',
  'NotFound',
  'ResourceConflict',
  'Throttling',
  'ServiceLimitExceeded',
  'NotStabilized',
  'GeneralServiceException',
  'ServiceInternalError',
  'NetworkFailure',
  'InternalFailure',
];

/** After these CloudFormation starts the operation over, so none may follow once a job exists. */
export const RETRIABLE = ['ResourceConflict', 'Throttling', 'ServiceInternalError', 'NetworkFailure'];

const { properties, definitions, required } = schema;
const ajv = new Ajv({ strict: false, allErrors: true });
const fullModel = ajv.compile({ type: 'object', properties, definitions, required, additionalProperties: false });

/** What a template asked for: without what the type itself tells, without secrets, which are never given back. */
export function requested(model: Properties): Properties {
  const hidden = [...READ_ONLY, ...WRITE_ONLY];
  return Object.fromEntries(Object.entries(model).filter(([name]) => !hidden.includes(name)));
}

/** Every rule that an answer breaks. */
export function violations(asked: Asked, answer: Answer): string[] {
  const { action } = asked;
  const { status, errorCode, message, resourceModel, resourceModels } = answer;
  const broken: string[] = [];
  const rule = (holds: boolean, text: string): void => {
    if (!holds) broken.push(text);
  };
  const synchronous = action === 'READ' || action === 'LIST';
  rule(['SUCCESS', 'FAILED', 'IN_PROGRESS'].includes(status), 'status is one of three');
  rule(!(synchronous && status === 'IN_PROGRESS'), `${action} is answered at once`);
  rule(!hasNull(answer), 'no null at any depth');
  rule((errorCode !== undefined) === (status === 'FAILED'), 'an error code with FAILED and only there');
  rule(errorCode === undefined || CODES.includes(errorCode), 'the error code is a known one');
  rule(status === 'SUCCESS' || !!message, 'a message unless all went well');
  rule((message ?? '').length <= 2_048, 'the message fits a stack event');
  rule(
    (answer.callbackContext !== undefined) === (status === 'IN_PROGRESS'),
    'a context while IN_PROGRESS, only there',
  );
  const delay = answer.callbackDelaySeconds;
  rule(
    status === 'IN_PROGRESS' ? Number.isInteger(delay) && (delay as number) >= 1 && (delay as number) <= 60 : !delay,
    'a delay of 1 to 60 s while IN_PROGRESS, only there',
  );
  for (const model of [resourceModel ?? {}, ...(resourceModels ?? [])]) {
    rule(!WRITE_ONLY.some((name) => name in model), 'nothing write-only in a model');
  }
  rule((resourceModels !== undefined) === (action === 'LIST' && status === 'SUCCESS'), 'models by LIST, only there');
  rule(answer.nextToken === undefined || action === 'LIST', 'a token by LIST only');
  for (const model of resourceModels ?? []) rule(typeof model.Id === 'string', 'each listed model has its identifier');
  const id = asked.requestData.resourceProperties.Id;
  rule(!id || resourceModel === undefined || resourceModel.Id === id, 'the identifier is the one that was asked about');
  if (status === 'IN_PROGRESS') rule(typeof resourceModel?.Id === 'string', 'an identifier in every IN_PROGRESS');
  if (action === 'LIST') rule(resourceModel === undefined, 'LIST has no single model');
  if (action === 'DELETE') {
    rule(status !== 'SUCCESS' || resourceModel === undefined, 'no model once deleted');
    rule(
      Object.keys(resourceModel ?? {}).every((name) => name === 'Id'),
      'a delete speaks of the identifier only',
    );
  } else if (status === 'SUCCESS' && action !== 'LIST') {
    rule(resourceModel !== undefined, `${action} that succeeds has a model`);
  }
  for (const model of status === 'SUCCESS' ? [resourceModel ?? [], resourceModels ?? []].flat() : []) {
    rule(fullModel(model), `the model fits the schema: ${ajv.errorsText(fullModel.errors)}`);
  }
  return broken;
}

function hasNull(value: unknown): boolean {
  if (typeof value !== 'object') return value === undefined;
  return value === null || Object.values(value).some(hasNull);
}
