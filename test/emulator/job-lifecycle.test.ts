import {
  CancelJobCommand,
  CreateJobCommand,
  DeleteRevisionCommand,
  ListJobsCommand,
  type ListJobsCommandInput,
  paginateListJobs,
  StartJobCommand,
  UpdateRevisionCommand,
} from '@aws-sdk/client-dataexchange';
import fc from 'fast-check';
import { FolderBuckets } from '../../emulator/buckets/folder-buckets';
import { checkProperty, errorOf, type Local, openLocal, s3Import, UNKNOWN_ID } from './support';

let local: Local;

beforeEach(async () => {
  local = await openLocal();
});
afterEach(() => local.close());

class BrokenBuckets extends FolderBuckets {
  override get(): never {
    throw new Error('broken disk');
  }
}

async function importJob() {
  const { dataSetId, revisionId } = await local.revisionWith([]);
  local.putObject('source', 'a.txt', 'a');
  const { Id } = await local.createJob('IMPORT_ASSETS_FROM_S3', s3Import(dataSetId, revisionId, ['a.txt']));
  return { dataSetId, revisionId, jobId: Id };
}

test('a job is WAITING, IN_PROGRESS, then COMPLETED by the clock alone', async () => {
  const { jobId } = await importJob();
  const created = new Date(local.clock.now());
  expect(await local.job(jobId)).toMatchObject({
    Arn: `arn:aws:dataexchange:us-east-1:123456789012:jobs/${jobId}`,
    State: 'WAITING',
    CreatedAt: created,
    UpdatedAt: created,
  });
  local.pass(10);
  const answer = await local.client.send(new StartJobCommand({ JobId: jobId }));
  expect(answer.$metadata.httpStatusCode).toBe(202);
  const started = new Date(local.clock.now());
  expect(await local.job(jobId)).toMatchObject({ State: 'IN_PROGRESS', CreatedAt: created, UpdatedAt: started });
  local.pass(1.999);
  expect((await local.job(jobId)).State).toBe('IN_PROGRESS');
  local.pass(0.001);
  expect(await local.job(jobId)).toMatchObject({ State: 'COMPLETED', UpdatedAt: new Date(started.getTime() + 2000) });
});

test('data has moved before any of several simultaneous reads shows the end', async () => {
  const { dataSetId, revisionId, jobId } = await importJob();
  await local.start(jobId);
  local.pass(2);
  const looks = await Promise.all(Array.from({ length: 8 }, () => local.job(jobId)));
  expect(new Set(looks.map(({ State }) => State))).toEqual(new Set(['COMPLETED']));
  const answer = await local.raw('GET', `/v1/data-sets/${dataSetId}/revisions/${revisionId}/assets`);
  expect(((await answer.json()) as { Assets: unknown[] }).Assets).toHaveLength(1);
});

test('a job reads an object at its end, and jobs work in the order of their ends', async () => {
  const { dataSetId, revisionId } = await local.revisionWith(['v.txt']);
  const destination = { DataSetId: dataSetId, RevisionDestinations: [{ RevisionId: revisionId, Bucket: 'source' }] };
  const out = await local.createJob('EXPORT_REVISIONS_TO_S3', { ExportRevisionsToS3: destination });
  local.putObject('source', 'v.txt', 'overwritten');
  const back = await local.createJob('IMPORT_ASSETS_FROM_S3', s3Import(dataSetId, revisionId, ['v.txt']));
  await local.start(out.Id);
  local.pass(1);
  await local.start(back.Id);
  local.pass(5);
  await local.emulator.settle();
  const answer = await local.raw('GET', `/v1/data-sets/${dataSetId}/revisions/${revisionId}/assets`);
  const { Assets } = (await answer.json()) as { Assets: { AssetDetails: { S3SnapshotAsset: { Size: number } } }[] };
  expect(Assets.map(({ AssetDetails }) => AssetDetails.S3SnapshotAsset.Size)).toEqual([16, 16]);
});

test('a second start is refused, while the job runs and after', async () => {
  const { jobId } = await importJob();
  await local.start(jobId);
  const again = { name: 'ConflictException', status: 409, ResourceType: 'JOB', ResourceId: jobId };
  expect(await errorOf(local.start(jobId))).toMatchObject(again);
  local.pass(2);
  expect(await errorOf(local.start(jobId))).toMatchObject(again);
});

