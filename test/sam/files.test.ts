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
import { IN_PLACE } from '../../src/job/differences';
import { inRoot } from '../../tools/support/paths';
import { useWorld } from '../support/world';
import { useTestEntrypoint } from './test-entrypoint';

/** The files of inputs/ and sam-tests/: what the schema allows in them, and what no such file may hold. */

jest.setTimeout(60_000);

function textOf(name: string): string {
  return readFileSync(inRoot(name), 'utf8');
}

function namesIn(folder: string): string[] {
  return readdirSync(inRoot(folder)).map((name) => `${folder}/${name}`);
}

interface Schema {
  readonly properties: Readonly<Record<string, object>>;
  readonly readOnlyProperties: readonly string[];
}
const schema = JSON.parse(textOf('aws-dataexchange-job.json')) as Schema;
const readOnly = schema.readOnlyProperties.map((pointer) => pointer.replace('/properties/', ''));
const ajv = new Ajv({ strict: false, allErrors: true });
const whole = ajv.compile(schema);
const part = ajv.compile({ ...schema, required: [] });

/** The exports of the setup, each with a value of its form. */
const samples: Readonly<Record<string, string>> = Object.fromEntries(
  [...`${textOf('contract/setup.yml')}${textOf('contract/data.yml')}`.matchAll(/Name: "(contract:\w+)"/g)].map(
    ([, name = '']) => [name, sampleFor(name)],
  ),
);

function sampleFor(name: string): string {
  const forms: readonly (readonly [ending: string, sample: string])[] = [
    ['KmsKeyArn', 'arn:aws:kms:eu-north-1:111122223333:key/1'],
    ['RoleArn', 'arn:aws:iam::111122223333:role/lake'],
    ['DataShareArn', 'arn:aws:redshift:eu-north-1:111122223333:datashare:86b5/contract'],
    ['CatalogId', '111122223333'],
    ['Bucket', 'a-bucket'],
  ];
  return forms.find(([ending]) => name.endsWith(ending))?.[1] ?? 'a'.repeat(32);
}

/** The problems of a model, a line each, with the file's name. */
function faults(file: string, model: unknown, validate: ValidateFunction): string[] {
  if (validate(model)) {
    return [];
  }
  return (validate.errors ?? []).map(({ instancePath, message }) => `${file}: ${instancePath || '/'} ${message}`);
}

