import type { Job, JobError } from '../job/job';
import { jobType } from '../job/job-types';
import type { ErrorCode } from './steps';

/** What a job error's code (API_JobError, member Code) means to CloudFormation, and what its reader can do. */
const JOB_ERROR_CODES: Readonly<Record<string, { code: ErrorCode; advice: string }>> = {
  ACCESS_DENIED_EXCEPTION: {
    code: 'AccessDenied',
    advice:
      'Give the type’s execution role the rights for this job type, and look at the policies of the buckets, keys and roles it names',
  },
  RESOURCE_NOT_FOUND_EXCEPTION: { code: 'InvalidRequest', advice: 'Name resources that exist' },
  VALIDATION_EXCEPTION: { code: 'InvalidRequest', advice: 'Correct what the job was given' },
  MALWARE_DETECTED: { code: 'InvalidRequest', advice: 'Remove the file from what is imported' },
  MALWARE_SCAN_ENCRYPTED_FILE: { code: 'InvalidRequest', advice: 'Import the file unencrypted: it cannot be scanned' },
  SERVICE_QUOTA_EXCEEDED_EXCEPTION: {
    code: 'ServiceLimitExceeded',
    advice: 'Import less into the revision, or ask AWS to raise the quota',
  },
  INTERNAL_SERVER_EXCEPTION: { code: 'GeneralServiceException', advice: 'Try again' },
};

/** The event code and message for a job that ended in ERROR: by its first error, with all of them in the message. */
export function jobFailure(job: Job): { code: ErrorCode; message: string } {
  const errors = job.Errors ?? [];
  const known = JOB_ERROR_CODES[errors[0]?.Code ?? ''];
  const reasons = errors.length === 0 ? 'the service gave no reason' : errors.map(reason).join('; ');
  const message = `The ${nounOf(job)} failed (job ${job.Id} ended in ERROR): ${reasons}.`;
  const advice = `${known?.advice ?? 'Correct the cause'}; then create or replace the resource, for a job runs only once.`;
  return { code: known?.code ?? 'GeneralServiceException', message: fitted(message, advice) };
}

/** What to call the work of a job: `import`, `export`; `job` where its type is unknown. */
export function nounOf(job: { readonly Type?: unknown } | undefined): string {
  return jobType(job?.Type)?.noun ?? 'job';
}

function reason(error: JobError): string {
  const limit = error.LimitName === undefined ? '' : ` (limit: ${error.LimitName} = ${error.LimitValue ?? 'unknown'})`;
  const resource = error.ResourceId === undefined ? '' : ` (${error.ResourceType ?? 'resource'} ${error.ResourceId})`;
  return `${error.Code}: ${error.Message}${limit}${resource}${details(error.Details)}`;
}

/** The objects or the asset that the error is about (API_Details). */
function details(of: JobError['Details']): string {
  const objects = of?.ImportAssetsFromS3JobErrorDetails?.map(({ Bucket, Key }) => `s3://${Bucket}/${Key}`) ?? [];
  const asset = of?.ImportAssetFromSignedUrlJobErrorDetails?.AssetName;
  const named = asset === undefined ? objects : [...objects, `asset ${asset}`];
  return named.length === 0 ? '' : ` [${named.join(', ')}]`;
}

/** A stack event shows about 2,000 characters: the advice at the end must not be what is cut. */
function fitted(message: string, advice: string): string {
  const room = 1_900 - advice.length;
  return `${message.length > room ? `${message.slice(0, room - 1)}…` : message} ${advice}`;
}
