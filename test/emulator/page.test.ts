import { request } from 'node:http';
import { CreateRevisionCommand } from '@aws-sdk/client-dataexchange';
import { MOST, type ServiceState } from '../../emulator/server/service-state';
import { clientFor, type Local, openLocal, s3Import } from './support';

/** What the page of the emulator is made of, without a browser. test/browser has the page itself. */

let local: Local;
beforeEach(async () => {
  local = await openLocal();
});
afterEach(async () => {
  expect(local.log).toEqual([]);
  await local.close();
});

async function state(): Promise<ServiceState> {
  return (await (await fetch(`${local.emulator.url}/_emulator/state`)).json()) as ServiceState;
}

/** Sends a request with exactly these headers, which fetch would not let us choose. */
function send(method: string, path: string, headers: Record<string, string>, body = ''): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(local.emulator.url);
    const sent = request({ hostname, port, method, path, headers }, async (response) => {
      let text = '';
      for await (const chunk of response) {
        text += String(chunk);
      }
      resolve([response.statusCode!, text]);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

test('the files of the page are served with a policy that lets nothing in from elsewhere', async () => {
  for (const [path, type] of [
    ['', 'text/html'],
    ['page.css', 'text/css'],
    ['page.js', 'text/javascript'],
    ['icon.svg', 'image/svg+xml'],
  ]) {
    const response = await fetch(`${local.emulator.url}/_emulator/${path}`);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, expect.stringContaining(type!)]);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    expect((await response.text()).length).toBeGreaterThan(100);
  }
  for (const path of ['page.ts', 'tsconfig.json', '../server/page.ts', '..%2Fcli.ts', 'constructor', '__proto__']) {
    expect([path, (await send('GET', `/_emulator/${path}`, {}))[0]]).toEqual([path, 404]);
  }
  expect(await (await fetch(`${local.emulator.url}/_emulator`)).json()).toMatchObject({ account: '123456789012' });
});

test('the state tells of revisions, jobs with their errors and owners, requests and faults', async () => {
  const { dataSetId, revisionId } = await local.revisionWith(['a.txt']);
  const failing = await local.createJob('IMPORT_ASSETS_FROM_S3', s3Import(dataSetId, revisionId, ['absent']));
  await local.raw(
    'POST',
    `/tags/${encodeURIComponent(`arn:aws:dataexchange:us-east-1:123456789012:data-sets/${dataSetId}/revisions/${revisionId}`)}`,
    {
      tags: { 'DataExchangeJob.Id': failing.Id },
    },
  );
  local.emulator.setFaults({
    assumptions: { pageSize: 10 },
    faults: [{ name: 'slow start', on: 'StartJob', do: { job: { lag: { reads: 1 } } } }],
  });
  await local.start(failing.Id);
  const running = (await state()).jobs.items[0]!;
  expect(running).toMatchObject({ state: 'IN_PROGRESS', readsShow: 'WAITING', startedAt: '2026-01-15T12:00:02.000Z' });
  local.pass(2);

  const { dataSets, jobs, requests, faults, changedAssumptions } = await state();
  expect(dataSets.items[0]).toMatchObject({
    region: 'us-east-1',
    name: 'Weather',
    revisions: {
      total: 1,
      items: [
        {
          id: revisionId,
          state: 'open',
          tags: { total: 1, items: [{ key: 'DataExchangeJob.Id', value: failing.Id }] },
          assets: { total: 1, items: [{ name: 'a.txt', bytes: 16 }] },
        },
      ],
    },
  });
  expect(jobs).toMatchObject({
    total: 2,
    items: [
      {
        id: failing.Id,
        direction: 'import',
        state: 'ERROR',
        errors: { total: 1, items: [{ code: 'RESOURCE_NOT_FOUND_EXCEPTION' }] },
        dataSetName: 'Weather',
        revisionIds: { total: 1, items: [revisionId] },
        buckets: ['source'],
        namedBy: ['DataExchangeJob.Id'],
      },
      { state: 'COMPLETED', namedBy: [] },
    ],
  });
  expect(requests.items[0]).toMatchObject({ operation: 'StartJob', faults: ['slow start'] });
  expect(faults.items).toEqual([
    { name: 'slow start', on: ['StartJob'], does: '{"job":{"lag":{"reads":1}}}', times: 1 },
  ]);
  expect(changedAssumptions).toEqual([{ name: 'pageSize', value: '10' }]);
});

test('the state has no signed URL', async () => {
  const { dataSetId, revisionId, assetIds } = await local.revisionWith(['a.txt']);
  await local.createJob('IMPORT_ASSET_FROM_SIGNED_URL', {
    ImportAssetFromSignedUrl: {
      DataSetId: dataSetId,
      RevisionId: revisionId,
      AssetName: 'b',
      Md5Hash: `${'A'.repeat(22)}==`,
    },
  });
  const exported = await local.runJob('EXPORT_ASSET_TO_SIGNED_URL', {
    ExportAssetToSignedUrl: { DataSetId: dataSetId, RevisionId: revisionId, AssetId: assetIds[0]! },
  });
  const { SignedUrl = '' } = exported.Details!.ExportAssetToSignedUrl!;
  await fetch(SignedUrl);
  const text = JSON.stringify(await state());
  expect(text).toContain('SignedUrlGet');
  expect(text).not.toContain('X-Amz-');
});

