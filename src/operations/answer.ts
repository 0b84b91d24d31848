import type { Properties } from '../job/properties';
import type { CallbackContext } from './callback-context';

/** The error codes of a progress event that this type answers with (contract, section 2). */
export type ErrorCode =
  | 'NotUpdatable'
  | 'InvalidRequest'
  | 'AccessDenied'
  | 'InvalidCredentials'
  | 'NotFound'
  | 'ResourceConflict'
  | 'Throttling'
  | 'ServiceLimitExceeded'
  | 'NotStabilized'
  | 'GeneralServiceException'
  | 'ServiceInternalError'
  | 'NetworkFailure'
  | 'InternalFailure';

export interface InProgress {
  readonly status: 'IN_PROGRESS';
  readonly message: string;
  readonly resourceModel: Properties;
  readonly callbackContext: CallbackContext;
  /** Seconds until CloudFormation invokes the handler again. */
  readonly callbackDelaySeconds: number;
}

export interface Success {
  readonly status: 'SUCCESS';
  /** Absent after a delete. */
  readonly resourceModel?: Properties;
}

export interface Page {
  readonly status: 'SUCCESS';
  readonly resourceModels: readonly Properties[];
  readonly nextToken?: string;
}

export interface Failure {
  readonly status: 'FAILED';
  readonly errorCode: ErrorCode;
  readonly message: string;
  /** Absent where no job exists. */
  readonly resourceModel?: Properties;
}

/** What an operation answers: a progress event, in the members of the wire. */
export type Answer = InProgress | Success | Page | Failure;

/**
 * The codes after which CloudFormation repeats the whole operation, with the same request token (contract, section 2).
 */
export const RETRIABLE: readonly ErrorCode[] = [
  'ResourceConflict',
  'Throttling',
  'ServiceInternalError',
  'NetworkFailure',
];

/** FAILED where no job exists, so that there is no model to return. */
export function failedWithoutJob(errorCode: ErrorCode, message: string): Failure {
  return { status: 'FAILED', errorCode, message };
}

const NOT_KNOWN = 'it never existed, was cancelled, or is older than the 90 days for which the service keeps a job';

/**
 * @param jobId undefined: the model names no job
 * @param reason why there is no such job, as far as it is known
 */
export function notFound(jobId: string | undefined, reason = NOT_KNOWN): Failure {
  return failedWithoutJob(
    'NotFound',
    jobId === undefined ? 'The model names no job: Id is missing.' : `There is no job ${jobId}: ${reason}.`,
  );
}

const OWN_FAULT =
  'The handler itself failed; its log has the stack. This is a fault of the resource type, not of the template.';

/** FAILED because of what this type or its caller does wrong, with the identifier of the job, if there is one. */
export function internalFailure(jobId: string | undefined, message = OWN_FAULT): Failure {
  const model = jobId === undefined ? {} : { resourceModel: { Id: jobId } };
  return { status: 'FAILED', errorCode: 'InternalFailure', message, ...model };
}