test('only a WAITING job can be cancelled; a CANCELLED one stays and cannot be started', async () => {
  const { jobId } = await importJob();
  local.pass(1);
  const answer = await local.client.send(new CancelJobCommand({ JobId: jobId }));
  expect(answer.$metadata.httpStatusCode).toBe(204);
  expect(await local.job(jobId)).toMatchObject({ State: 'CANCELLED', UpdatedAt: new Date(local.clock.now()) });
  expect(await errorOf(local.start(jobId))).toMatchObject({ status: 409 });
  expect(await errorOf(local.client.send(new CancelJobCommand({ JobId: jobId })))).toMatchObject({ status: 409 });
  const other = await importJob();
  await local.start(other.jobId);
  expect(await errorOf(local.client.send(new CancelJobCommand({ JobId: other.jobId })))).toMatchObject({ status: 409 });
  local.pass(2);
  expect(await errorOf(local.client.send(new CancelJobCommand({ JobId: other.jobId })))).toMatchObject({ status: 409 });
});

test('a job whose revision was deleted ends in ERROR', async () => {
  const { dataSetId, revisionId, jobId } = await importJob();
  await local.client.send(new DeleteRevisionCommand({ DataSetId: dataSetId, RevisionId: revisionId }));
  await local.start(jobId);
  local.pass(2);
  expect((await local.job(jobId)).Errors).toMatchObject([
    { Code: 'RESOURCE_NOT_FOUND_EXCEPTION', ResourceType: 'REVISION', ResourceId: revisionId },
  ]);
});

test('a job that fails for an unexpected reason ends in ERROR and leaves a line in the log', async () => {
  const broken = await openLocal({ buckets: new BrokenBuckets(local.folder) });
  try {
    const { dataSetId, revisionId } = await broken.revisionWith([]);
    const job = await broken.runJob('IMPORT_ASSETS_FROM_S3', s3Import(dataSetId, revisionId, ['a.txt']));
    expect(job).toMatchObject({ State: 'ERROR', Errors: [{ Code: 'INTERNAL_SERVER_EXCEPTION' }] });
    expect(broken.log).toEqual([expect.stringContaining(`job ${job.Id} failed unexpectedly: Error: broken disk`)]);
  } finally {
    await broken.close();
  }
});

test('after 90 days a job is gone', async () => {
  const { jobId } = await importJob();
  local.pass(90 * 86_400 - 1);
  expect((await local.job(jobId)).State).toBe('WAITING');
  local.pass(1);
  expect(await errorOf(local.job(jobId))).toMatchObject({
    name: 'ResourceNotFoundException',
    status: 404,
    ResourceType: 'JOB',
  });
  expect(await errorOf(local.start(jobId))).toMatchObject({ status: 404 });
  expect((await local.client.send(new ListJobsCommand({}))).Jobs).toEqual([]);
});

describe('quotas of running jobs', () => {
  const limitName = 'Concurrent in progress jobs to import assets from Amazon S3';

  async function many(count: number) {
    const { dataSetId, revisionId } = await local.revisionWith([]);
    local.putObject('source', 'a.txt', 'a');
    const ids: string[] = [];
    for (let n = 0; n < count; n += 1) {
      ids.push((await local.createJob('IMPORT_ASSETS_FROM_S3', s3Import(dataSetId, revisionId, ['a.txt']))).Id);
    }
    return ids;
  }

  test('refuse the eleventh start, until a job has ended', async () => {
    const ids = await many(11);
    for (const id of ids.slice(0, 10)) {
      await local.start(id);
    }
    expect(await errorOf(local.start(ids[10]!))).toMatchObject({
      name: 'ServiceLimitExceededException',
      status: 402,
      LimitName: limitName,
      LimitValue: 10,
    });
    expect((await local.job(ids[10]!)).State).toBe('WAITING');
    local.pass(2);
    await local.start(ids[10]!);
    expect((await local.job(ids[10]!)).State).toBe('IN_PROGRESS');
  });

  test.each([
    ['409', 'ConflictException', 409],
    ['429', 'ThrottlingException', 429],
    ['400', 'ValidationException', 400],
  ] as const)('refuse with %s by overQuota', async (overQuota, name, status) => {
    local.emulator.setFaults({ assumptions: { overQuota, concurrentJobs: { IMPORT_ASSETS_FROM_S3: 1 } } });
    const [first, second] = await many(2);
    await local.start(first!);
    expect(await errorOf(local.start(second!))).toMatchObject({
      name,
      status,
      message: expect.stringContaining('limit'),
    });
    expect((await local.job(second!)).State).toBe('WAITING');
  });

  test('let the job end in ERROR by overQuota', async () => {
    local.emulator.setFaults({ assumptions: { overQuota: 'job-error', concurrentJobs: { IMPORT_ASSETS_FROM_S3: 1 } } });
    const [first, second] = await many(2);
    await local.start(first!);
    await local.start(second!);
    expect(await local.job(second!)).toMatchObject({
      State: 'ERROR',
      Errors: [{ Code: 'SERVICE_QUOTA_EXCEEDED_EXCEPTION', LimitValue: 1 }],
    });
    expect((await local.job(first!)).State).toBe('IN_PROGRESS');
  });
});

