import Ajv from 'ajv';
import schema from '../../aws-dataexchange-job.json';
import type { Properties } from '../../src/job/properties';

/** What CloudFormation demands of every progress event (the resource type contract), whatever else a test checks. */

export type Action = 'CREATE' | 'READ' | 'UPDATE' | 'DELETE' | 'LIST';

/** One call of a handler, in no form that belongs to a single level of the tests. */
export interface Invocation {
  readonly action: Action;
  /** What the template asks for; for READ and DELETE what identifies the job; for LIST the filter. */
  readonly model: Properties;
  /** Of an update: what the template asked for before. */
  readonly previousModel?: Properties;
  readonly callbackContext?: unknown;
  /** The request token, the same in all invocations of an operation. */
  readonly token: string;
  readonly rollback?: boolean;
  readonly nextToken?: string;
  readonly maxResults?: number;
}

/** What a handler answers, as it goes over the wire. */
export interface ProgressEvent {
  readonly status: 'SUCCESS' | 'FAILED' | 'IN_PROGRESS';
  readonly errorCode?: string;
  readonly message?: string;
  readonly callbackContext?: Readonly<Record<string, unknown>>;
  /** Whole seconds. */
  readonly callbackDelaySeconds?: number;
  readonly resourceModel?: Properties;
  readonly resourceModels?: readonly Properties[];
  readonly nextToken?: string;
}

const READ_ONLY = namesOf(schema.readOnlyProperties);
const WRITE_ONLY = namesOf(schema.writeOnlyProperties);

/** After these codes CloudFormation starts an operation over. */
export const RETRIABLE: readonly string[] = [
  'ResourceConflict',
  'Throttling',
  'ServiceInternalError',
  'NetworkFailure',
];

const CODES: readonly string[] = [
  ...RETRIABLE,
  'NotUpdatable',
  'InvalidRequest',
  'AccessDenied',
  'InvalidCredentials',
  'NotFound',
  'ServiceLimitExceeded',
  'NotStabilized',
  'GeneralServiceException',
  'InternalFailure',
];

const { properties, definitions, required } = schema;
const ajv = new Ajv({ strict: false, allErrors: true });
const isWholeModel = ajv.compile({ type: 'object', properties, definitions, required, additionalProperties: false });

/** Milliseconds after which CloudFormation gives an operation up. A read or a list has one invocation. */
export const TIMEOUT_MS: Readonly<Record<Action, number>> = {
  CREATE: schema.handlers.create.timeoutInMinutes * 60_000,
  UPDATE: schema.handlers.update.timeoutInMinutes * 60_000,
  DELETE: schema.handlers.delete.timeoutInMinutes * 60_000,
  READ: 0,
  LIST: 0,
};

/** The part of a model that a template can ask for and a read can show: neither attributes nor secrets. */
export function requested(model: Properties): Properties {
  const hidden = [...READ_ONLY, ...WRITE_ONLY];
  return Object.fromEntries(Object.entries(model).filter(([name]) => !hidden.includes(name)));
}

/** Every rule about a single event that this one breaks. */
export function brokenRules({ action, model }: Invocation, event: ProgressEvent): string[] {
  const { status, errorCode, message, callbackContext, callbackDelaySeconds, resourceModel, resourceModels } = event;
  const inProgress = status === 'IN_PROGRESS';
  const succeeded = status === 'SUCCESS';
  const models = [...(resourceModel === undefined ? [] : [resourceModel]), ...(resourceModels ?? [])];
  const broken: string[] = [];
  function rule(holds: boolean, text: string): void {
    if (!holds) {
      broken.push(text);
    }
  }
  rule(['SUCCESS', 'FAILED', 'IN_PROGRESS'].includes(status), 'status is one of three');
  rule(!hasNull(event), 'null nowhere in the event');
  rule((errorCode !== undefined) === (status === 'FAILED'), 'an error code exactly if FAILED');
  rule(errorCode === undefined || CODES.includes(errorCode), 'the error code is a known one');
  rule(succeeded || !!message, 'a message unless SUCCESS');
  rule((message ?? '').length <= 2_048, 'a message short enough for a stack event');
  rule((callbackContext !== undefined) === inProgress, 'a callback context exactly if IN_PROGRESS');
  rule(
    inProgress ? isDelay(callbackDelaySeconds) : !callbackDelaySeconds,
    'a delay of 1 to 60 s exactly if IN_PROGRESS',
  );
  rule(!inProgress || typeof resourceModel?.Id === 'string', 'the identifier in every event that is IN_PROGRESS');
  rule(!models.some((each) => WRITE_ONLY.some((name) => name in each)), 'nothing write-only in a model');
  rule(
    !model.Id || resourceModel === undefined || resourceModel.Id === model.Id,
    'the identifier that was asked about',
  );
  for (const each of succeeded ? models : []) {
    rule(isWholeModel(each), `a model that the schema allows: ${ajv.errorsText(isWholeModel.errors)}`);
  }
  if (action === 'LIST') {
    rule((resourceModels !== undefined) === succeeded, 'a list of models exactly if SUCCESS');
    rule(resourceModel === undefined, 'no single model from LIST');
  } else {
    rule(resourceModels === undefined && event.nextToken === undefined, 'a list of models from LIST only');
    rule(!succeeded || (resourceModel === undefined) === (action === 'DELETE'), 'a model at the end, except of DELETE');
  }
  if (action === 'READ' || action === 'LIST') {
    rule(!inProgress, 'the whole answer in one invocation');
  }
  if (action === 'DELETE') {
    rule(
      Object.keys(resourceModel ?? {}).every((name) => name === 'Id'),
      'nothing but the identifier from DELETE',
    );
  }
  return broken;
}

/**
 * Every rule about an operation as a whole that an event breaks.
 *
 * @param knownId the identifier that CloudFormation had before the event
 */
export function brokenRulesOfOperation(first: Invocation, knownId: unknown, event: ProgressEvent): string[] {
  const { action, model, rollback } = first;
  const { status, errorCode, resourceModel } = event;
  const broken: string[] = [];
  if (action === 'CREATE' && knownId !== undefined && resourceModel?.Id !== knownId) {
    broken.push('a create keeps its identifier');
  }
  const exists = knownId !== undefined || resourceModel?.Id !== undefined;
  if (action !== 'READ' && exists && RETRIABLE.includes(errorCode ?? '')) {
    broken.push('no code after which CloudFormation starts over and makes another job, once one exists');
  }
  if (status === 'SUCCESS' && (action === 'CREATE' || (action === 'UPDATE' && rollback !== true))) {
    broken.push(...notAsRequested(model, resourceModel ?? {}));
  }
  return broken;
}

/** What a template asked for and the model shows otherwise. Templates may write scalars as text. */
function notAsRequested(asked: Properties, shown: Properties): string[] {
  return Object.entries({ StartOnCreation: false, ...requested(asked) })
    .filter(([name, value]) =>
      typeof value === 'object'
        ? JSON.stringify(shown[name]) !== JSON.stringify(value)
        : String(shown[name]) !== String(value),
    )
    .map(([name, value]) => `${name} as requested: ${JSON.stringify(value)}, not ${JSON.stringify(shown[name])}`);
}

function isDelay(seconds: number | undefined): boolean {
  return Number.isInteger(seconds) && (seconds as number) >= 1 && (seconds as number) <= 60;
}

function hasNull(value: unknown): boolean {
  if (typeof value !== 'object') {
    return value === undefined;
  }
  return value === null || Object.values(value).some(hasNull);
}

function namesOf(pointers: readonly string[]): readonly string[] {
  return pointers.map((pointer) => pointer.replace('/properties/', ''));
}
