import type { Asset, Job } from '../job/job';
import type { Revision, RevisionName } from '../job/revision';
import type { CreateJobInput } from '../job/translate';
import type { FileToUpload } from '../job/upload';
import type { ErrorCode } from './answer';

export type Tags = Readonly<Record<string, string>>;

export interface PageRequest {
  /** 1 to 200 (API_ListJobs and the other listings). */
  readonly maxResults?: number;
  readonly nextToken?: string;
}

export interface JobFilter extends PageRequest {
  readonly dataSetId?: string;
  readonly revisionId?: string;
}

/**
 * AWS Data Exchange as the operations use it: one method per call. A call that is refused, or that gets no answer,
 * throws a Refusal.
 */
export interface Exchange {
  createJob(input: CreateJobInput): Promise<Job>;
  getJob(jobId: string): Promise<Job>;
  startJob(jobId: string): Promise<void>;
  cancelJob(jobId: string): Promise<void>;
  /** One page, newest job first. */
  listJobs(filter: JobFilter): Promise<{ readonly jobs: readonly Job[]; readonly nextToken?: string }>;
  /** One page of a data set's revisions, newest first and without tags. */
  listRevisions(
    dataSetId: string,
    page: PageRequest,
  ): Promise<{ readonly revisions: readonly Revision[]; readonly nextToken?: string }>;
  createRevision(dataSetId: string, comment: string | undefined, tags: Tags): Promise<Revision>;
  getRevision(name: RevisionName): Promise<Revision>;
  /** Changes a revision's comment, finalises it, or opens it again. The answer has no tags. */
  updateRevision(
    name: RevisionName,
    change: { readonly comment?: string; readonly finalized?: boolean },
  ): Promise<Revision>;
  /** @param comment what subscribers are told, 10 to 512 characters (API_RevokeRevision) */
  revokeRevision(name: RevisionName, comment: string): Promise<void>;
  deleteRevision(name: RevisionName): Promise<void>;
  /** One page of a revision's assets. */
  listAssets(
    name: RevisionName,
    page: PageRequest,
  ): Promise<{ readonly assets: readonly Asset[]; readonly nextToken?: string }>;
  tagResource(arn: string, tags: Tags): Promise<void>;
  untagResource(arn: string, keys: readonly string[]): Promise<void>;
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

export interface RefusalDetails {
  /** Whether the service spoke of a limit. */
  readonly isLimit?: boolean;
  readonly limitValue?: number;
  /** What is absent: `JOB`, `REVISION`, … (API_ResourceNotFoundException). */
  readonly resourceType?: string;
}

/** A call that the service refused, or that got no answer. The message is the service's own, with the call's name. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly kind: RefusalKind,
    /** What a progress event says if no job exists yet. */
    readonly errorCode: ErrorCode,
    message: string,
    /** What the service says of its reason, as far as it does. */
    readonly details: RefusalDetails = {},
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

/**
 * The assets of a revision, page by page, until there are enough of them. A revision that does not exist has none.
 *
 * @throws Refusal
 */
export async function assetsOf(
  name: RevisionName,
  exchange: Exchange,
  isEnough: (assets: readonly Asset[]) => boolean = () => false,
): Promise<readonly Asset[]> {
  const assets: Asset[] = [];
  let nextToken: string | undefined;
  do {
    const page = await ifPresent(exchange.listAssets(name, { maxResults: 200, nextToken }));
    assets.push(...(page?.assets ?? []));
    nextToken = page?.nextToken;
  } while (nextToken !== undefined && !isEnough(assets));
  return assets;
}
