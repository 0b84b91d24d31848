import { readdirSync, readFileSync } from 'node:fs';
import { EXCHANGE_PROBES as PROBES } from '../../acceptance/exchange/probes';
import { RIGHTS_OF_THE_COMMAND } from '../../acceptance/rights';
import { WITHOUT_SWITCH } from '../../acceptance/unobservable';
import { ASSUMPTIONS } from '../../emulator/store/assumptions';
import { inRoot } from '../../tools/support/paths';
import { ACCOUNT, leftovers, openRehearsal, REGION, type Rehearsal, rowIn } from './support';

jest.setTimeout(120_000);

/** Whole runs. */

let rehearsal: Rehearsal;
beforeEach(async () => {
  rehearsal = await openRehearsal();
});
afterEach(() => rehearsal.close());

test('by default every row is confirmed, the report has the form of the issue, and nothing is left', async () => {
  const { report, exitCode } = await rehearsal.run();
  expect(report).toMatchObject({ account: ACCOUNT, region: REGION, date: '2026-11-25' });
  const others = report?.assumptions.filter(({ verdict }) => verdict !== 'confirmed');
  expect(others).toEqual([]);
  expect(report?.assumptions.map(({ name }) => name)).toEqual(PROBES.map(({ name }) => name));
  for (const row of report?.assumptions ?? []) {
    expect(Object.keys(row)).toEqual(['name', 'default', 'seen', 'verdict', 'evidence']);
  }
  expect(exitCode).toBe(0);
  expect(await leftovers(rehearsal)).toEqual([]);
  expect(readdirSync(rehearsal.stateFolder)).toEqual([]);
  const secrets = ['AKIDEXAMPLE', 'secret-of', 'session-of', 'X-Amz-Signature='];
  const written = `${JSON.stringify(report)}${rehearsal.printed.join('\n')}`;
  expect(secrets.filter((secret) => written.includes(secret))).toEqual([]);
});

test('values that hide one another are told apart, as far as they can be', async () => {
  const set = {
    jobSeconds: 7,
    createLag: { calls: 3, seconds: 4 },
    startLag: { reads: 1, seconds: 3 },
    concurrentJobs: { IMPORT_ASSETS_FROM_S3: 1, EXPORT_REVISIONS_TO_S3: 2 },
    limits: { 'Assets per revision': 1, 'Revisions per data set': 1, 'Data sets per account': 2 },
    overQuota: '409',
    signedUrlSeconds: 120,
    retentionDays: 3,
    createJobChecks: 'details',
    startJobChecks: 'all',
    exportUnfinalizedRevision: 'refused',
    finalizedRevisionImport: 'job',
    jobErrorCodes: { wrongMd5: 'MALWARE_DETECTED', finalizedRevision: 'ACCESS_DENIED_EXCEPTION' },
    uploadAgain: 'refused',
    echoedKey: true,
    keyCollision: 'last-wins',
    revisionsPerExport: 4,
    pageSize: 7,
  } as const;
  rehearsal.set(set);
  const { report } = await rehearsal.run({ ONLY: Object.keys(set).join(',') });
  const seen = Object.fromEntries(Object.keys(set).map((name) => [name, rowIn(report, name).seen]));
  expect(seen).toEqual(set);
  expect(await leftovers(rehearsal)).toEqual([]);
});

test('against AWS what needs more is skipped by name, and what needs a product or 90 days is not tried', async () => {
  rehearsal.asAws = true;
  // Longer than the command waits; its probes run side by side, each with waits that move the others' clock.
  rehearsal.set({ signedUrlSeconds: 3600 });
  const { report, exitCode } = await rehearsal.run();
  const skipped = report?.assumptions.filter(({ verdict }) => verdict === 'skipped') ?? [];
  expect(Object.fromEntries(skipped.map(({ name, evidence }) => [name, evidence.split(' (')[0]]))).toEqual({
    lakeFormationNeither: 'it needs LAKE_FORMATION_ROLE_ARN=…',
    changeEntitled: 'it needs ENTITLED_DATA_SET_ID=…',
    catalogId: 'it needs LAKE_FORMATION_ROLE_ARN=…',
    concurrentJobs: 'it needs QUOTAS=…',
    overQuota: 'it needs QUOTAS=…',
    limits: 'it needs QUOTAS=…',
    retentionDays: 'nobody waits for 90 days; only the clock of the local Data Exchange can be moved',
  });
  const timed = ['uploadAfterStart', 'statesOfJob'];
  const others = report?.assumptions.filter(
    ({ name, verdict }) => verdict !== 'confirmed' && verdict !== 'skipped' && !timed.includes(name),
  );
  expect(others?.map(({ name, verdict }) => [name, verdict])).toEqual([
    ['deleteRevokedRevision', 'undecided'],
    ['signedUrlSeconds', 'undecided'],
  ]);
  expect(rehearsal.printed.join('\n')).toMatch(/It takes about \d+ minutes and costs less than \$0\.0\d\./);
  expect(exitCode).toBe(0);
  expect(await leftovers(rehearsal)).toEqual([]);
});

test('each probe calls nothing that its rights do not name', async () => {
  const allowed = new Set(RIGHTS_OF_THE_COMMAND.map(({ action }) => action));
  const wrong: string[] = [];
  for (const probe of PROBES.filter(({ name }) => !/^(concurrentJobs|limits)$/.test(name))) {
    rehearsal.actions.length = 0;
    await rehearsal.run({ ONLY: probe.name });
    const named = PROBES.filter(({ name }) => name.toLowerCase().includes(probe.name.toLowerCase()));
    const rights = new Set(named.flatMap((other) => other.rights.map(({ action }) => action)));
    const missing = [...new Set(rehearsal.actions)].filter((action) => !rights.has(action) && !allowed.has(action));
    wrong.push(...missing.map((action) => `${probe.name}: ${action}`));
  }
  expect(wrong).toEqual([]);
});

test('each line of the README about guesses without a switch has its probe, or a sentence', () => {
  const text = readFileSync(inRoot('emulator', 'README.md'), 'utf8');
  const [, list = ''] = /And without a switch:\n\n([\s\S]*?)\n\n## /.exec(text) ?? [];
  const lines = list.split('\n').map((line) => line.replace(/^- /, ''));
  expect(lines.filter((line) => !WITHOUT_SWITCH.some((known) => line.startsWith(known.line)))).toEqual([]);
  expect(WITHOUT_SWITCH.filter((known) => !lines.some((line) => line.startsWith(known.line)))).toEqual([]);
  const names = PROBES.map(({ name }) => name);
  const unknown = WITHOUT_SWITCH.flatMap(({ probes = [] }) => probes).filter((name) => !names.includes(name));
  expect(unknown).toEqual([]);
  expect(WITHOUT_SWITCH.filter(({ probes, why }) => !probes && !why)).toEqual([]);
});

test('each name is one probe, and none but the assumptions does without a guess of its own', () => {
  const names = PROBES.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const wrong = PROBES.filter(({ name, guess }) => name in ASSUMPTIONS === (guess !== undefined));
  expect(wrong.map(({ name }) => name)).toEqual([]);
});
