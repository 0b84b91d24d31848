import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fill, valuesOf } from '../../contract/sam-event';
import { inRoot } from '../../tools/support/paths';
import { useWorld } from '../support/world';
import { useTestEntrypoint } from './test-entrypoint';

/** Every event of sam-tests/, through the bundle, against the local Data Exchange, in the order of some lives. */

jest.setTimeout(60_000);

const CREDENTIALS = { accessKeyId: 'AKIDSAMTESTS', secretAccessKey: 'sam-tests', sessionToken: '' };
const NAMES = readdirSync(inRoot('sam-tests')).map((name) => path.basename(name, '.json'));

function read(name: string): string {
  return readFileSync(inRoot('sam-tests', `${name}.json`), 'utf8');
}

const id = expect.stringMatching(/^[a-zA-Z0-9]{30,40}$/);
const model = (State: string, StartOnCreation: boolean) => expect.objectContaining({ Id: id, State, StartOnCreation });
const inProgress = { status: 'IN_PROGRESS', callbackContext: expect.any(Object), resourceModel: { Id: id } };
const success = (State: string, started: boolean) => ({ status: 'SUCCESS', resourceModel: model(State, started) });
const listed = { status: 'SUCCESS', resourceModels: expect.arrayContaining([expect.objectContaining({ Id: id })]) };
const notFound = { status: 'FAILED', errorCode: 'NotFound' };
const own = (FinalizeRevision: boolean) => ({
  status: 'SUCCESS',
  resourceModel: expect.objectContaining({ State: 'COMPLETED', TargetRevisionId: id, FinalizeRevision }),
});
const deleted = { status: 'SUCCESS' };

/** An event, the expected answer, and how many seconds after the event before it is sent, by the service's clock. */
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
    ['update-in-place', own(true)],
    ['delete-own-revision', deleted],
    ['read', notFound],
    ['update-finalize', notFound],
    ['delete-own-revision', notFound],
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

const world = useWorld();
const invoke = useTestEntrypoint(world);
let ids: Record<string, string>;

beforeAll(async () => {
  world.write('source', 'prices.csv', Buffer.from('day,price\n'));
  const { DataSetId, RevisionId } = await world.emptyRevision();
  ids = {
    'contract:S3DataSetId': DataSetId,
    'contract:S3ImportRevisionId': RevisionId,
    'contract:SourceBucket': 'source',
  };
});

test.each(Object.entries(LIVES))('a job %s', async (_title, steps) => {
  let values: Readonly<Record<string, unknown>> = ids;
  for (const [index, [name, expected, later = 0]] of steps.entries()) {
    world.clock.advance(later * 1_000);
    const event = await invoke(fill(read(name), values, CREDENTIALS));
    const step = `${index + 1}: sam-tests/${name}.json`;
    expect({ step, ...event }).toMatchObject({ step, ...expected });
    if (expected === deleted) {
      expect(event).toEqual(deleted);
    }
    values = { ...values, ...valuesOf(event) };
  }
  const { revisions } = await world.holdings(ids['contract:S3DataSetId'] as string);
  expect(revisions).toEqual([ids['contract:S3ImportRevisionId']]);
});

test('every event is part of a life', () => {
  const used = new Set(Object.values(LIVES).flatMap((steps) => steps.map(([name]) => name)));
  expect([...used].sort()).toEqual([...NAMES].sort());
});

test.each(NAMES)('%s is refused without credentials, before any call', async (name) => {
  const values = {
    ...ids,
    JobId: '0'.repeat(32),
    CallbackContext: { phase: 'new', jobId: '0'.repeat(32), beganAt: world.clock.now() },
  };
  const { credentials } = JSON.parse(read(name)) as { credentials: object };
  const event = await invoke(fill(read(name), values, credentials));
  expect(event).toMatchObject({ status: 'FAILED', errorCode: 'InvalidCredentials' });
  expect(world.operations()).toEqual([]);
});
