import { own } from '../job/properties';
import { sentences } from '../job/sentences';
import type { ErrorCode } from '../operations/answer';
import { Refusal, type RefusalKind } from '../operations/exchange';

/** An answer with a good status that cannot be used: a job without an id, a body that is not JSON. */
export class UnusableAnswer extends Error {
  override readonly name = 'UnusableAnswer';
}

/** A call as a person knows it: the operation of the API (and the IAM action), or the upload. */
export type CallName =
  | 'CancelJob'
  | 'CreateJob'
  | 'CreateRevision'
  | 'DeleteRevision'
  | 'GetJob'
  | 'GetRevision'
  | 'ListDataSetRevisions'
  | 'ListJobs'
  | 'ListRevisionAssets'
  | 'RevokeRevision'
  | 'StartJob'
  | 'TagResource'
  | 'UntagResource'
  | 'UpdateRevision'
  | 'Upload';

interface Meaning {
  readonly kind: RefusalKind;
  readonly code: ErrorCode;
}

const INVALID: Meaning = { kind: 'permanent', code: 'InvalidRequest' };
const ABSENT: Meaning = { kind: 'absent', code: 'NotFound' };
const DENIED: Meaning = { kind: 'permanent', code: 'AccessDenied' };
const CONFLICT: Meaning = { kind: 'conflict', code: 'ResourceConflict' };
const QUOTA: Meaning = { kind: 'quota', code: 'ServiceLimitExceeded' };
const THROTTLED: Meaning = { kind: 'transient', code: 'Throttling' };
const SERVICE_FAULT: Meaning = { kind: 'transient', code: 'ServiceInternalError' };
const NO_ANSWER: Meaning = { kind: 'transient', code: 'NetworkFailure' };
/** CloudFormation hands fresh credentials to every invocation, so even these pass. */
const CREDENTIALS: Meaning = { kind: 'transient', code: 'InvalidCredentials' };
const NOT_UPLOADED: Meaning = { kind: 'permanent', code: 'GeneralServiceException' };
const UNEXPECTED: Meaning = { kind: 'permanent', code: 'InternalFailure' };

/**
 * What an error's name means: the modelled errors (API_CreateJob, API_StartJob, …), then those of signing, throttling
 * and network.
 */
const BY_NAME: Readonly<Record<string, Meaning>> = {
  ValidationException: INVALID,
  ResourceNotFoundException: ABSENT,
  AccessDeniedException: DENIED,
  ConflictException: CONFLICT,
  ThrottlingException: THROTTLED,
  ServiceLimitExceededException: QUOTA,
  InternalServerException: SERVICE_FAULT,

  AccessDenied: DENIED,
  UnauthorizedOperation: DENIED,

  ExpiredToken: CREDENTIALS,
  ExpiredTokenException: CREDENTIALS,
  RequestExpired: CREDENTIALS,
  UnrecognizedClientException: CREDENTIALS,
  InvalidClientTokenId: CREDENTIALS,
  InvalidAccessKeyId: CREDENTIALS,
  InvalidSignatureException: CREDENTIALS,
  SignatureDoesNotMatch: CREDENTIALS,
  IncompleteSignature: CREDENTIALS,
  MissingAuthenticationToken: CREDENTIALS,
  MissingAuthenticationTokenException: CREDENTIALS,
  CredentialsProviderError: CREDENTIALS,

  Throttling: THROTTLED,
  ThrottledException: THROTTLED,
  TooManyRequestsException: THROTTLED,
  RequestLimitExceeded: THROTTLED,
  SlowDown: THROTTLED,

  InternalFailure: SERVICE_FAULT,
  ServiceUnavailable: SERVICE_FAULT,
  ServiceUnavailableException: SERVICE_FAULT,
  UnusableAnswer: SERVICE_FAULT,
  UploadFailed: NOT_UPLOADED,

  TimeoutError: NO_ANSWER,
  AbortError: NO_ANSWER,
};

/** What an HTTP status means where the error's name says nothing. */
const BY_STATUS: Readonly<Record<number, Meaning>> = {
  400: INVALID,
  401: CREDENTIALS,
  402: QUOTA,
  403: DENIED,
  404: ABSENT,
  408: NO_ANSWER,
  409: CONFLICT,
  429: THROTTLED,
};

/** Errors of a program, not of a network, although Node gives some of them a code (`ERR_INVALID_URL`). */
const OWN_FAULTS: ReadonlySet<string> = new Set(['TypeError', 'RangeError', 'ReferenceError']);

/** How a message says that a limit is reached. Which error the service uses for too many jobs is not documented. */
const LIMIT_TEXT = /\b(limit|quota|maximum|concurrent|too many)/i;

const DENIED_ACTION = /not authorized to perform:? +([a-z0-9-]+:[A-Za-z0-9*]+)/;

/**
 * The action that a message of AWS says is denied, which may be another than the call: finalising a revision may publish
 * it. Undefined if the message names none.
 */
export function deniedAction(message: string): string | undefined {
  return DENIED_ACTION.exec(message)?.[1];
}

/**
 * What an error that the SDK or the network threw means to an operation. Never throws, whatever was thrown.
 *
 * @param region where the call went, for a message about something that is not there
 */
export function refusalFor(error: unknown, call: CallName, region?: string): Refusal {
  const thrown = thrownError(error);
  const found = call === 'Upload' ? NOT_UPLOADED : meaningOf(thrown);
  const meaning = inCall(call, found, thrown);
  const place = found === ABSENT && region !== undefined ? ` in ${region}` : '';
  return new Refusal(meaning.kind, meaning.code, messageOf(call, thrown, meaning, place), {
    isLimit: found === QUOTA || isLimit(thrown),
    limitValue: typeof thrown.LimitValue === 'number' ? thrown.LimitValue : undefined,
    resourceType: found === ABSENT && typeof thrown.ResourceType === 'string' ? thrown.ResourceType : undefined,
  });
}