describe('inputs/', () => {
  const sets = readInputSets(inRoot('inputs'));

  test('there is one set for each job type, in the order of the schema, with all three inputs', () => {
    const { enum: types } = schema.properties.Type as { enum: string[] };
    expect(sets.map(({ type }) => type)).toEqual(types);
    for (const { files } of sets) {
      expect(Object.keys(files).sort()).toEqual(['create', 'invalid', 'update']);
    }
  });

  test('placeholders are exports of the setup, and every export is used', () => {
    checkPlaceholders(sets, samples);
    const events = namesIn('sam-tests').map(textOf);
    const used = [...filesOf(sets).map(({ text }) => text), ...events].flatMap(placeholdersOf);
    expect([...new Set(used)].filter((name) => name.startsWith('contract:')).sort()).toEqual(
      Object.keys(samples).sort(),
    );
  });

  test('create and update inputs are what the schema allows, and differ only in what changes in place', () => {
    const wrong = sets.flatMap(({ files: { create, update } }) =>
      [create, update].flatMap((file) => faults(`inputs/${file?.name}`, render(file?.text ?? '', samples), whole)),
    );
    expect(wrong).toEqual([]);
    for (const { files } of sets) {
      const { create, update } = files;
      // toEqual takes undefined for absent: this removes what may change in place from both.
      const inPlace = Object.fromEntries(IN_PLACE.map((property) => [property, undefined]));
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

  describe('invalid inputs', () => {
    const world = useWorld();
    const invoke = useTestEntrypoint(world);

    test.each(sets.map(({ files }) => files.invalid?.name ?? ''))('inputs/%s is refused', async (name) => {
      const event = await invoke({
        credentials: { accessKeyId: 'AKIDINPUTS', secretAccessKey: 'inputs' },
        action: 'CREATE',
        request: { desiredResourceState: render(textOf(`inputs/${name}`), samples), clientRequestToken: name },
      });
      expect({ name, ...event }).toMatchObject({ name, status: 'FAILED', errorCode: 'InvalidRequest' });
      expect(world.operations()).toEqual([]);
    });
  });
});

describe('sam-tests/', () => {
  interface TestEvent {
    readonly action: string;
    readonly credentials: Readonly<Record<string, string>>;
    readonly request: Readonly<Record<string, unknown>>;
    readonly callbackContext: unknown;
  }

  test.each(namesIn('sam-tests'))('%s is an event for testEntrypoint, with models that the schema allows', (name) => {
    const { action, credentials, request, callbackContext } = JSON.parse(textOf(name)) as TestEvent;
    expect(path.basename(name)).toMatch(new RegExp(`^${action.toLowerCase()}(-|\\.json$)`));
    expect(credentials).toEqual({ accessKeyId: '', secretAccessKey: '', sessionToken: '' });
    expect(callbackContext).toBe(name.includes('callback') ? '{{CallbackContext}}' : null);
    expect(Object.keys(request)).toEqual([
      'clientRequestToken',
      'desiredResourceState',
      'previousResourceState',
      'logicalResourceIdentifier',
    ]);
    // A delete event of CloudFormation has the template's properties, one of Cloud Control API the identifier alone.
    const full = action === 'CREATE' || action === 'UPDATE' || name.endsWith('delete-own-revision.json');
    for (const member of ['desiredResourceState', ...(action === 'UPDATE' ? ['previousResourceState'] : [])]) {
      const model = render(JSON.stringify(request[member]).replaceAll('{{JobId}}', 'b'.repeat(32)), samples);
      expect(faults(name, model, full ? whole : part)).toEqual([]);
      if (!full) {
        expect([name, ...Object.keys(model)]).toEqual([name, action === 'LIST' ? 'DataSetId' : 'Id']);
      }
    }
  });

  test('there is a first event for every action', () => {
    expect(namesIn('sam-tests')).toEqual(
      expect.arrayContaining(['create', 'read', 'update', 'delete', 'list'].map((name) => `sam-tests/${name}.json`)),
    );
  });
});

describe('no account, Region, partition or credentials', () => {
  test.each([...namesIn('inputs'), ...namesIn('sam-tests')])('%s', (name) => {
    const text = textOf(name).replaceAll(/"clientRequestToken": "[-0-9a-f]{36}"/g, '');
    const found =
      text.match(/\b\d{12}\b|\b[a-z]{2}(-[a-z]+)+-\d\b|\barn:|\baws(-cn|-us-gov)\b|\b(AKIA|ASIA)\w+/g) ?? [];
    expect([name, ...found]).toEqual([name]);
    if (name.startsWith('inputs/')) {
      expect(Object.keys(JSON.parse(text) as object).filter((property) => readOnly.includes(property))).toEqual([]);
    }
  });
});

describe('inputs that cfn test would pass over without a word', () => {
  test('a folder is refused with the names of the files', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'broken-inputs-'));
    const files = { inputs_1_create: '{}', inputs_1_update: '[]', inputs_3_create: '{ "Type":', notes: '{}' };
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(path.join(folder, `${name}.json`), text);
    }
    expect(problemsOf(() => readInputSets(folder))).toEqual([
      'inputs_1_update.json is not a JSON object: the properties of a job are expected',
      expect.stringMatching(/^inputs_3_create\.json is not JSON: /),
      'notes.json is not named like inputs_1_create.json (create, update or invalid): cfn test would ignore it',
      'there is no set 2, so cfn test would stop before set 3',
      'inputs_3_update.json is missing: the suite needs it',
    ]);
    rmSync(folder, { recursive: true });
    expect(problemsOf(() => readInputSets(folder))).toEqual([expect.stringContaining('is not a folder')]);
  });

  test('placeholders are refused that no export fills', () => {
    const file = {
      name: 'inputs_1_update.json',
      text: '{"Type":"{{contract:Nope}}","DataSetId":"{{My_Set}}"}',
      model: {},
    };
    const sets = [{ number: 1, type: 'any', starts: false, files: { update: file } }];
    expect(problemsOf(() => checkPlaceholders(sets, samples))).toEqual([
      'inputs_1_update.json: {{contract:Nope}} is no export',
      expect.stringContaining('inputs_1_update.json: {{My_Set}} is not replaced by cfn test'),
      expect.stringMatching(/^there are: contract:/),
    ]);
  });
});

function problemsOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof BadInputs) {
      return error.problems;
    }
  }
  return [];
}
