import type { Job } from '../job/job';
import type { Properties } from '../job/properties';
import type { Revision, RevisionName } from '../job/revision';
import type { CreateJobInput } from '../job/translate';
import type { FileToUpload } from '../job/upload';
import type { CallbackContext } from './callback-context';

export type Operation = 'CREATE' | 'READ' | 'UPDATE' | 'DELETE' | 'LIST';

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

/** A call to make to the service. */
export type Call =
  | { readonly call: 'CreateJob'; readonly input: CreateJobInput }
  | { readonly call: 'GetJob'; readonly jobId: string }
  | { readonly call: 'StartJob'; readonly jobId: string }
  | { readonly call: 'CancelJob'; readonly jobId: string }
  | {
      readonly call: 'ListJobs';
      readonly dataSetId?: string;
      readonly revisionId?: string;
      readonly maxResults?: number;
      readonly nextToken?: string;
    }
  | { readonly call: 'ListDataSetRevisions'; readonly dataSetId: string }
  | {
      readonly call: 'CreateRevision';
      readonly dataSetId: string;
      readonly comment?: string;
      readonly tags: Readonly<Record<string, string>>;
    }
  | ({ readonly call: 'GetRevision' } & RevisionName)
  | ({ readonly call: 'UpdateRevision'; readonly finalized: boolean } & RevisionName)
  | ({ readonly call: 'DeleteRevision' } & RevisionName)
  | { readonly call: 'TagResource'; readonly arn: string; readonly tags: Readonly<Record<string, string>> }
  /** PUT of a file to the URL that CreateJob gave; tried again while the URL lives. */
  | { readonly call: 'Upload'; readonly file: FileToUpload; readonly url: string; readonly expiresAt?: string };

export type CallName = Call['call'];

/** Why the service, or the way to it, did not do what was asked. */
export interface Refusal {
  /**
   * - `absent`: the job (or the revision that the call names) does not exist
   * - `conflict`: it is in another state than the call needs
   * - `quota`: a limit is reached that time may free
   * - `fault`: will pass without anybody's doing
   * - `final`: will not
   */
  readonly kind: 'absent' | 'conflict' | 'quota' | 'fault' | 'final';
  /** What the event says if nothing exists yet. */
  readonly code: ErrorCode;
  /** What happened, in the service's words, with the call's name. */
  readonly message: string;
  readonly limitValue?: number;
}

/** What came of a call. */
export type Outcome =
  | { readonly call: 'CreateJob'; readonly job: Job }
  | { readonly call: 'GetJob'; readonly job: Job }
  | { readonly call: 'StartJob'; readonly accepted: true }
  | { readonly call: 'CancelJob'; readonly accepted: true }
  | { readonly call: 'DeleteRevision'; readonly accepted: true }
  | { readonly call: 'TagResource'; readonly accepted: true }
  | { readonly call: 'Upload'; readonly accepted: true }
  | { readonly call: 'CreateRevision'; readonly revision: Revision }
  | { readonly call: 'GetRevision'; readonly revision: Revision }
  | { readonly call: 'UpdateRevision'; readonly revision: Revision }
  | { readonly call: 'ListDataSetRevisions'; readonly revisions: readonly Revision[] }
  | { readonly call: 'ListJobs'; readonly jobs: readonly Job[]; readonly nextToken?: string }
  | { readonly call: CallName; readonly refusal: Refusal };

/** What a handler answers. `model` undefined: the event has none. */
export type Answer =
  | {
      readonly status: 'IN_PROGRESS';
      readonly message: string;
      readonly model: Properties;
      readonly context: CallbackContext;
      readonly delaySeconds: number;
    }
  | { readonly status: 'SUCCESS'; readonly model?: Properties }
  | { readonly status: 'SUCCESS'; readonly models: readonly Properties[]; readonly nextToken?: string }
  | { readonly status: 'FAILED'; readonly code: ErrorCode; readonly message: string; readonly model?: Properties };

/** The next step: one more call to the service, or the end of this invocation. */
export type Step = Call | Answer;

/** Everything that a decision may depend on. */
export interface Situation {
  readonly operation: Operation;
  /** The desired model, normalised. */
  readonly desired: Properties;
  /** The request's token, the same in a repeated create: what makes it idempotent. */
  readonly token: string;
  readonly previous?: Properties;
  /** Whether a stack is being rolled back (the wire event's `rollback`). */
  readonly rollback: boolean;
  readonly context?: CallbackContext;
  /** What came of this invocation's calls, in order. */
  readonly outcomes: readonly Outcome[];
  /** Epoch milliseconds. */
  readonly now: number;
  /** 0 to 1. */
  readonly jitter: number;
  /** LIST: paging as the wire has it. */
  readonly nextToken?: string;
  readonly maxResults?: number;
}
