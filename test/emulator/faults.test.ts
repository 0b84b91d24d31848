import {
  CreateJobCommand,
  CreateRevisionCommand,
  GetRevisionCommand,
  ListJobsCommand,
  TagResourceCommand,
  UpdateRevisionCommand,
} from '@aws-sdk/client-dataexchange';
import type { FaultScript } from 'local-data-exchange';
import { FaultScriptError } from '../../emulator/faults/fault-schema';
import { AUTHORIZATION, errorOf, type Local, md5, openLocal, s3Import, UNKNOWN_ID } from './support';

let local: Local;
let dataSetId: string;
let revisionId: string;

beforeEach(async () => {
  local = await openLocal();
  ({ dataSetId, revisionId } = await local.revisionWith([]));
  local.putObject('source', 'a.txt', 'a');
});
afterEach(() => local.close());

const details = () => s3Import(dataSetId, revisionId, ['a.txt']);
const create = async () => (await local.createJob('IMPORT_ASSETS_FROM_S3', details())).Id;
const assetCount = async () => {
  const answer = await local.raw('GET', `/v1/data-sets/${dataSetId}/revisions/${revisionId}/assets`);
  return ((await answer.json()) as { Assets: unknown[] }).Assets.length;
};

describe('errors', () => {
  test('a name alone has its usual status; only the given call fails', async () => {
    local.emulator.setFaults({ faults: [{ on: 'CreateJob', calls: 2, do: { error: 'ThrottlingException' } }] });
    await create();
    expect(await errorOf(create())).toMatchObject({ name: 'ThrottlingException', status: 429 });
    await create();
    expect(local.emulator.faults().fired).toEqual([{ name: 'faults[0]', times: 1 }]);
  });

  test('an error can have any name, status, text and members', async () => {
    const error = {
      name: 'ServiceLimitExceededException',
      status: 402,
      message: 'Full.',
      members: { LimitName: 'Some limit', LimitValue: 3 },
    };
    local.emulator.setFaults({ faults: [{ on: 'StartJob', do: { error } }] });
    const id = await create();
    expect(await errorOf(local.start(id))).toMatchObject({
      name: error.name,
      status: 402,
      message: 'Full.',
      ...error.members,
    });
    expect((await local.job(id)).State).toBe('WAITING');
  });

  test('an error can follow after the operation took effect', async () => {
    local.emulator.setFaults({
      faults: [{ on: 'StartJob', do: { error: 'InternalServerException', effect: 'done' } }],
    });
    const id = await create();
    expect(await errorOf(local.start(id))).toMatchObject({ status: 500 });
    expect((await local.job(id)).State).toBe('IN_PROGRESS');
  });

  test('the response can be something else than an AWS error', async () => {
    local.emulator.setFaults({
      faults: [{ on: 'GetJob', do: { answer: { status: 503, text: '<html>Service Unavailable</html>' } } }],
    });
    const id = await create();
    expect(await errorOf(local.job(id))).toMatchObject({ name: 'SyntaxError', status: 503 });
  });

  test('`*` concerns every operation, and unknown ones', async () => {
    local.emulator.setFaults({ faults: [{ on: '*', do: { error: 'ExpiredTokenException' } }] });
    expect(await errorOf(local.client.send(new ListJobsCommand({})))).toMatchObject({
      name: 'ExpiredTokenException',
      status: 403,
    });
    expect((await local.raw('GET', '/nothing')).status).toBe(403);
  });
});