describe('ListJobs', () => {
  test('lists newest first, and filters by data set and revision, nested ones too', async () => {
    const { dataSetId, revisionId } = await local.revisionWith(['a.txt']);
    local.pass(1);
    const other = await importJob();
    local.pass(1);
    const nested = await local.createJob('EXPORT_REVISIONS_TO_S3', {
      ExportRevisionsToS3: {
        DataSetId: dataSetId,
        RevisionDestinations: [{ RevisionId: revisionId, Bucket: 'target' }],
      },
    });
    const list = async (input: ListJobsCommandInput) => (await local.client.send(new ListJobsCommand(input))).Jobs!;
    expect((await list({})).map(({ Id }) => Id).slice(0, 2)).toEqual([nested.Id, other.jobId]);
    expect((await list({ DataSetId: dataSetId })).map(({ Type }) => Type)).toEqual([
      'EXPORT_REVISIONS_TO_S3',
      'IMPORT_ASSETS_FROM_S3',
    ]);
    expect((await list({ RevisionId: revisionId })).map(({ Id }) => Id)).toContain(nested.Id);
    expect(await list({ DataSetId: dataSetId, RevisionId: other.revisionId })).toEqual([]);
    expect(await errorOf(list({ DataSetId: UNKNOWN_ID }))).toMatchObject({
      name: 'ResourceNotFoundException',
      status: 404,
      ResourceType: 'DATA_SET',
    });
    local.emulator.setFaults({
      assumptions: { nestedRevisionsInListJobs: 'ignored', unknownDataSetInListJobs: 'empty' },
    });
    expect((await list({ RevisionId: revisionId })).map(({ Id }) => Id)).not.toContain(nested.Id);
    expect(await list({ DataSetId: UNKNOWN_ID })).toEqual([]);
  });

  test('gives pages of 25 by default and at most 200, and checks tokens', async () => {
    const { dataSetId, revisionId } = await local.revisionWith([]);
    const made = new Set<string>();
    for (let n = 0; n < 53; n += 1) {
      made.add((await local.createJob('IMPORT_ASSETS_FROM_S3', s3Import(dataSetId, revisionId, ['a']))).Id);
    }
    const first = await local.client.send(new ListJobsCommand({}));
    expect(first.Jobs).toHaveLength(25);
    const seen: string[] = [];
    for await (const page of paginateListJobs({ client: local.client }, { DataSetId: dataSetId })) {
      seen.push(...page.Jobs!.map(({ Id }) => Id!));
    }
    expect(seen).toHaveLength(53);
    expect(new Set(seen)).toEqual(made);
    for (const MaxResults of [0, 201]) {
      expect(await errorOf(local.client.send(new ListJobsCommand({ MaxResults })))).toMatchObject({ status: 400 });
    }
    expect((await local.raw('GET', '/v1/jobs?maxResults=many')).status).toBe(400);
    // Not a token, a changed token, and a token with another signature.
    for (const NextToken of ['x', `${first.NextToken}x`, Buffer.from('["[9e99]","a"]').toString('base64url')]) {
      expect(await errorOf(local.client.send(new ListJobsCommand({ NextToken })))).toMatchObject({
        name: 'ValidationException',
        status: 400,
      });
    }
    const elsewhere = new ListJobsCommand({ NextToken: first.NextToken, DataSetId: dataSetId });
    expect(await errorOf(local.client.send(elsewhere))).toMatchObject({ status: 400 });
    local.emulator.setFaults({ assumptions: { badToken: 'first-page', pageSize: 3 } });
    expect((await local.client.send(new ListJobsCommand({ NextToken: 'x' }))).Jobs).toHaveLength(3);
  });
});

