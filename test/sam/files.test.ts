import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import {
  BadInputs,
  checkPlaceholders,
  filesOf,
  placeholdersOf,
  readInputSets,
  render,
} from '../../contract/input-sets';
import { type Emulator, startEmulator } from '../../emulator/emulator';
import { Artefact } from './artefact';

/** The files of inputs/ and sam-tests/, each held to the schema and to what they may not hold. A failure names the file. */

jest.setTimeout(60_000);

const root = path.resolve(__dirname, '../..');
const textOf = (name: string): string => readFileSync(path.join(root, name), 'utf8');
const namesIn = (folder: string): string[] => readdirSync(path.join(root, folder)).map((name) => `${folder}/${name}`);

interface Schema {
  properties: Record<string, object>;
  required?: string[];
  readOnlyProperties: string[];
}
const schema = JSON.parse(textOf('aws-dataexchange-job.json')) as Schema;
const readOnly = schema.readOnlyProperties.map((pointer) => pointer.replace('/properties/', ''));
const ajv = new Ajv({ strict: false, allErrors: true });
const whole = ajv.compile(schema);
const part = ajv.compile({ ...schema, required: [] });

/** What the setup exports, with a value of the form that each has. */
const samples: Record<string, string> = Object.fromEntries(
  [...`${textOf('contract/setup.yml')}${textOf('contract/data.yml')}`.matchAll(/Name: "(contract:\w+)"/g)].map(
    ([, name = '']) => [name, sampleFor(name)],
  ),
);

function sampleFor(name: string): string {
  const arns = { KmsKey: 'kms:eu-north-1:111122223333:key/1', LakeFormationRole: 'iam::111122223333:role/lake' };
  if (name.endsWith('KmsKeyArn')) return `arn:aws:${arns.KmsKey}`;
  if (name.endsWith('RoleArn')) return `arn:aws:${arns.LakeFormationRole}`;
  if (name.endsWith('DataShareArn')) return 'arn:aws:redshift:eu-north-1:111122223333:datashare:86b5/contract';
  if (name.endsWith('CatalogId')) return '111122223333';
  return name.endsWith('Bucket') ? 'a-bucket' : 'a'.repeat(32);
}