describe('connections', () => {
  test('reset before the operation: nothing has happened', async () => {
    local.emulator.setFaults({ faults: [{ on: 'CreateJob', do: { connection: 'reset' } }] });
    expect(await errorOf(create())).toMatchObject({ status: 0 });
    expect((await local.client.send(new ListJobsCommand({}))).Jobs).toEqual([]);
  });

  test('reset after the operation: the response is lost, the job exists', async () => {
    local.emulator.setFaults({
      faults: [{ name: 'lost answer', on: 'CreateJob', do: { connection: 'reset', effect: 'done' } }],
    });
    expect(await errorOf(create())).toMatchObject({ status: 0 });
    const { Jobs } = await local.client.send(new ListJobsCommand({}));
    expect(Jobs).toHaveLength(1);
    expect(local.emulator.requests('CreateJob')).toEqual([
      expect.objectContaining({ jobId: Jobs![0]!.Id, faults: ['lost answer'] }),
    ]);
    expect(local.emulator.requests('CreateJob')[0]).not.toHaveProperty('status');
  });

  test('a silent connection lasts until the client gives up or the emulator stops', async () => {
    local.emulator.setFaults({ faults: [{ on: 'GetJob', do: { connection: 'silent' } }] });
    const id = await create();
    const resultOf = (response: Promise<Response>) =>
      response.then(
        () => 'answered',
        () => 'no answer',
      );
    const abort = new AbortController();
    const abandoned = resultOf(
      fetch(`${local.emulator.url}/v1/jobs/${id}`, { signal: abort.signal, headers: { authorization: AUTHORIZATION } }),
    );
    const patient = resultOf(local.raw('GET', `/v1/jobs/${id}`));
    while (local.emulator.requests('GetJob').length < 2) {
      await local.client.send(new ListJobsCommand({}));
    }
    abort.abort();
    expect(await abandoned).toBe('no answer');
    await local.emulator.stop();
    expect(await patient).toBe('no answer');
  });

  test('a delay counts in service time or in real time', async () => {
    local.emulator.setFaults({
      faults: [
        { on: 'GetJob', do: { delay: { seconds: 30 } } },
        { on: 'StartJob', do: { delay: { milliseconds: 20 } } },
      ],
    });
    const id = await create();
    const before = performance.now();
    await local.start(id);
    expect(performance.now() - before).toBeGreaterThanOrEqual(19);
    const looking = local.job(id);
    const early = await Promise.race([looking.then(() => 'answered'), local.start(id).catch(() => 'still waiting')]);
    expect(early).toBe('still waiting');
    local.pass(30);
    // It shows the state after the delay.
    expect((await looking).State).toBe('COMPLETED');
  });
});