test('the state of a full service is small, and says how much it leaves out', async () => {
  const dataSetId = await local.newDataSet();
  const revisionId = await local.newRevision(dataSetId);
  const keys = Array.from({ length: 20 }, (_, index) => `${index}.txt`);
  for (const key of keys) {
    local.putObject('source', key, key);
  }
  await local.runJob('IMPORT_ASSETS_FROM_S3', s3Import(dataSetId, revisionId, keys));
  const full = await state();
  expect(full.dataSets.items[0]!.revisions.items[0]!.assets).toMatchObject({ total: 20 });
  expect(full.dataSets.items[0]!.revisions.items[0]!.assets.items).toHaveLength(MOST.assets);

  const long = 'x'.repeat(16_000);
  for (let revision = 0; revision < 12; revision += 1) {
    local.pass(1);
    await local.client.send(new CreateRevisionCommand({ DataSetId: dataSetId, Comment: `${revision} ${long}` }));
  }
  const { revisions } = (await state()).dataSets.items[0]!;
  expect([revisions.total, revisions.items.length]).toEqual([13, MOST.revisions]);
  expect(revisions.items[0]!.comment).toMatch(/^11 x{200,}/);
  await Promise.all(Array.from({ length: 43 }, () => local.raw('GET', '/v1/jobs')));
  const { requests } = await state();
  expect([requests.total, requests.items.length]).toEqual([60, MOST.requests]);
  expect(requests.items[0]!.number).toBe(60);
  expect(JSON.stringify(await state()).length).toBeLessThan(50_000);
});

test('the state shows every Region, the data set with the newest revision first', async () => {
  const first = await local.newDataSet();
  local.pass(1);
  const elsewhere = clientFor(local.emulator.url, 'eu-west-1');
  await elsewhere.send(new CreateRevisionCommand({ DataSetId: first })).catch(() => undefined);
  const second = await local.newDataSet();
  expect((await state()).dataSets.items.map(({ id }) => id)).toEqual([second, first]);
  local.pass(1);
  await local.newRevision(first);
  expect((await state()).dataSets.items.map(({ id }) => id)).toEqual([first, second]);
  elsewhere.destroy();
});

describe('a request that changes something', () => {
  const advance = '{"advanceSeconds": 60}';

  test.each<[string, (host: string) => Record<string, string>]>([
    ['without headers of a browser', () => ({})],
    ['from the page itself', (host) => ({ host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' })],
    ['from the page under the name localhost', () => ({ host: 'localhost:1', origin: 'http://localhost:1' })],
    ['from the page under an IPv6 address', () => ({ host: '[::1]:1', origin: 'http://[::1]:1' })],
    ['from a client that names a container', () => ({ host: 'data-exchange:4570' })],
  ])('%s is served', async (_name, headers) => {
    const before = local.clock.now();
    expect(await send('POST', '/_emulator/clock', headers(new URL(local.emulator.url).host), advance)).toEqual([
      200,
      expect.stringContaining('now'),
    ]);
    expect(local.clock.now()).toBe(before + 60_000);
  });

  test.each<[string, (host: string) => Record<string, string>, string]>([
    ['of another site', (host) => ({ host, origin: 'https://example.com' }), 'https://example.com'],
    ['of another port of this machine', (host) => ({ host, origin: 'http://127.0.0.1:1' }), 'http://127.0.0.1:1'],
    ['without an origin of its own', (host) => ({ host, origin: 'null' }), 'the web page null'],
    ['that only Sec-Fetch-Site gives away', (host) => ({ host, 'sec-fetch-site': 'cross-site' }), 'another origin'],
    ['of the same site', (host) => ({ host, 'sec-fetch-site': 'same-site' }), 'another origin'],
    [
      'whose name leads to this machine',
      () => ({ host: 'evil.example:4570', origin: 'http://evil.example:4570', 'sec-fetch-site': 'same-origin' }),
      'not as evil.example',
    ],
  ])('from a page %s is refused', async (_name, headers, reason) => {
    const before = local.clock.now();
    const { host } = new URL(local.emulator.url);
    const { revisionId } = await local.revisionWith([]);
    for (const [method, path] of [
      ['POST', '/_emulator/clock'],
      ['PUT', '/_emulator/faults'],
      ['DELETE', '/_emulator/faults'],
      ['DELETE', '/_emulator/requests'],
      ['POST', `/_emulator/revisions/${revisionId}/publish`],
      ['OPTIONS', '/_emulator/clock'],
    ] as const) {
      const [status, text] = await send(method, path, headers(host), method === 'POST' ? advance : '');
      expect([method, path, status]).toEqual([method, path, 403]);
      expect(JSON.parse(text).Message).toContain(reason);
    }
    expect(local.clock.now()).toBe(before);
    expect((await state()).dataSets.items[0]!.revisions.items[0]!.state).toBe('open');
  });
});