describe('an import into a finalized revision', () => {
  async function finalizedLater() {
    const { dataSetId, revisionId } = await local.revisionWith(['there.txt']);
    const details = s3Import(dataSetId, revisionId, ['there.txt']);
    const finalize = () =>
      local.client.send(new UpdateRevisionCommand({ DataSetId: dataSetId, RevisionId: revisionId, Finalized: true }));
    return { details, finalize };
  }

  test('is refused at CreateJob, or ends in ERROR if the revision was finalized later', async () => {
    const { details, finalize } = await finalizedLater();
    const { Id } = await local.createJob('IMPORT_ASSETS_FROM_S3', details);
    await finalize();
    const create = new CreateJobCommand({ Type: 'IMPORT_ASSETS_FROM_S3', Details: details });
    expect(await errorOf(local.client.send(create))).toMatchObject({ status: 409, ResourceType: 'REVISION' });
    await local.start(Id);
    local.pass(2);
    expect((await local.job(Id)).Errors).toMatchObject([{ Code: 'VALIDATION_EXCEPTION', ResourceType: 'REVISION' }]);
  });

  test('is refused at StartJob by finalizedRevisionImport', async () => {
    local.emulator.setFaults({ assumptions: { finalizedRevisionImport: 'StartJob' } });
    const { details, finalize } = await finalizedLater();
    await finalize();
    const { Id } = await local.createJob('IMPORT_ASSETS_FROM_S3', details);
    expect(await errorOf(local.start(Id))).toMatchObject({ status: 409, ResourceType: 'REVISION' });
    expect((await local.job(Id)).State).toBe('WAITING');
  });

  test('ends in ERROR by finalizedRevisionImport', async () => {
    local.emulator.setFaults({ assumptions: { finalizedRevisionImport: 'job' } });
    const { details, finalize } = await finalizedLater();
    await finalize();
    expect((await local.runJob('IMPORT_ASSETS_FROM_S3', details)).State).toBe('ERROR');
  });

  test('works by finalizedRevisionImport', async () => {
    local.emulator.setFaults({ assumptions: { finalizedRevisionImport: 'allowed' } });
    const { details, finalize } = await finalizedLater();
    await finalize();
    expect((await local.runJob('IMPORT_ASSETS_FROM_S3', details)).State).toBe('COMPLETED');
  });
});

test('jobs have the right states after any sequence of create, start, cancel and waiting', async () => {
  const { dataSetId, revisionId } = await local.revisionWith([]);
  local.putObject('source', 'a.txt', 'a');
  const step = fc.oneof(
    fc.constant({ do: 'create' as const }),
    fc.record({ do: fc.constantFrom('start' as const, 'cancel' as const, 'look' as const), which: fc.nat(3) }),
    fc.record({ do: fc.constant('pass' as const), seconds: fc.constantFrom(0.5, 1, 2, 3) }),
  );
  await checkProperty(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const jobs: { id: string; startedAt?: number; cancelled?: boolean }[] = [];
      const expected = ({ startedAt, cancelled }: (typeof jobs)[number]) => {
        if (cancelled) {
          return 'CANCELLED';
        }
        if (startedAt === undefined) {
          return 'WAITING';
        }
        return local.clock.now() < startedAt + 2000 ? 'IN_PROGRESS' : 'COMPLETED';
      };
      for (const one of steps) {
        if (one.do === 'create') {
          jobs.push({
            id: (await local.createJob('IMPORT_ASSETS_FROM_S3', s3Import(dataSetId, revisionId, ['a.txt']))).Id,
          });
        }
        if (one.do === 'pass') {
          local.pass(one.seconds);
        }
        const job = 'which' in one ? jobs[one.which] : undefined;
        if (!job) {
          continue;
        }
        const waiting = expected(job) === 'WAITING';
        const status = async (promise: Promise<unknown>) =>
          promise.then(
            () => 0,
            () => 409,
          );
        if (one.do === 'start') {
          expect(await status(local.start(job.id))).toBe(waiting ? 0 : 409);
          if (waiting) {
            job.startedAt = local.clock.now();
          }
        }
        if (one.do === 'cancel') {
          expect(await status(local.client.send(new CancelJobCommand({ JobId: job.id })))).toBe(waiting ? 0 : 409);
          if (waiting) {
            job.cancelled = true;
          }
        }
        expect((await local.job(job.id)).State).toBe(expected(job));
      }
      // All jobs end, so that the quota does not count them in the next run.
      local.pass(3);
    }),
    25,
  );
});

test('the same seed and the same requests give the same ids', async () => {
  const other = await openLocal({ seed: 1 });
  const different = await openLocal({ seed: 2 });
  try {
    const id = await local.newDataSet();
    expect(await other.newDataSet()).toBe(id);
    expect(await different.newDataSet()).not.toBe(id);
  } finally {
    await other.close();
    await different.close();
  }
});
