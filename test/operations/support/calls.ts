import { jobTag, type Revision } from '../../../src/job/revision';
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
  finalized: boolean,
  result: Revision | Refused = revision({ Finalized: finalized }),
): ExpectedCall {
  return call('updateRevision', [REVISION_NAME, finalized], result);
}

export function deleteRevision(result?: Refused): ExpectedCall {
  return call('deleteRevision', [REVISION_NAME], result);
}

export function tagResource(result?: Refused): ExpectedCall {
  return call('tagResource', [revision().Arn as string, jobTag(JOB_ID)], result);
}