describe('jobs', () => {
  test.each([
    [
      'ERROR',
      { errors: [{ Code: 'MALWARE_DETECTED', Message: 'Ugh.' }] },
      [{ Code: 'MALWARE_DETECTED', Message: 'Ugh.' }],
    ],
    ['ERROR', {}, [{ Code: 'INTERNAL_SERVER_EXCEPTION', Message: expect.any(String) }]],
    ['TIMED_OUT', {}, undefined],
    ['CANCELLED', {}, undefined],
  ] as const)('end in %s after the given seconds, and move nothing', async (end, more, errors) => {
    local.emulator.setFaults({ faults: [{ on: 'CreateJob', do: { job: { seconds: 100, end, ...more } as object } }] });
    const id = await create();
    await local.start(id);
    local.pass(99);
    expect((await local.job(id)).State).toBe('IN_PROGRESS');
    local.pass(1);
    const job = await local.job(id);
    expect([job.State, job.Errors]).toEqual([end, errors]);
    expect(await assetCount()).toBe(0);
  });

  test('can move data although they end badly', async () => {
    local.emulator.setFaults({ faults: [{ on: 'CreateJob', do: { job: { end: 'TIMED_OUT', moves: true } } }] });
    const job = await local.runJob('IMPORT_ASSETS_FROM_S3', details());
    expect([job.State, await assetCount()]).toEqual(['TIMED_OUT', 1]);
  });

  test('can vanish at their end, or at any moment', async () => {
    local.emulator.setFaults({ faults: [{ on: 'StartJob', calls: 1, do: { job: { end: 'VANISHED' } } }] });
    const id = await create();
    await local.start(id);
    expect((await local.job(id)).State).toBe('IN_PROGRESS');
    local.pass(2);
    expect(await errorOf(local.job(id))).toMatchObject({ status: 404, ResourceType: 'JOB' });
    local.emulator.setFaults({ faults: [{ on: 'GetJob', calls: 2, do: { job: { becomes: { state: 'VANISHED' } } } }] });
    const other = await create();
    expect((await local.job(other)).State).toBe('WAITING');
    expect(await errorOf(local.job(other))).toMatchObject({ status: 404 });
  });

  test('can be cancelled by somebody else, while WAITING or while they run', async () => {
    local.emulator.setFaults({
      faults: [{ on: 'CreateJob', do: { job: { becomes: { state: 'CANCELLED', afterSeconds: 1 } } } }],
    });
    const waiting = await create();
    const running = await create();
    await local.start(running);
    local.pass(1);
    expect((await local.job(waiting)).State).toBe('CANCELLED');
    expect(await errorOf(local.start(waiting))).toMatchObject({ status: 409 });
    local.pass(5);
    expect((await local.job(running)).State).toBe('CANCELLED');
    expect(await assetCount()).toBe(0);
  });

  test('can still show WAITING for some reads after StartJob; a second start is refused then too', async () => {
    local.emulator.setFaults({ faults: [{ on: 'CreateJob', do: { job: { lag: { reads: 2 } } } }] });
    const id = await create();
    await local.job(id);
    await local.start(id);
    expect((await local.job(id)).State).toBe('WAITING');
    expect(await errorOf(local.start(id))).toMatchObject({ status: 409 });
    expect((await local.job(id)).State).toBe('WAITING');
    expect((await local.job(id)).State).toBe('IN_PROGRESS');
  });

  test('can still show WAITING for some seconds, all of them by an assumption', async () => {
    local.emulator.setFaults({ assumptions: { startLag: { seconds: 5 } } });
    const id = await create();
    await local.start(id);
    local.pass(4);
    expect((await local.job(id)).State).toBe('WAITING');
    local.pass(1);
    expect((await local.job(id)).State).toBe('COMPLETED');
  });

  test('can be absent right after CreateJob, for calls or seconds', async () => {
    local.emulator.setFaults({
      faults: [
        { on: 'CreateJob', calls: 1, do: { job: { hidden: { calls: 2 } } } },
        { on: 'CreateJob', calls: 2, do: { job: { hidden: { seconds: 10 } } } },
      ],
    });
    const [first, second] = [await create(), await create()];
    expect((await local.client.send(new ListJobsCommand({}))).Jobs!.map(({ Id }) => Id)).not.toContain(second);
    expect(await errorOf(local.job(first))).toMatchObject({ status: 404 });
    expect(await errorOf(local.start(first))).toMatchObject({ status: 404 });
    await local.start(first);
    expect(await errorOf(local.job(second))).toMatchObject({ status: 404 });
    local.pass(10);
    expect((await local.job(second)).State).toBe('WAITING');
  });

  test('can have URLs with another life', async () => {
    local.emulator.setFaults({ faults: [{ on: 'CreateJob', do: { job: { urlSeconds: 5 } } }] });
    const job = await local.createJob('IMPORT_ASSET_FROM_SIGNED_URL', {
      ImportAssetFromSignedUrl: { DataSetId: dataSetId, RevisionId: revisionId, AssetName: 'x', Md5Hash: md5('x') },
    });
    const { SignedUrl, SignedUrlExpiresAt } = job.Details!.ImportAssetFromSignedUrl!;
    expect(SignedUrlExpiresAt).toEqual(new Date(local.clock.now() + 5000));
    local.pass(5);
    expect((await fetch(SignedUrl!, { method: 'PUT', body: 'x' })).status).toBe(403);
  });

  test('are chosen by type, state and age, and can be counted separately', async () => {
    local.emulator.setFaults({
      faults: [
        { on: 'GetJob', where: { jobType: 'EXPORT_ASSETS_TO_S3' }, do: { error: 'ThrottlingException' } },
        {
          on: 'GetJob',
          where: { jobState: ['IN_PROGRESS'] },
          per: 'job',
          calls: 1,
          do: { error: 'InternalServerException' },
        },
        { on: 'GetJob', where: { jobAge: { atLeast: 1000 } }, do: { error: 'AccessDeniedException' } },
        { on: 'CreateJob', where: { dataSetId: 'another', revisionId }, do: { error: 'ConflictException' } },
      ],
    });
    const [first, second] = [await create(), await create()];
    for (const id of [first, second]) {
      expect((await local.job(id)).State).toBe('WAITING');
      await local.start(id);
      expect(await errorOf(local.job(id))).toMatchObject({ status: 500 });
      expect((await local.job(id)).State).toBe('IN_PROGRESS');
    }
    local.pass(1000);
    expect(await errorOf(local.job(first))).toMatchObject({ status: 403 });
  });
});

