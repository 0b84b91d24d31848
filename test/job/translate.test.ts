import fc from 'fast-check';
import { canonical } from '../../src/job/canonical';
import { differences } from '../../src/job/differences';
import type { Job } from '../../src/job/job';
import { JOB_TYPE_NAMES, JOB_TYPES, type JobType } from '../../src/job/job-types';
import { normalise } from '../../src/job/normalise';
import { finalisedTag, jobTag, wantedTags, wantsOwnRevision } from '../../src/job/revision';
import { schema } from '../../src/job/schema';
import { PROPERTY_NODES } from '../../src/job/schema-node';
import { computedHash, createJobInput, modelOf, withoutWriteOnly } from '../../src/job/translate';
import { fileOf, md5Of } from '../../src/job/upload';
import { DATA_SET, JOB_ID, MAXIMAL, MINIMAL, modelOfType, REVISION, SECRET } from './examples';
import { check } from './seed';

const ANY_MODEL = fc.oneof(...JOB_TYPE_NAMES.map(modelOfType));
const AT = '2026-11-22T10:00:00.000Z';

type Tag = { readonly Key: string; readonly Value: string };
const byKey = (tags: readonly Tag[]): Tag[] => [...tags].sort((one, other) => (one.Key < other.Key ? -1 : 1));

/** A job as the service shows it after CreateJob with this body. */
const echo = (input: ReturnType<typeof createJobInput>, State = 'WAITING'): Job => ({
  Id: JOB_ID,
  Arn: `arn:aws:dataexchange:us-east-1:123456789012:jobs/${JOB_ID}`,
  State,
  CreatedAt: AT,
  UpdatedAt: AT,
  ...input,
});

describe.each(JOB_TYPE_NAMES.map((name) => [name] as const))('%s', (name) => {
  const type: JobType = JOB_TYPES[name];

  it('is the same after CreateJob and GetJob, with defaults and without secrets', () => {
    check(
      fc.property(modelOfType(name), fc.constantFrom(...schema.properties.State.enum), (model, state) => {
        const own = wantsOwnRevision(model);
        const input = createJobInput(model, own ? REVISION : undefined);
        const revision = {
          Id: REVISION,
          Arn: 'arn:of:the:revision',
          Finalized: model.FinalizeRevision === true,
          Comment: own ? ((model.RevisionComment as string) ?? '') : undefined,
          Tags: { ...finalisedTag(JOB_ID), ...(own ? { ...wantedTags(model), ...jobTag(JOB_ID) } : {}) },
        };
        const back = modelOf(echo(input, state), type.ownRevision ? revision : undefined);
        const defaults = type.inputs.flatMap((entry) => (entry.default ? [[entry.property, entry.default]] : []));
        expect(back).toEqual({
          ...Object.fromEntries(defaults),
          ...withoutWriteOnly(model),
          ...computedHash(model),
          ...(type.ownRevision ? { FinalizeRevision: model.FinalizeRevision === true } : {}),
          ...(type.ownRevision ? { TargetRevisionId: model.RevisionId ?? REVISION } : {}),
          ...(own ? { RevisionComment: model.RevisionComment ?? '' } : {}),
          ...(model.RevisionTags === undefined ? {} : { RevisionTags: byKey(model.RevisionTags as Tag[]) }),
          StartOnCreation: state !== 'WAITING',
          Id: JOB_ID,
          Arn: echo(createJobInput(model)).Arn,
          State: state,
          CreatedAt: AT,
          LastUpdatedTime: AT,
        });
        expect(differences({ ...model, StartOnCreation: back.StartOnCreation }, back)).toEqual([]);
        expect(createJobInput(model)).toEqual(createJobInput({ ...back, ...model }));
      }),
    );
  });

  it('fills exactly its own branch of Details', () => {
    const { Type, Details } = createJobInput(MAXIMAL[name]);
    expect(Type).toBe(name);
    expect(Object.keys(Details)).toEqual([type.details]);
  });

  it('shows its read-only properties, and none that the service left out or sent as null', () => {
    const input = createJobInput(MINIMAL[name]);
    const members = (type.attributes ?? []).flatMap((entry) => ('member' in entry ? [entry] : []));
    const branch = Object.fromEntries(members.map(({ member }) => [member, `the ${member}`]));
    const details = { ...input.Details[type.details], ...branch };
    const shown = modelOf({ ...echo(input), Details: { [type.details]: details } });
    for (const { property, member } of members) {
      expect(shown[property]).toBe(`the ${member}`);
    }
    const nulls = Object.fromEntries(Object.keys(details).map((member) => [member, null]));
    const bare = modelOf({ Id: JOB_ID, State: 'WAITING', Type: name, Details: { [type.details]: nulls } });
    const finalise = type.ownRevision ? { FinalizeRevision: false } : {};
    const defaults = Object.fromEntries(
      type.inputs.flatMap((entry) => (entry.default ? [[entry.property, entry.default]] : [])),
    );
    expect(bare).toEqual({
      Type: name,
      Id: JOB_ID,
      State: 'WAITING',
      StartOnCreation: false,
      ...defaults,
      ...finalise,
    });
  });
});

