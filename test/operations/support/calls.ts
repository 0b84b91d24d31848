import type { Asset } from '../../../src/job/job';
import { finalisedTag, jobTag, type Revision } from '../../../src/job/revision';
import type { Exchange } from '../../../src/operations/exchange';
import { JOB_ID } from '../../job/examples';
import type { Method, Refused } from './refusals';
import { REVISION_NAME, revision } from './revisions';

type Result<M extends Method> = Awaited<ReturnType<Exchange[M]>>;

/** A call that a transcript expects. */
export interface ExpectedCall {
  readonly method: Method;
  readonly arguments: readonly unknown[];
  /** What the service returns, or a Refused. */
  readonly result: unknown;
}

/** @param result what the service returns, or how it refuses */
export function call<M extends Method>(
  method: M,
  args: Parameters<Exchange[M]>,
  result: Result<M> | Refused,
): ExpectedCall {
  return { method, arguments: args, result };
}

// The calls about the job and the revision of the examples.

export function getJob(result: Result<'getJob'> | Refused): ExpectedCall {
  return call('getJob', [JOB_ID], result);
}

export function startJob(result?: Refused): ExpectedCall {
  return call('startJob', [JOB_ID], result);
}

export function cancelJob(result?: Refused): ExpectedCall {
  return call('cancelJob', [JOB_ID], result);
}

export function getRevision(result: Revision | Refused): ExpectedCall {
  return call('getRevision', [REVISION_NAME], result);
}

/** UpdateRevision answers without the revision's tags. */
export function updateRevision(
  change: { readonly comment?: string; readonly finalized?: boolean },
  result: Revision | Refused = revision({ Finalized: change.finalized, Comment: change.comment }),
): ExpectedCall {
  return call('updateRevision', [REVISION_NAME, change], result);
}

export function finalise(result?: Revision | Refused): ExpectedCall {
  return updateRevision({ finalized: true }, result);
}

export function open(result?: Revision | Refused): ExpectedCall {
  return updateRevision({ finalized: false }, result);
}

/** The tag that a job leaves before it finalises a revision. */
export function tagAsFinalised(result?: Refused): ExpectedCall {
  return call('tagResource', [revision().Arn, finalisedTag(JOB_ID)], result);
}

export function listAssets(result: readonly Asset[] | Refused = []): ExpectedCall {
  const page = typeof result === 'function' ? result : { assets: result };
  return call('listAssets', [REVISION_NAME, { maxResults: 200, nextToken: undefined }], page);
}

export function deleteRevision(result?: Refused): ExpectedCall {
  return call('deleteRevision', [REVISION_NAME], result);
}

export function tagResource(result?: Refused): ExpectedCall {
  return call('tagResource', [revision().Arn, jobTag(JOB_ID)], result);
}
