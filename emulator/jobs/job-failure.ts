import type { BucketError } from '../buckets/buckets';
import { type Assumptions, CODE_OF_SITUATION, type JobErrorSituation } from '../faults/assumptions';
import type { JobError } from '../store/records';

/** How a run ends in ERROR. */
export class JobFailure extends Error {
  constructor(readonly errors: JobError[]) {
    super(errors[0]?.Message ?? 'failed');
  }
}

export function codeOf(situation: JobErrorSituation, assumptions: Assumptions): string {
  return assumptions.jobErrorCodes[situation] ?? CODE_OF_SITUATION[situation];
}

/** One error, its code by the situation. @param more further members: Details, ResourceId, ResourceType, … */
export function failure(
  situation: JobErrorSituation,
  message: string,
  assumptions: Assumptions,
  more: Partial<JobError> = {},
): JobFailure {
  return new JobFailure([{ Code: codeOf(situation, assumptions), Message: message, ...more }]);
}

/** What a bucket's refusal means for a job. */
export function failureOfBucket(
  error: BucketError,
  assumptions: Assumptions,
  more: Partial<JobError> = {},
): JobFailure {
  switch (error.problem) {
    case 'no-such-bucket':
      return failure('missingBucket', error.message, assumptions, more);
    case 'no-such-key':
      return failure('missingObject', error.message, assumptions, more);
    case 'bad-key':
      return failure('impossibleKey', error.message, assumptions, more);
    case 'access-denied':
      return failure('bucketDenied', error.message, assumptions, more);
    default:
      return new JobFailure([{ Code: 'INTERNAL_SERVER_EXCEPTION', Message: error.message }]);
  }
}