describe('which calls', () => {
  async function pattern(calls: NonNullable<FaultScript['faults']>[number]['calls'], seed = 1) {
    local.emulator.setFaults({ seed, faults: [{ on: 'ListJobs', calls, do: { error: 'ThrottlingException' } }] });
    let hits = '';
    for (let n = 0; n < 12; n += 1) {
      hits += (await local.raw('GET', '/v1/jobs')).status === 429 ? 'x' : '.';
    }
    return hits;
  }

  test('all, those in a list or a range, every n-th', async () => {
    expect(await pattern('all')).toBe('xxxxxxxxxxxx');
    expect(await pattern([1, 3])).toBe('x.x.........');
    expect(await pattern({ from: 3, to: 5 })).toBe('..xxx.......');
    expect(await pattern({ from: 11 })).toBe('..........xx');
    expect(await pattern({ every: 4 })).toBe('...x...x...x');
  });

  test('by chance, the same for the same seed', async () => {
    const first = await pattern({ chance: 0.5 }, 7);
    expect(first).toContain('x');
    expect(first).toContain('.');
    expect(await pattern({ chance: 0.5 }, 7)).toBe(first);
    expect(await pattern({ chance: 0.5 }, 8)).not.toBe(first);
  });
});

describe('a missing permission', () => {
  const revision = () => ({ DataSetId: dataSetId, RevisionId: revisionId });
  const revisionArn = () =>
    `arn:aws:dataexchange:us-east-1:123456789012:data-sets/${dataSetId}/revisions/${revisionId}`;

  test('can be for another action than the call, and the call has no effect', async () => {
    local.emulator.setFaults({ faults: [{ on: 'UpdateRevision', do: { denied: 'dataexchange:PublishDataSet' } }] });
    await local.runJob('IMPORT_ASSETS_FROM_S3', details());
    expect(await errorOf(local.client.send(new UpdateRevisionCommand({ ...revision(), Finalized: true })))).toEqual(
      expect.objectContaining({
        name: 'AccessDeniedException',
        status: 403,
        message:
          'User: arn:aws:sts::123456789012:assumed-role/local/caller is not authorized to perform: ' +
          `dataexchange:PublishDataSet on resource: ${revisionArn()} ` +
          'because no identity-based policy allows the dataexchange:PublishDataSet action',
      }),
    );
    expect(await local.client.send(new GetRevisionCommand(revision()))).toMatchObject({ Finalized: false });
  });

  test.each<[string, string, () => Promise<unknown>, () => string]>([
    ['the job', 'StartJob', async () => local.start(await create()), () => ':jobs/'],
    ['the revision', 'CreateJob', create, () => revisionArn()],
    ['the data set', 'CreateRevision', () => local.newRevision(dataSetId), () => `:data-sets/${dataSetId} `],
    ['any resource', 'ListJobs', () => local.client.send(new ListJobsCommand({})), () => ':us-east-1:123456789012:* '],
  ])('names %s in a denial of %s', async (_what, on, call, resource) => {
    local.emulator.setFaults({ faults: [{ on, do: { denied: 'kms:Decrypt' } }] });
    expect(await errorOf(call())).toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(resource()),
    });
  });

  test('can depend on the tags of the request', async () => {
    local.emulator.setFaults({
      faults: [
        { on: 'CreateRevision', where: { lacksTag: 'cost-center' }, do: { denied: 'dataexchange:CreateRevision' } },
        { on: 'TagResource', where: { lacksTag: 'cost-center' }, do: { denied: 'dataexchange:TagResource' } },
      ],
    });
    const untagged = new CreateRevisionCommand({ DataSetId: dataSetId, Tags: { team: 'x' } });
    expect(await errorOf(local.client.send(untagged))).toMatchObject({ name: 'AccessDeniedException' });
    expect(await errorOf(local.newRevision(dataSetId))).toMatchObject({ name: 'AccessDeniedException' });
    const { Arn } = await local.client.send(
      new CreateRevisionCommand({ DataSetId: dataSetId, Tags: { team: 'x', 'cost-center': '1' } }),
    );
    const untagging = new TagResourceCommand({ ResourceArn: Arn, Tags: { team: 'y' } });
    expect(await errorOf(local.client.send(untagging))).toMatchObject({ name: 'AccessDeniedException' });
    await local.client.send(new TagResourceCommand({ ResourceArn: Arn, Tags: { 'cost-center': '2' } }));
  });
});

