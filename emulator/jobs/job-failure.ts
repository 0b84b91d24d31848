import type { BucketError } from '../buckets/buckets';
import { type Assumptions, CODE_OF_SITUATION, type JobErrorSituation } from '../store/assumptions';
import type { JobError } from '../store/job-plan';

/** Ends the run of a job in ERROR. */
export class JobFailure extends Error {
  constructor(readonly errors: readonly JobError[]) {
    super(errors[0]?.Message ?? 'failed');
  }
}

/** A failure with one error, whose code follows from the situation. @param more Details, ResourceId, … */
export function failure(
  situation: JobErrorSituation,
  message: string,
  assumptions: Assumptions,
  more: Partial<JobError> = {},
): JobFailure {
  const code = assumptions.jobErrorCodes[situation] ?? CODE_OF_SITUATION[situation];
  return new JobFailure([{ Code: code, Message: message, ...more }]);
}

/** The failure of a job that a bucket refused. */
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
    case 'unavailable':
      return new JobFailure([{ Code: 'INTERNAL_SERVER_EXCEPTION', Message: error.message }]);
  }
}