/** The members that SDK errors and Node's network errors have. */
interface Thrown {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly status?: number;
  /** The SDK had begun to send: an error without a status is then one of the way to the service. */
  readonly attempted: boolean;
  readonly LimitName?: unknown;
  readonly LimitValue?: unknown;
  readonly ResourceType?: unknown;
  readonly ResourceId?: unknown;
}

function thrownError(error: unknown): Thrown {
  const record = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const metadata = record.$metadata as { httpStatusCode?: number; attempts?: number } | undefined;
  const response = record.$response as { statusCode?: number } | undefined;
  return {
    ...pick(record, ['code', 'LimitName', 'LimitValue', 'ResourceType', 'ResourceId']),
    name: typeof record.name === 'string' ? record.name : 'Error',
    message: typeof record.message === 'string' ? record.message : String(error),
    status: metadata?.httpStatusCode ?? response?.statusCode,
    attempted: metadata?.attempts !== undefined,
  };
}

function pick(record: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, record[name]]));
}

function meaningOf({ name, code, status, attempted }: Thrown): Meaning {
  const named = own(BY_NAME, name) as Meaning | undefined;
  if (named !== undefined) {
    return named;
  }
  if (status !== undefined && status >= 300) {
    return status >= 500 ? SERVICE_FAULT : (BY_STATUS[status] ?? INVALID);
  }
  if (status !== undefined || name === 'SyntaxError') {
    return SERVICE_FAULT;
  }
  return (typeof code === 'string' || attempted) && !OWN_FAULTS.has(name) ? NO_ANSWER : UNEXPECTED;
}

const A_JOB = ['JOB', 'undefined'];
const A_REVISION = ['REVISION', 'DATA_SET', 'undefined'];

/**
 * The resource types (API_ResourceNotFoundException) that, missing, answer the call's question; others are the
 * template's mistake.
 */
const SUBJECT: Partial<Record<CallName, readonly string[]>> = {
  GetJob: A_JOB,
  StartJob: A_JOB,
  CancelJob: A_JOB,
  ListJobs: A_REVISION,
  GetRevision: A_REVISION,
  UpdateRevision: A_REVISION,
  RevokeRevision: A_REVISION,
  DeleteRevision: A_REVISION,
  ListDataSetRevisions: A_REVISION,
  ListRevisionAssets: A_REVISION,
  TagResource: A_REVISION,
  UntagResource: A_REVISION,
};

/** What the same error means to one call and not to the others. */
function inCall(call: CallName, meaning: Meaning, thrown: Thrown): Meaning {
  if (meaning === ABSENT) {
    return SUBJECT[call]?.includes(String(thrown.ResourceType)) === true ? ABSENT : INVALID;
  }
  if (call !== 'StartJob' || meaning === CONFLICT || meaning === CREDENTIALS) {
    return meaning;
  }
  const isQuota = meaning === THROTTLED || thrown.LimitName !== undefined || (thrown.status === 400 && isLimit(thrown));
  return isQuota ? QUOTA : meaning;
}

/** Whether the service says that a limit is reached. */
function isLimit({ LimitName, message }: Thrown): boolean {
  return LimitName !== undefined || LIMIT_TEXT.test(message);
}

function messageOf(call: CallName, thrown: Thrown, meaning: Meaning, place: string): string {
  switch (meaning) {
    case UNEXPECTED:
      return `The handler itself failed at ${call}; its log has the stack. This is a fault of the resource type, not of the template.`;
    case NOT_UPLOADED:
      return thrown.name === 'UploadFailed'
        ? thrown.message
        : `The upload failed: it was not over within the time of one invocation (${thrown.name}). Create the resource again.`;
    case NO_ANSWER:
      return `No answer from AWS Data Exchange to ${call} (${typeof thrown.code === 'string' ? thrown.code : thrown.name})`;
    default: {
      const limit =
        thrown.LimitName === undefined ? '' : ` (limit: ${thrown.LimitName} = ${thrown.LimitValue ?? 'unknown'})`;
      const resource =
        thrown.ResourceId === undefined ? '' : ` (${thrown.ResourceType ?? 'resource'} ${thrown.ResourceId})`;
      return sentences(
        `${call} was refused${place}: ${short(thrown)}${limit}${resource}`,
        adviceFor(call, thrown, meaning),
      );
    }
  }
}

function adviceFor(call: CallName, thrown: Thrown, { code }: Meaning): string | undefined {
  switch (code) {
    case 'AccessDenied':
      return `The type's execution role needs ${deniedAction(thrown.message) ?? `dataexchange:${call}`}`;
    case 'InvalidCredentials':
      return "Check the type's execution role and that its session has not expired";
    case 'ServiceLimitExceeded':
      // The quotas of concurrent jobs are not adjustable (Service Quotas).
      return call === 'StartJob' || /concurrent/i.test(`${thrown.LimitName} ${thrown.message}`)
        ? 'Wait until other jobs have ended; AWS does not raise this limit'
        : 'Remove what is not needed, or ask AWS to raise the limit';
    default:
      return undefined;
  }
}

/** The name says what the text often does not; a body that was no JSON says nothing a person could use. */
function short({ name, message, status }: Thrown): string {
  if (name === 'SyntaxError') {
    return `an answer that is not JSON (HTTP status ${status ?? 'unknown'})`;
  }
  const text = message.trim().replace(/\.$/, '').slice(0, 1_000);
  return text === '' || text === name ? name : `${name}: ${text}`;
}