it('sends the bodies that the API reference shows', () => {
  expect(createJobInput(MAXIMAL.EXPORT_REVISIONS_TO_S3).Details).toEqual({
    ExportRevisionsToS3: {
      DataSetId: DATA_SET,
      RevisionDestinations: [
        { RevisionId: REVISION, Bucket: 'target', KeyPattern: '${Revision.CreatedAt}/${Asset.Name}' },
      ],
      Encryption: {
        Type: 'aws:kms',
        KmsKeyArn: MAXIMAL.EXPORT_REVISIONS_TO_S3.S3RevisionDestinationEncryptionKmsKeyArn,
      },
    },
  });
  expect(createJobInput(MINIMAL.IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY).Details).toEqual({
    ImportAssetsFromLakeFormationTagPolicy: {
      DataSetId: DATA_SET,
      RevisionId: REVISION,
      CatalogId: '123456789012',
      RoleArn: 'arn:aws:iam::123456789012:role/lake',
      Database: { Expression: [{ TagKey: 'team', TagValues: ['data'] }], Permissions: ['DESCRIBE'] },
    },
  });
  expect(createJobInput(MAXIMAL.IMPORT_ASSET_FROM_API_GATEWAY_API).Details).toMatchObject({
    ImportAssetFromApiGatewayApi: { ApiKey: SECRET, ProtocolType: 'REST', Stage: 'prod', ApiId: 'abc123' },
  });
});

it('leaves the properties of another job type out', () => {
  const model = { ...MINIMAL.IMPORT_ASSETS_FROM_S3, AssetId: DATA_SET, Id: JOB_ID, State: 'WAITING' };
  expect(createJobInput(model)).toEqual(createJobInput(MINIMAL.IMPORT_ASSETS_FROM_S3));
});

it('shows the common properties of a job of an unknown type and state', () => {
  const job = { Id: JOB_ID, State: 'PAUSED', Type: 'IMPORT_FROM_MARS', Details: { ImportFromMars: { Rover: 1 } } };
  expect(modelOf(job)).toEqual({ Type: 'IMPORT_FROM_MARS', Id: JOB_ID, State: 'PAUSED', StartOnCreation: true });
  expect(modelOf({ ...job, Type: 'constructor' })).toMatchObject({ Id: JOB_ID });
});

const { UrlAssetMd5Hash: _hash, ...URL_BARE } = MINIMAL.IMPORT_ASSET_FROM_SIGNED_URL;
const FILE = 'station,degrees\nZürich,11.2\n';
const WITH_FILE = { ...URL_BARE, UrlAssetContent: FILE };