test('requests to signed URLs can fail too, before and after they take effect', async () => {
  const job = await local.createJob('IMPORT_ASSET_FROM_SIGNED_URL', {
    ImportAssetFromSignedUrl: { DataSetId: dataSetId, RevisionId: revisionId, AssetName: 'x', Md5Hash: md5('x') },
  });
  const url = job.Details!.ImportAssetFromSignedUrl!.SignedUrl!;
  local.emulator.setFaults({
    faults: [
      {
        on: 'SignedUrlPut',
        where: { jobType: 'IMPORT_ASSET_FROM_SIGNED_URL' },
        calls: 1,
        do: { error: { name: 'SlowDown', status: 503 } },
      },
      { on: 'SignedUrlPut', calls: 2, do: { connection: 'reset', effect: 'done' } },
    ],
  });
  const slow = await fetch(url, { method: 'PUT', body: 'x' });
  expect([slow.status, await slow.text()]).toEqual([503, expect.stringContaining('<Code>SlowDown</Code>')]);
  await expect(fetch(url, { method: 'PUT', body: 'x' })).rejects.toThrow();
  await local.start(job.Id);
  local.pass(2);
  expect((await local.job(job.Id)).State).toBe('COMPLETED');
});

describe('over HTTP', () => {
  test('the script, the journal and the clock can be read and changed', async () => {
    const script = { faults: [{ name: 'once', on: 'ListJobs', calls: 1, do: { error: 'ThrottlingException' } }] };
    expect((await local.raw('PUT', '/_emulator/faults', script)).status).toBe(200);
    await local.raw('DELETE', '/_emulator/requests');
    expect(await errorOf(local.client.send(new ListJobsCommand({})))).toMatchObject({ status: 429 });
    expect(await (await local.raw('GET', '/_emulator/faults')).json()).toEqual({
      script,
      fired: [{ name: 'once', times: 1 }],
    });
    const { requests } = (await (await local.raw('GET', '/_emulator/requests?operation=ListJobs')).json()) as {
      requests: object[];
    };
    expect(requests).toEqual([
      {
        number: expect.any(Number),
        at: new Date(local.clock.now()).toISOString(),
        region: 'us-east-1',
        operation: 'ListJobs',
        method: 'GET',
        path: '/v1/jobs',
        status: 429,
        error: 'ThrottlingException',
        faults: ['once'],
      },
    ]);
    await local.raw('DELETE', '/_emulator/faults');
    const id = await create();
    await local.start(id);
    const moved = await local.raw('POST', '/_emulator/clock', { advanceSeconds: 2 });
    expect(await moved.json()).toEqual({ now: new Date(local.clock.now()).toISOString() });
    expect((await local.job(id)).State).toBe('COMPLETED');
    expect((await local.raw('POST', '/_emulator/clock', { advanceSeconds: -1 })).status).toBe(400);
    expect((await local.raw('GET', '/_emulator/nothing')).status).toBe(404);
    await local.raw('PUT', '/_emulator/faults', { assumptions: { overQuota: '429' } });
    expect(await (await local.raw('GET', '/_emulator/assumptions')).json()).toMatchObject({
      overQuota: {
        value: '429',
        default: '402',
        values: ['402', '409', '429', '400', 'job-error'],
        sentence: expect.any(String),
        evidence: expect.any(String),
      },
      pageSize: { value: 25, default: 25 },
    });
    expect(await (await local.raw('GET', '/_emulator')).json()).toMatchObject({ seed: 1, account: '123456789012' });
  });

  test('an invalid script is refused with what would be right, and the old one stays', async () => {
    local.emulator.setFaults({ assumptions: { pageSize: 7 } });
    const answer = await local.raw('PUT', '/_emulator/faults', { faults: [{ on: 'StartJobs', do: { errror: 'x' } }] });
    expect(answer.status).toBe(400);
    const { problems } = (await answer.json()) as { problems: string[] };
    expect(problems).toEqual([
      expect.stringMatching(/^faults\[0\]\.on is "StartJobs"; it must be one of \*, CreateDataSet, .*StartJob/),
      expect.stringMatching(
        /^faults\[0\]\.do has the unknown member "errror"; it may have delay, error, denied, answer, connection/,
      ),
    ]);
    expect(local.emulator.faults().script).toEqual({ assumptions: { pageSize: 7 } });
  });
});

