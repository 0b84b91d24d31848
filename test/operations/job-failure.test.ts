import type { JobError } from '../../src/job/job';
import { jobFailure } from '../../src/operations/job-failure';
import { EXPORT, jobIn } from './support/jobs';

function failureBy(Errors: readonly JobError[] | undefined): ReturnType<typeof jobFailure> {
  return jobFailure(jobIn('ERROR', EXPORT, { Errors }));
}

describe('the failure of a job', () => {
  it.each([
    ['ACCESS_DENIED_EXCEPTION', 'AccessDenied'],
    ['RESOURCE_NOT_FOUND_EXCEPTION', 'InvalidRequest'],
    ['VALIDATION_EXCEPTION', 'InvalidRequest'],
    ['MALWARE_DETECTED', 'InvalidRequest'],
    ['MALWARE_SCAN_ENCRYPTED_FILE', 'InvalidRequest'],
    ['SERVICE_QUOTA_EXCEEDED_EXCEPTION', 'ServiceLimitExceeded'],
    ['INTERNAL_SERVER_EXCEPTION', 'GeneralServiceException'],
    ['SOMETHING_NEW', 'GeneralServiceException'],
    ['constructor', 'GeneralServiceException'],
  ])('by %s is %s', (Code, expected) => {
    expect(failureBy([{ Code, Message: 'no' }]).code).toBe(expected);
  });

  it('names every error with its limit, its resource and its objects, and what to do about the first', () => {
    const S3Objects = { ImportAssetsFromS3JobErrorDetails: [{ Bucket: 'bucket', Key: 'key' }] };
    const asset = { ImportAssetFromSignedUrlJobErrorDetails: { AssetName: 'a.csv' } };
    const { message } = failureBy([
      { Code: 'SERVICE_QUOTA_EXCEEDED_EXCEPTION', Message: 'full', LimitName: 'Assets', LimitValue: 10_000 },
      { Code: 'RESOURCE_NOT_FOUND_EXCEPTION', Message: 'no object', ResourceId: 'r1', ResourceType: 'REVISION' },
      { Code: 'VALIDATION_EXCEPTION', Message: 'bad object', Details: S3Objects },
      { Code: 'VALIDATION_EXCEPTION', Message: 'bad file', Details: asset, LimitName: 'Size', ResourceId: 'r2' },
    ]);
    expect(message.split(/; |: (?=SERVICE)|\. Import less/)).toEqual([
      expect.stringContaining('The export failed (job '),
      'SERVICE_QUOTA_EXCEEDED_EXCEPTION: full (limit: Assets = 10000)',
      'RESOURCE_NOT_FOUND_EXCEPTION: no object (REVISION r1)',
      'VALIDATION_EXCEPTION: bad object [s3://bucket/key]',
      'VALIDATION_EXCEPTION: bad file (limit: Size = unknown) (resource r2) [asset a.csv]',
      ' into the revision, or ask AWS to raise the quota',
      'then create or replace the resource, for a job runs only once.',
    ]);
  });

  it.each([[undefined], [[]]])('without errors (%j) says so', (errors) => {
    const { code, message } = failureBy(errors);
    expect(code).toBe('GeneralServiceException');
    expect(message).toContain('the service gave no reason. Correct the cause; then create');
  });

  it('fits into a stack event, with the advice at the end', () => {
    const { message } = failureBy([{ Code: 'VALIDATION_EXCEPTION', Message: 'x'.repeat(5_000) }]);
    expect(message).toHaveLength(1_901);
    expect(message).toMatch(/xx… Correct what the job was given; .* runs only once\.$/);
  });
});