describe('a file in the template', () => {
  it.each([
    ['', '1B2M2Y8AsgTpgAmY7PhCfg=='],
    ['a', 'DMF1ucDxtqgxw5niaXcmYQ=='],
    // openssl md5 -binary | base64 of the UTF-8 bytes
    ['ü', Buffer.from('c03410a5204b21cd8229ff754688d743', 'hex').toString('base64')],
  ])('has the digest of its UTF-8 bytes: %j', (content, digest) => expect(md5Of(content)).toBe(digest));

  it('goes to the service as its hash, and to no event', () => {
    expect(fileOf(WITH_FILE)).toEqual({ property: 'UrlAssetContent', bytes: Buffer.from(FILE) });
    const input = createJobInput(WITH_FILE);
    expect(input.Details).toMatchObject({ ImportAssetFromSignedUrl: { Md5Hash: md5Of(FILE) } });
    expect(JSON.stringify(input)).not.toContain('degrees');
    expect(withoutWriteOnly(WITH_FILE)).toEqual(URL_BARE);
  });

  it('belongs to its type alone', () => {
    expect(fileOf({ ...MINIMAL.IMPORT_ASSETS_FROM_S3, UrlAssetContent: FILE })).toBeUndefined();
    expect(computedHash(URL_BARE)).toEqual({});
  });
});

describe('normalise', () => {
  it.each([
    ['the text for true', { StartOnCreation: 'true' }, { StartOnCreation: true }],
    ['Python’s text for true', { StartOnCreation: 'True' }, { StartOnCreation: true }],
    ['the text for false in capitals', { FinalizeRevision: 'FALSE' }, { FinalizeRevision: false }],
    ['the text for false', { StartOnCreation: 'false' }, { StartOnCreation: false }],
    ['other text', { StartOnCreation: 'yes' }, { StartOnCreation: 'yes' }],
    ['a number that YAML made', { LakeFormationCatalogId: 123456789012 }, { LakeFormationCatalogId: '123456789012' }],
    ['nested numbers', { S3AssetSources: [{ Bucket: 'b', Key: 7 }] }, { S3AssetSources: [{ Bucket: 'b', Key: '7' }] }],
    [
      'numbers in nested lists',
      { LakeFormationTableExpression: [{ TagKey: 1, TagValues: [2, true] }] },
      { LakeFormationTableExpression: [{ TagKey: '1', TagValues: ['2', 'true'] }] },
    ],
    [
      'nulls at any depth',
      { RevisionId: null, S3AssetSources: [null, { Bucket: null, Key: 'k' }] },
      { S3AssetSources: [{ Key: 'k' }] },
    ],
    ['empty values stay', { UrlAssetName: '', S3AssetSources: [] }, { UrlAssetName: '', S3AssetSources: [] }],
    ['unknown properties', { Foo: '7', DataSetId: ['x'] }, { Foo: '7', DataSetId: ['x'] }],
  ])('%s', (_name, raw, expected) => expect(normalise(raw)).toEqual(expected));

  it.each([[undefined], [null], [[]], ['text'], [7]])('makes an empty model of %j', (raw) =>
    expect(normalise(raw)).toEqual({}),
  );

  it('changes nothing the second time, and no valid model the first time', () => {
    check(
      fc.property(ANY_MODEL, (model) => {
        expect(normalise(model)).toEqual(model);
      }),
    );
    check(fc.property(fc.jsonValue(), (raw) => expect(normalise(normalise(raw))).toEqual(normalise(raw))));
  });
});

