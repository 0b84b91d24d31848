import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  CreateDataSetCommand,
  CreateRevisionCommand,
  DataExchangeClient,
  ListDataSetRevisionsCommand,
} from '@aws-sdk/client-dataexchange';
import { fill, valuesOf } from '../../contract/sam-event';
import { ManualClock } from '../../emulator/clock';
import { type Emulator, startEmulator } from '../../emulator/emulator';
import { type Answer, Artefact } from './artefact';

/** Every event of sam-tests/, through the built artefact, against the local Data Exchange, in the order of some lives. */

jest.setTimeout(60_000);

const FOLDER = path.resolve(__dirname, '../../sam-tests');
const CREDENTIALS = { accessKeyId: 'AKIDSAMTESTS', secretAccessKey: 'sam-tests', sessionToken: '' };
const read = (name: string): string => readFileSync(path.join(FOLDER, `${name}.json`), 'utf8');

const id = expect.stringMatching(/^[a-zA-Z0-9]{30,40}$/);
const model = (State: string, StartOnCreation: boolean) => expect.objectContaining({ Id: id, State, StartOnCreation });
const inProgress = { status: 'IN_PROGRESS', callbackContext: expect.any(Object), resourceModel: { Id: id } };
const success = (State: string, started: boolean) => ({ status: 'SUCCESS', resourceModel: model(State, started) });
const listed = { status: 'SUCCESS', resourceModels: expect.arrayContaining([expect.objectContaining({ Id: id })]) };
const notFound = { status: 'FAILED', errorCode: 'NotFound' };
const own = (FinalizeRevision: boolean) => ({
  status: 'SUCCESS',
  resourceModel: expect.objectContaining({ State: 'COMPLETED', CreatedRevisionId: id, FinalizeRevision }),
});
const deleted = { status: 'SUCCESS' };

/** An event, the outcome that it must have, and how much later, by the service's clock, it comes than the one before. */
type Step = [event: string, expected: object, secondsLater?: number];

const LIVES: Record<string, Step[]> = {
  'created and started in one go': [
    ['create', inProgress],
    ['create-callback-start', inProgress],
    ['create-callback-poll', inProgress],
    ['create-callback-poll', success('COMPLETED', true), 60],
    ['read', success('COMPLETED', true)],
    ['list', listed],
    ['update', success('COMPLETED', true)],
    ['delete', deleted],
    ['read', success('COMPLETED', true)],
  ],
  'created, started by an update': [
    ['create-waiting', inProgress],
    ['create-waiting-callback', success('WAITING', false)],
    ['read', success('WAITING', false)],
    ['update', inProgress],
    ['update-callback', inProgress],
    ['update-callback', success('COMPLETED', true), 60],
    ['delete', deleted],
  ],
  'deleted before it was started': [
    ['create-waiting', inProgress],
    ['create-waiting-callback', success('WAITING', false)],
    ['delete', deleted],
    ['read', notFound],
    ['update', notFound],
    ['delete', notFound],
  ],
  'deleted while it runs': [
    ['create-waiting', inProgress],
    ['create-waiting-callback', success('WAITING', false)],
    ['update', inProgress],
    ['delete', inProgress],
    ['delete-callback', inProgress],
    ['delete-callback', deleted, 60],
  ],
  'with a revision of its own, which goes with it': [
    ['create-own-revision', inProgress],
    ['create-own-revision-callback', inProgress],
    ['create-own-revision-callback', own(false), 60],
    ['read', own(false)],
    ['update-finalize', own(true)],
    ['read', own(true)],
    ['delete', deleted],
    ['read', notFound],
    ['update-finalize', notFound],
    ['delete', notFound],
  ],
  'whose first answer was lost': [
    ['create-own-revision', inProgress],
    ['create-own-revision', inProgress],
    ['create-own-revision-callback', inProgress],
    ['delete', inProgress],
    ['delete-callback', deleted, 60],
    ['read', notFound],
  ],
};

// Of today: the handler looks for what a lost answer left among revisions that are young by its own clock.
const clock = new ManualClock(Date.now());
let buckets: string;
let emulator: Emulator;
let artefact: Artefact;
let ids: Record<string, string>;
let client: DataExchangeClient;

async function revisions(): Promise<(string | undefined)[]> {
  const DataSetId = ids['contract:S3DataSetId'];
  const { Revisions = [] } = await client.send(new ListDataSetRevisionsCommand({ DataSetId }));
  return Revisions.map(({ Id }) => Id);
}

beforeAll(async () => {
  buckets = mkdtempSync(path.join(tmpdir(), 'sam-tests-'));
  mkdirSync(path.join(buckets, 'source'));
  writeFileSync(path.join(buckets, 'source/prices.csv'), 'day,price\n');
  emulator = await startEmulator({ clock, buckets, jobSeconds: 30, log: () => {} });
  client = new DataExchangeClient({ endpoint: emulator.url, region: 'us-east-1', credentials: CREDENTIALS });
  const { Id: dataSet = '' } = await client.send(
    new CreateDataSetCommand({ Name: 'sam-tests', Description: 'sam-tests', AssetType: 'S3_SNAPSHOT' }),
  );
  const { Id: revision = '' } = await client.send(new CreateRevisionCommand({ DataSetId: dataSet }));
  ids = {
    'contract:S3DataSetId': dataSet,
    'contract:S3ImportRevisionId': revision,
    'contract:SourceBucket': 'source',
  };
  artefact = await Artefact.start(emulator.url);
});
afterAll(async () => {
  client?.destroy();
  await artefact?.stop();
  await emulator?.stop();
  rmSync(buckets, { recursive: true, force: true });
});

const ROWS = Object.entries(LIVES).map(([title, steps]) => ({ title, steps }));
test.each(ROWS)('a job $title', async ({ steps }) => {
  let values: Record<string, unknown> = ids;
  for (const [number, [name, expected, later = 0]] of steps.entries()) {
    clock.advance(later * 1_000);
    const answer: Answer = await artefact.invoke(fill(read(name), values, CREDENTIALS));
    const step = `${number + 1}: sam-tests/${name}.json`;
    expect({ step, ...answer }).toMatchObject({ step, ...expected });
    if (expected === deleted) expect(answer).toEqual(deleted);
    values = { ...values, ...valuesOf(answer) };
  }
  expect(await revisions()).toEqual([ids['contract:S3ImportRevisionId']]);
});

test('every event has its place in a life', () => {
  const told = new Set(Object.values(LIVES).flatMap((steps) => steps.map(([name]) => name)));
  const there = readdirSync(FOLDER).map((name) => path.basename(name, '.json'));
  expect([...told].sort()).toEqual(there.sort());
});

test('without credentials every event is refused, before anything is asked of the service', async () => {
  emulator.clearRequests();
  const values = { ...ids, JobId: '0'.repeat(32), CallbackContext: { phase: 'new', beganAt: clock.now() } };
  for (const name of readdirSync(FOLDER)) {
    const text = readFileSync(path.join(FOLDER, name), 'utf8');
    const { credentials } = JSON.parse(text) as { credentials: object };
    const answer = await artefact.invoke(fill(text, values, credentials));
    expect({ name, ...answer }).toMatchObject({ name, status: 'FAILED', errorCode: 'InvalidCredentials' });
  }
  expect(emulator.requests()).toEqual([]);
});