test.each<[string, unknown, RegExp]>([
  ['the form of a list', [], /the script is \[\]; it must be of type object/],
  [
    'an unknown assumption',
    { assumptions: { overquota: '402' } },
    /unknown member "overquota"; it may have jobSeconds, .*overQuota/,
  ],
  ['a wrong value', { assumptions: { overQuota: 402 } }, /assumptions.overQuota is 402; it must be one of 402, 409/],
  [
    'two ends',
    { faults: [{ on: '*', do: { error: 'ThrottlingException', connection: 'reset' } }] },
    /only one of them can happen/,
  ],
  [
    'a permission without a service',
    { faults: [{ on: '*', do: { denied: 'PublishDataSet' } }] },
    /faults\[0\]\.do\.denied is "PublishDataSet"; it must match \^/,
  ],
  [
    'an effect of nothing',
    { faults: [{ on: '*', do: { effect: 'done' } }] },
    /needs error, denied, answer or connection/,
  ],
  ['an unknown error name', { faults: [{ on: '*', do: { error: 'Oops' } }] }, /must be one of AccessDeniedException/],
  [
    'a bad code',
    { faults: [{ on: '*', do: { job: { errors: [{ Code: 'X', Message: '' }] } } }] },
    /errors\[0\].Code is "X"; it must be one of ACCESS_DENIED/,
  ],
  [
    'call 0',
    { faults: [{ on: '*', calls: 0, do: { error: 'ThrottlingException' } }] },
    /faults\[0\].calls is 0; it must be >= 1/,
  ],
  ['no name of an error', { faults: [{ on: '*', do: { error: {} } }] }, /faults\[0\]\.do\.error lacks "name"/],
  ['a seed that is not whole', { seed: 1.5 }, /seed is 1\.5; it must be of type integer/],
  ['faults that are not a list', { faults: {} }, /faults is \{\}; it must be a list/],
  ['no action', { faults: [{ on: '*', do: {} }] }, /faults\[0\].do is empty/],
])('a script is refused if it has %s', (_what, script, message) => {
  expect(() => local.emulator.setFaults(script as FaultScript)).toThrow(FaultScriptError);
  expect(() => local.emulator.setFaults(script as FaultScript)).toThrow(message);
});

test('startJobChecks decides whether StartJob looks for the upload', async () => {
  local.emulator.setFaults({ assumptions: { startJobChecks: 'all' } });
  const { Id } = await local.createJob('IMPORT_ASSET_FROM_SIGNED_URL', {
    ImportAssetFromSignedUrl: { DataSetId: dataSetId, RevisionId: revisionId, AssetName: 'x', Md5Hash: md5('x') },
  });
  expect(await errorOf(local.start(Id))).toMatchObject({ name: 'ValidationException', status: 400 });
  expect((await local.job(Id)).State).toBe('WAITING');
});

test('createJobChecks and startJobChecks decide which call checks what', async () => {
  local.emulator.setFaults({ assumptions: { createJobChecks: 'details', startJobChecks: 'all' } });
  const { Id } = await local.client.send(
    new CreateJobCommand({ Type: 'IMPORT_ASSETS_FROM_S3', Details: s3Import(UNKNOWN_ID, UNKNOWN_ID, ['a']) }),
  );
  expect(await errorOf(local.start(Id!))).toMatchObject({ status: 404, ResourceType: 'DATA_SET' });
  local.emulator.setFaults({ assumptions: { createJobChecks: 'details' } });
  await local.start(Id!);
  local.pass(2);
  expect((await local.job(Id!)).Errors).toMatchObject([
    { Code: 'RESOURCE_NOT_FOUND_EXCEPTION', ResourceType: 'DATA_SET' },
  ]);
});