describe('differences', () => {
  const LAKE = MAXIMAL.IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY;
  const API = MAXIMAL.IMPORT_ASSET_FROM_API_GATEWAY_API;
  const { ApiGatewayProtocolType: _, ...PLAIN_API } = API;
  const { ApiGatewayApiKey: __, ...OPEN_API } = API;
  const tag = (...TagValues: string[]) => ({ ...LAKE, LakeFormationTableExpression: [{ TagKey: 'k', TagValues }] });
  const EXPORT_BY_NAME = {
    ...MINIMAL.EXPORT_REVISIONS_TO_S3,
    S3RevisionDestinations: [{ RevisionId: REVISION, Bucket: 'target', KeyPattern: '${Asset.Name}' }],
  };
  const shown = modelOf(echo(createJobInput(WITH_FILE)));
  const otherHash = { ...URL_BARE, UrlAssetMd5Hash: md5Of('another') };
  const { RevisionId: ___, ...OWN_REVISION } = MINIMAL.IMPORT_ASSETS_FROM_S3;
  const filled = modelOf(echo(createJobInput(OWN_REVISION, REVISION)), {
    Id: REVISION,
    Arn: 'arn:of:the:revision',
    Comment: 'Prices',
    Tags: jobTag(JOB_ID),
  });

  it.each<[string, object, object, string[]]>([
    ['none', API, API, []],
    ['StartOnCreation', { ...API, StartOnCreation: false }, API, ['StartOnCreation']],
    ['a default written down', { ...API, StartOnCreation: true, FinalizeRevision: false }, API, []],
    ['what is read-only', { ...API, Id: 'x', State: 'ERROR' }, { ...API, Id: 'y' }, []],
    ['another order of a list', { ...LAKE, LakeFormationTablePermissions: ['SELECT', 'DESCRIBE'] }, LAKE, []],
    ['another order of a nested list', tag('a', 'b'), tag('b', 'a'), []],
    [
      'another order of members',
      { ...LAKE, LakeFormationDatabaseExpression: [{ TagValues: ['data'], TagKey: 'team' }] },
      LAKE,
      [],
    ],
    ['a default written down in an entry', EXPORT_BY_NAME, MINIMAL.EXPORT_REVISIONS_TO_S3, []],
    ['a repeated entry', tag('a', 'a'), tag('a'), ['LakeFormationTableExpression']],
    ['an absent protocol', PLAIN_API, API, []],
    ['a protocol that appears', API, PLAIN_API, []],
    ['a secret that only one has', OPEN_API, API, []],
    ['a secret that the service does not show', API, OPEN_API, []],
    ['another secret', { ...API, ApiGatewayApiKey: 'other' }, API, ['ApiGatewayApiKey']],
    ['a property less', OPEN_API, { ...OPEN_API, ApiGatewayApiDescription: undefined }, ['ApiGatewayApiDescription']],
    ['several', { ...API, DataSetId: REVISION, ApiGatewayStage: 'x' }, API, ['DataSetId', 'ApiGatewayStage']],
    ['a file that the service shows by its hash', WITH_FILE, shown, []],
    ['the hash in place of the file', { ...URL_BARE, UrlAssetMd5Hash: md5Of(FILE) }, WITH_FILE, []],
    ['another hash in place of the file', otherHash, WITH_FILE, ['UrlAssetMd5Hash']],
    ['another file', { ...WITH_FILE, UrlAssetContent: 'x' }, WITH_FILE, ['UrlAssetContent']],
    ['another file than the service shows', { ...WITH_FILE, UrlAssetContent: 'x' }, shown, ['UrlAssetMd5Hash']],
    ['a revision of its own with its comment', { ...OWN_REVISION, RevisionComment: 'Prices' }, filled, []],
    ['a comment less', OWN_REVISION, filled, ['RevisionComment']],
    [
      'the own revision as a given one',
      { ...OWN_REVISION, RevisionComment: 'Prices', RevisionId: REVISION },
      filled,
      ['RevisionId'],
    ],
    ['an unknown one', { ...API, constructor: 1 }, API, ['constructor']],
    ['one with a prototype’s name', JSON.parse('{"__proto__":{"x":1}}'), {}, ['__proto__']],
  ])('%s', (_name, desired, previous, expected) =>
    expect(differences(desired as never, previous as never)).toEqual(expected),
  );

  it('ignore the order of a list exactly where the schema does', () => {
    check(
      fc.property(ANY_MODEL, fc.nat(), (model, turn) => {
        const turned = Object.fromEntries(
          Object.entries(model).map(([name, value]) => {
            const places = Array.isArray(value) ? turn % Math.max(1, value.length) : 0;
            return [name, Array.isArray(value) ? [...value.slice(places), ...value.slice(0, places)] : value];
          }),
        );
        expect(differences({ ...turned, Triggers: model.Triggers }, model)).toEqual([]);
      }),
    );
    expect(canonical(['a', 'b'], { insertionOrder: true })).not.toBe(canonical(['b', 'a'], { insertionOrder: true }));
    expect(canonical([1, 2], PROPERTY_NODES.Type)).not.toBe(canonical([2, 1], PROPERTY_NODES.Type));
  });
});