/** What is wrong with a model, one line each, with the file's name. */
function faults(file: string, model: unknown, validate: ValidateFunction): string[] {
  if (validate(model)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${file}: ${instancePath || '/'} ${message}`);
}

describe('inputs/', () => {
  const sets = readInputSets(path.join(root, 'inputs'));

  test('there is one set for each job type, in the order of the schema, with all three inputs', () => {
    const { enum: types } = schema.properties.Type as { enum: string[] };
    expect(sets.map(({ type }) => type)).toEqual(types);
    for (const { files } of sets) expect(Object.keys(files).sort()).toEqual(['create', 'invalid', 'update']);
  });

  test('placeholders are exports of the setup, and every export is used', () => {
    checkPlaceholders(sets, samples);
    const events = namesIn('sam-tests').map(textOf);
    const used = [...filesOf(sets).map(({ text }) => text), ...events].flatMap(placeholdersOf);
    expect([...new Set(used)].filter((name) => name.startsWith('contract:')).sort()).toEqual(
      Object.keys(samples).sort(),
    );
  });

  test('create and update inputs are what the schema allows, and differ in what changes in place alone', () => {
    const wrong = sets.flatMap(({ files: { create, update } }) =>
      [create, update].flatMap((file) => faults(`inputs/${file?.name}`, render(file?.text ?? '', samples), whole)),
    );
    expect(wrong).toEqual([]);
    for (const { files } of sets) {
      const { create, update } = files;
      // undefined counts as absent: what may change in place is left out of both.
      const inPlace = { StartOnCreation: undefined, FinalizeRevision: undefined };
      expect({ name: update?.name, ...update?.model, ...inPlace }).toEqual({
        name: update?.name,
        ...create?.model,
        ...inPlace,
      });
    }
  });

  test('every type that may own a revision does, and every update leaves the job started', () => {
    for (const { type, files } of sets) {
      const { name, model = {} } = files.update ?? {};
      const own = model.RevisionId === undefined && model.RevisionComment !== undefined;
      expect([name, own, model.StartOnCreation]).toEqual([name, !type.startsWith('EXPORT_'), true]);
    }
  });

  describe('what is invalid', () => {
    let emulator: Emulator;
    let artefact: Artefact;
    beforeAll(async () => {
      emulator = await startEmulator({ log: () => {} });
      artefact = await Artefact.start(emulator.url);
    });
    afterAll(async () => {
      await artefact?.stop();
      await emulator?.stop();
    });

    test.each(sets.map(({ files }) => files.invalid?.name ?? ''))('inputs/%s is refused', async (name) => {
      const answer = await artefact.invoke({
        credentials: { accessKeyId: 'AKIDINPUTS', secretAccessKey: 'inputs' },
        action: 'CREATE',
        request: { desiredResourceState: render(textOf(`inputs/${name}`), samples), clientRequestToken: name },
      });
      expect({ name, ...answer }).toMatchObject({ name, status: 'FAILED', errorCode: 'InvalidRequest' });
      expect(emulator.requests()).toEqual([]);
    });
  });
});

describe('sam-tests/', () => {
  interface Event {
    action: string;
    credentials: Record<string, string>;
    request: Record<string, unknown>;
    callbackContext: unknown;
  }
  const event = (name: string): Event => JSON.parse(textOf(name)) as Event;
  const values = { ...samples, JobId: 'b'.repeat(32) };

  test.each(namesIn('sam-tests'))('%s is an event for testEntrypoint, with models that the schema allows', (name) => {
    const { action, credentials, request, callbackContext } = event(name);
    expect(path.basename(name)).toMatch(new RegExp(`^${action.toLowerCase()}(-|\\.json$)`));
    expect(credentials).toEqual({ accessKeyId: '', secretAccessKey: '', sessionToken: '' });
    expect(callbackContext).toBe(name.includes('callback') ? '{{CallbackContext}}' : null);
    expect(Object.keys(request)).toEqual([
      'clientRequestToken',
      'desiredResourceState',
      'previousResourceState',
      'logicalResourceIdentifier',
    ]);
    const full = action === 'CREATE' || action === 'UPDATE';
    for (const member of ['desiredResourceState', ...(action === 'UPDATE' ? ['previousResourceState'] : [])]) {
      const model = render(JSON.stringify(request[member]).replaceAll('{{JobId}}', values.JobId), samples);
      expect(faults(name, model, full ? whole : part)).toEqual([]);
      if (!full) expect([name, ...Object.keys(model)]).toEqual([name, action === 'LIST' ? 'DataSetId' : 'Id']);
    }
  });

  test('there is a first event for every action', () => {
    expect(namesIn('sam-tests')).toEqual(
      expect.arrayContaining(['create', 'read', 'update', 'delete', 'list'].map((name) => `sam-tests/${name}.json`)),
    );
  });
});

describe('what no file may hold', () => {
  test.each([...namesIn('inputs'), ...namesIn('sam-tests')])('%s: account, Region, partition, credentials', (name) => {
    const text = textOf(name).replaceAll(/"clientRequestToken": "[-0-9a-f]{36}"/g, '');
    const found =
      text.match(/\b\d{12}\b|\b[a-z]{2}(-[a-z]+)+-\d\b|\barn:|\baws(-cn|-us-gov)\b|\b(AKIA|ASIA)\w+/g) ?? [];
    expect([name, ...found]).toEqual([name]);
    if (name.startsWith('inputs/')) {
      for (const property of readOnly) expect(Object.keys(JSON.parse(text) as object)).not.toContain(property);
    }
  });
});

test('what cfn test would pass over in silence is refused by name', () => {
  const problems = (run: () => unknown): string[] => {
    try {
      run();
    } catch (error) {
      if (error instanceof BadInputs) return error.problems;
    }
    return [];
  };
  const folder = mkdtempSync(path.join(tmpdir(), 'broken-inputs-'));
  const files = { inputs_1_create: '{}', inputs_1_update: '[]', inputs_3_create: '{ "Type":', notes: '{}' };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, `${name}.json`), text);
  expect(problems(() => readInputSets(folder))).toEqual([
    'inputs_1_update.json is not a JSON object: the properties of a job are expected',
    expect.stringMatching(/^inputs_3_create\.json is not JSON: /),
    'notes.json is not named like inputs_1_create.json (create, update or invalid): cfn test would ignore it',
    'there is no set 2, so cfn test would stop before set 3',
    'inputs_3_update.json is missing: the suite needs it',
  ]);
  rmSync(folder, { recursive: true });
  expect(problems(() => readInputSets(folder))).toEqual([expect.stringContaining('is not a folder')]);

  const sets = readInputSets(path.join(root, 'inputs')).slice(0, 1);
  const text = '{"Type":"{{contract:Nope}}","DataSetId":"{{My_Set}}"}';
  for (const { files } of sets) if (files.update) files.update.text = text;
  expect(problems(() => checkPlaceholders(sets, samples))).toEqual([
    'inputs_1_update.json: {{contract:Nope}} is no export',
    expect.stringContaining('inputs_1_update.json: {{My_Set}} is not replaced by cfn test'),
    expect.stringMatching(/^there are: contract:/),
  ]);
});
