import type { Job } from '../job/job';
import type { Revision, RevisionName } from '../job/revision';
import type { CreateJobInput } from '../job/translate';
import type { FileToUpload } from '../job/upload';
import type { ErrorCode } from './answer';

export type Tags = Readonly<Record<string, string>>;

export interface JobFilter {
  readonly dataSetId?: string;
  readonly revisionId?: string;
  /** 1 to 200 (API_ListJobs). */
  readonly maxResults?: number;
  readonly nextToken?: string;
}

/**
 * AWS Data Exchange as the operations use it: one method per call. A call that is refused, or that gets no answer, throws
 * a Refusal.
 */
export interface Exchange {
  createJob(input: CreateJobInput): Promise<Job>;
  getJob(jobId: string): Promise<Job>;
  startJob(jobId: string): Promise<void>;
  cancelJob(jobId: string): Promise<void>;
  /** One page, newest job first. */
  listJobs(filter: JobFilter): Promise<{ readonly jobs: readonly Job[]; readonly nextToken?: string }>;
  /** The first page of a data set's revisions, newest first and without tags. */
  listRevisions(dataSetId: string): Promise<readonly Revision[]>;
  createRevision(dataSetId: string, comment: string | undefined, tags: Tags): Promise<Revision>;
  getRevision(name: RevisionName): Promise<Revision>;
  /** Finalises a revision, or opens it again. The answer has no tags. */
  updateRevision(name: RevisionName, finalized: boolean): Promise<Revision>;
  deleteRevision(name: RevisionName): Promise<void>;
  tagResource(arn: string, tags: Tags): Promise<void>;
  /**
   * PUTs a file to the URL that CreateJob returned, and tries again while the URL is valid.
   *
   * @param expiresAt ISO 8601; undefined: unknown
   */
  upload(file: FileToUpload, url: string, expiresAt: string | undefined): Promise<void>;
}

/**
 * Why a call did not do what was asked:
 * - `absent`: the job, or the revision that the call names, does not exist
 * - `conflict`: it is in another state than the call needs
 * - `quota`: a limit is reached; waiting may free it
 * - `transient`: the service, the network or the credentials fail for a while
 * - `permanent`: the same call will fail again
 */
export type RefusalKind = 'absent' | 'conflict' | 'quota' | 'transient' | 'permanent';

/** A call that the service refused, or that got no answer. The message is the service's own, with the call's name. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly kind: RefusalKind,
    /** What a progress event says if no job exists yet. */
    readonly errorCode: ErrorCode,
    message: string,
    /** The value of the limit that is reached, where the service names it. */
    readonly limitValue?: number,
  ) {
    super(message);
  }
}

/** Why a call was refused; undefined if it was accepted. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) {
      return error;
    }
    throw error;
  }
}

/** The result of a call; undefined if the service does not know what the call names. */
export async function ifPresent<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Refusal && error.kind === 'absent') {
      return undefined;
    }
    throw error;
  }
}
