/** An error of the API, or of S3 for requests to signed URLs. Names and statuses are the model's, texts are ours. */
export class ServiceError extends Error {
  constructor(
    /** The error's name: `x-amzn-errortype`, or S3's Code. */
    readonly code: string,
    /** HTTP status. */
    readonly status: number,
    message: string,
    /** Further members of the body: ResourceId, ResourceType, LimitName, LimitValue, … */
    readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = code;
  }
}

/**
 * The exceptions of the model with their statuses, and the common ones that any AWS service answers. Fault scripts may
 * name them without a status.
 */
export const STATUS_OF_ERROR: Readonly<Record<string, number>> = {
  AccessDeniedException: 403,
  ConflictException: 409,
  ExpiredTokenException: 403,
  IncompleteSignatureException: 403,
  InternalServerException: 500,
  InvalidSignatureException: 403,
  MissingAuthenticationTokenException: 403,
  RequestEntityTooLargeException: 413,
  ResourceNotFoundException: 404,
  SerializationException: 400,
  ServiceLimitExceededException: 402,
  ServiceUnavailableException: 503,
  ThrottlingException: 429,
  UnknownOperationException: 404,
  UnrecognizedClientException: 403,
  ValidationException: 400,
};

export type ResourceType = 'DATA_SET' | 'REVISION' | 'ASSET' | 'JOB' | 'EVENT_ACTION' | 'DATA_GRANT';

const RESOURCE_WORDS: Readonly<Record<ResourceType, string>> = {
  DATA_SET: 'Data set',
  REVISION: 'Revision',
  ASSET: 'Asset',
  JOB: 'Job',
  EVENT_ACTION: 'Event action',
  DATA_GRANT: 'Data grant',
};

/** At most this many problems are listed in one message. */
const PROBLEMS_SHOWN = 20;

/**
 * 400 with every problem at once.
 * @param problems sentences without a full stop, at least one
 * @param members further members of the body: ExceptionCause
 */
export function invalid(problems: readonly string[], members: Readonly<Record<string, unknown>> = {}): ServiceError {
  const shown = problems.slice(0, PROBLEMS_SHOWN).join('; ');
  const more = problems.length > PROBLEMS_SHOWN ? `; and ${problems.length - PROBLEMS_SHOWN} more` : '';
  const count = problems.length === 1 ? '1 validation error' : `${problems.length} validation errors`;
  return new ServiceError('ValidationException', 400, `${count}: ${shown}${more}`, members);
}

/** 404. */
export function notFound(type: ResourceType, id: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', 404, `${RESOURCE_WORDS[type]} ${id} does not exist.`, {
    ResourceId: id,
    ResourceType: type,
  });
}

/** 409. */
export function conflict(type: ResourceType, id: string, message: string): ServiceError {
  return new ServiceError('ConflictException', 409, message, { ResourceId: id, ResourceType: type });
}

/** 404 for an operation of AWS Data Exchange that the local one lacks. */
export function notEmulated(operation: string): ServiceError {
  return new ServiceError('UnknownOperationException', 404, `The local Data Exchange cannot do ${operation}.`);
}

/** 402. @param limitName one of the model's LimitName values */
export function limitExceeded(limitName: string, limitValue: number): ServiceError {
  const text = `The limit "${limitName}" (${limitValue}) is reached.`;
  return new ServiceError('ServiceLimitExceededException', 402, text, { LimitName: limitName, LimitValue: limitValue });
}

/** A text as messages show it. @param longest characters */
export function shorten(text: string, longest = 100): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
