import fc from 'fast-check';
import type { Problem } from '../../src/job/check-schema';
import { JOB_TYPE_NAMES, JOB_TYPES, type JobType, type JobTypeName, ownProperties } from '../../src/job/job-types';
import { normalise } from '../../src/job/normalise';
import type { Properties } from '../../src/job/properties';
import { md5Of } from '../../src/job/upload';
import { describe as describeProblems, validate } from '../../src/job/validate';
import { DATA_SET, MAXIMAL, MINIMAL, modelOfType, REVISION, SECRET } from './examples';
import { check } from './seed';

/** The problems of a model, one line each. */
function said(model: unknown): string[] {
  return validate(normalise(model)).map(({ path, text }) => `${path} ${text}`);
}

function paths(model: unknown): string[] {
  return validate(normalise(model)).map(({ path }) => path);
}

/** A value for a property, of whatever type it belongs to. */
const ANY_VALUE: Properties = Object.assign({}, ...Object.values(MAXIMAL), {
  RevisionComment: 'prices',
  FinalizeRevision: true,
  UrlAssetContent: `a,b ${SECRET}`,
  ApiGatewayApiSpecification: `{"openapi":"${SECRET}"}`,
});

describe.each(JOB_TYPE_NAMES)('%s', (name) => {
  const type: JobType = JOB_TYPES[name];

  it('takes its smallest and its largest model', () => {
    expect(said(MINIMAL[name])).toEqual([]);
    expect(said(MAXIMAL[name])).toEqual([]);
  });

  it('takes every model that table and schema allow', () => {
    check(fc.property(modelOfType(name), (model) => expect(said(model)).toEqual([])));
  });

  it('needs each of its required properties', () => {
    const required = type.inputs.filter((input) => input.required).map(({ property }) => property);
    const lines = required.map((property) => `${property} is required for ${name}, but missing`);
    expect(said({ Type: name })).toEqual(expect.arrayContaining(lines));
    // On the wire null and absent are the same.
    const nulls = Object.fromEntries(required.map((property) => [property, null]));
    expect(said({ ...MINIMAL[name], ...nulls })).toEqual(lines);
  });

  it('refuses every property of other types', () => {
    const own = ['Type', 'StartOnCreation', ...ownProperties(type)];
    const foreign = Object.entries(ANY_VALUE).filter(([property]) => !own.includes(property));
    expect(foreign.length).toBeGreaterThan(0);
    expect(paths({ ...MAXIMAL[name], ...Object.fromEntries(foreign) }).sort()).toEqual(
      foreign.map(([property]) => property).sort(),
    );
  });
});

it('says to which types a foreign property belongs and to which not, without its value if that is secret', () => {
  expect(said({ ...MINIMAL.EXPORT_ASSETS_TO_S3, UrlAssetContent: SECRET, AssetId: DATA_SET })).toEqual([
    'UrlAssetContent belongs to IMPORT_ASSET_FROM_SIGNED_URL and not to EXPORT_ASSETS_TO_S3; remove it',
    `AssetId belongs to EXPORT_ASSET_TO_SIGNED_URL and not to EXPORT_ASSETS_TO_S3; remove it (given: "${DATA_SET}")`,
  ]);
});

it('ignores read-only properties', () => {
  expect(said({ ...MINIMAL.IMPORT_ASSETS_FROM_S3, Id: '!', State: 7, Arn: {}, SignedUrl: [] })).toEqual([]);
});

const S3 = MINIMAL.IMPORT_ASSETS_FROM_S3;
const URL_IMPORT = MINIMAL.IMPORT_ASSET_FROM_SIGNED_URL;
const API = MINIMAL.IMPORT_ASSET_FROM_API_GATEWAY_API;
const LAKE = MINIMAL.IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY;
const ACCESS = MINIMAL.CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET;
const EXPORT = MINIMAL.EXPORT_ASSETS_TO_S3;
const REVISIONS = MINIMAL.EXPORT_REVISIONS_TO_S3;
const { LakeFormationDatabaseExpression: _, LakeFormationDatabasePermissions: __, ...LAKE_BARE } = LAKE;
const { RevisionId: ___, ...OWN_REVISION } = S3;
const { UrlAssetMd5Hash: ____, ...URL_BARE } = URL_IMPORT;
const { ApiGatewayApiSpecificationMd5Hash: _____, ...API_BARE } = API;
const FILE = 'station,degrees\nZürich,11.2\n';
const KEY = MAXIMAL.EXPORT_ASSETS_TO_S3.S3AssetDestinationEncryptionKmsKeyArn;
const source = (i: number) => ({ Bucket: 'source', Key: `k${i}` });

describe('the rule about one property', () => {
  it.each<[string, Properties, string[]]>([
    ['id too short', { ...S3, DataSetId: 'd'.repeat(29) }, ['DataSetId']],
    ['id too long', { ...S3, RevisionId: 'd'.repeat(41) }, ['RevisionId']],
    ['id with a newline', { ...S3, RevisionId: `${'d'.repeat(32)}\n` }, ['RevisionId']],
    ['no source', { ...S3, S3AssetSources: [] }, ['S3AssetSources']],
    ['101 sources', { ...S3, S3AssetSources: Array.from({ length: 101 }, (_, i) => source(i)) }, ['S3AssetSources']],
    ['source without key', { ...S3, S3AssetSources: [{ Bucket: 'source' }] }, ['S3AssetSources[0].Key']],
    ['empty key', { ...S3, S3AssetSources: [{ Bucket: 'source', Key: '' }] }, ['S3AssetSources[0].Key']],
    ['member unknown', { ...S3, S3AssetSources: [{ ...source(1), key: 'x' }] }, ['S3AssetSources[0].key']],
    ['list is text', { ...S3, S3AssetSources: 's3://source/k' }, ['S3AssetSources']],
    ['entry is text', { ...S3, S3AssetSources: ['s3://source/k'] }, ['S3AssetSources[0]']],
    ['start is a word', { ...S3, StartOnCreation: 'yes' }, ['StartOnCreation']],
    ['start is a number', { ...S3, StartOnCreation: 1 }, ['StartOnCreation']],
    ['hash of 18 bytes', { ...URL_IMPORT, UrlAssetMd5Hash: 'NTdmMmNkNmVkNzZlY2IyNTUK' }, ['UrlAssetMd5Hash']],
    ['hash in hex', { ...URL_IMPORT, UrlAssetMd5Hash: 'd41d8cd98f00b204e9800998' }, ['UrlAssetMd5Hash']],
    ['hash with stray bits', { ...URL_IMPORT, UrlAssetMd5Hash: '1B2M2Y8AsgTpgAmY7PhCfh==' }, ['UrlAssetMd5Hash']],
    ['empty name', { ...URL_IMPORT, UrlAssetName: '' }, ['UrlAssetName']],
    ['another protocol', { ...API, ApiGatewayProtocolType: 'HTTP' }, ['ApiGatewayProtocolType']],
    ['11 digits', { ...LAKE, LakeFormationCatalogId: '12345678901' }, ['LakeFormationCatalogId']],
    ['a user ARN', { ...LAKE, LakeFormationRoleArn: 'arn:aws:iam::123456789012:user/x' }, ['LakeFormationRoleArn']],
    [
      'SELECT on a database',
      { ...LAKE, LakeFormationDatabasePermissions: ['SELECT'] },
      ['LakeFormationDatabasePermissions[0]'],
    ],
    [
      'no key to grant',
      { ...ACCESS, S3DataAccessAssetSource: { Bucket: 'shared', KmsKeysToGrant: [] } },
      ['S3DataAccessAssetSource.KmsKeysToGrant'],
    ],
    ['a list of sources', { ...ACCESS, S3DataAccessAssetSource: [{ Bucket: 'shared' }] }, ['S3DataAccessAssetSource']],
    [
      'two revisions',
      {
        ...REVISIONS,
        S3RevisionDestinations: [0, 1].map((i) => ({ RevisionId: `${DATA_SET}${i}`, Bucket: 'target' })),
      },
      ['S3RevisionDestinations'],
    ],
    [
      'a pattern without asset',
      {
        ...REVISIONS,
        S3RevisionDestinations: [{ RevisionId: DATA_SET, Bucket: 'target', KeyPattern: '${Revision.Id}' }],
      },
      ['S3RevisionDestinations[0].KeyPattern'],
    ],
    [
      'another encryption',
      { ...EXPORT, S3AssetDestinationEncryptionType: 'none' },
      ['S3AssetDestinationEncryptionType'],
    ],
    ['slip of the case', { ...S3, startoncreation: true }, ['startoncreation']],
    ['comment too long', { ...OWN_REVISION, RevisionComment: 'x'.repeat(16_385) }, ['RevisionComment']],
    ['empty revision id', { ...OWN_REVISION, RevisionId: '' }, ['RevisionId']],
    ['finalise is a word', { ...OWN_REVISION, FinalizeRevision: 'later' }, ['FinalizeRevision']],
    ['empty file', { ...URL_BARE, UrlAssetContent: '' }, ['UrlAssetContent']],
  ])('%s', (_name, model, expected) => expect(paths(model)).toEqual(expected));

  it('says what was given and what is allowed', () => {
    expect(said({ ...API, ApiGatewayProtocolType: 'HTTP' })).toEqual([
      'ApiGatewayProtocolType "HTTP" is not one of REST',
    ]);
    expect(said({ ...S3, startoncreation: true })).toEqual([
      'startoncreation is not known; did you mean StartOnCreation?',
    ]);
    expect(said({ ...S3, S3AssetSources: [] })).toEqual(['S3AssetSources has 0 entries; 1 to 100 allowed']);
    expect(said({ ...S3, StartOnCreation: 'yes' })).toEqual(['StartOnCreation must be true or false, not "yes"']);
  });
});

describe('the rules between properties', () => {
  it.each<[string, Properties, string[]]>([
    [
      'permissions missing',
      { ...LAKE_BARE, LakeFormationTableExpression: [{ TagKey: 'k', TagValues: ['v'] }] },
      ['LakeFormationTablePermissions is required together with LakeFormationTableExpression, but missing'],
    ],
    [
      'expression missing',
      { ...LAKE, LakeFormationTablePermissions: ['SELECT'] },
      ['LakeFormationTableExpression is required together with LakeFormationTablePermissions, but missing'],
    ],
    [
      'neither database nor table',
      LAKE_BARE,
      [
        'LakeFormationDatabaseExpression or LakeFormationTableExpression is required for IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY (at least one of them), but both are missing',
      ],
    ],
    [
      'aws:kms without key',
      { ...EXPORT, S3AssetDestinationEncryptionType: 'aws:kms' },
      [
        'S3AssetDestinationEncryptionKmsKeyArn is required where S3AssetDestinationEncryptionType is aws:kms, but missing',
      ],
    ],
    [
      'AES256 with key',
      { ...EXPORT, S3AssetDestinationEncryptionType: 'AES256', S3AssetDestinationEncryptionKmsKeyArn: KEY },
      [
        'S3AssetDestinationEncryptionKmsKeyArn is allowed only where S3AssetDestinationEncryptionType is aws:kms; it is "AES256"',
      ],
    ],
    [
      'key without encryption',
      { ...REVISIONS, S3RevisionDestinationEncryptionKmsKeyArn: KEY },
      [
        'S3RevisionDestinationEncryptionKmsKeyArn is allowed only where S3RevisionDestinationEncryptionType is aws:kms; it is missing',
      ],
    ],
  ])('%s', (_name, model, expected) => expect(said(model)).toEqual(expected));
});

describe('a revision of its own', () => {
  const ONLY_STARTED = 'FinalizeRevision may be true only where StartOnCreation is true';
  it.each<[string, Properties, string[]]>([
    ['with the longest comment, in characters', { ...OWN_REVISION, RevisionComment: '🌍'.repeat(16_384) }, []],
    ['to be finalised, while nothing starts', { ...OWN_REVISION, FinalizeRevision: true }, [ONLY_STARTED]],
    [
      'to be finalised, and not to start',
      { ...OWN_REVISION, FinalizeRevision: true, StartOnCreation: false },
      [ONLY_STARTED],
    ],
    [
      'given, with a comment',
      { ...S3, RevisionComment: 'x' },
      ['RevisionComment is allowed only where RevisionId is not given; remove one of the two'],
    ],
  ])('%s', (_name, model, expected) => expect(said(model)).toEqual(expected));

  it('has the same rules in every type that may have one', () => {
    for (const name of JOB_TYPE_NAMES.filter((each) => 'ownRevision' in JOB_TYPES[each])) {
      const model = { ...MINIMAL[name], RevisionId: REVISION, RevisionComment: 'x', FinalizeRevision: true };
      expect(paths(model)).toEqual(['RevisionComment', 'FinalizeRevision']);
    }
  });
});

describe('a file in the template', () => {
  const OTHER_MD5 = md5Of('another');
  it.each<[string, Properties, string[]]>([
    [
      'content and another hash',
      { ...URL_BARE, UrlAssetContent: FILE, UrlAssetMd5Hash: OTHER_MD5 },
      [`UrlAssetMd5Hash does not agree with UrlAssetContent, whose MD5 is ${md5Of(FILE)}; correct it or leave it out`],
    ],
    [
      'neither',
      URL_BARE,
      ['UrlAssetMd5Hash is required for IMPORT_ASSET_FROM_SIGNED_URL where UrlAssetContent is not given, but missing'],
    ],
    [
      'a specification that is not JSON',
      { ...API_BARE, ApiGatewayApiSpecification: 'openapi: 3.0.1' },
      ['ApiGatewayApiSpecification must be a JSON document'],
    ],
  ])('%s', (_name, model, expected) => expect(said(model)).toEqual(expected));

  it('is never repeated, whatever is wrong with it', () => {
    const models = [
      { ...API_BARE, ApiGatewayApiSpecification: `{ ${SECRET}` },
      { ...API_BARE, ApiGatewayApiSpecification: [SECRET] },
      { ...URL_BARE, UrlAssetContent: { a: SECRET } },
      { ...URL_BARE, UrlAssetContent: SECRET, UrlAssetMd5Hash: OTHER_MD5 },
    ];
    for (const model of models) {
      expect(said(model)).toHaveLength(1);
      expect(said(model).join()).not.toContain(SECRET);
    }
  });
});

describe('duplicates', () => {
  it('are equal entries of a list, with their members in any order', () => {
    const model = { ...S3, S3AssetSources: [source(1), source(2), { Key: 'k1', Bucket: 'source' }] };
    expect(said(model)).toEqual(['S3AssetSources[2] repeats S3AssetSources[0]: {"Key":"k1","Bucket":"source"}']);
  });

  it('are reported once, although they have the same key', () => {
    const { RevisionId: _, ...own } = S3;
    const tag = { Key: 'team', Value: 'x' };
    expect(said({ ...own, RevisionTags: [tag, { ...tag }] })).toEqual([
      'RevisionTags[1] repeats RevisionTags[0]: {"Key":"team","Value":"x"}',
    ]);
  });

  it('are not two places for the same asset', () => {
    const S3AssetDestinations = [
      { AssetId: DATA_SET, Bucket: 'target', Key: 'a' },
      { AssetId: DATA_SET, Bucket: 'target', Key: 'b' },
    ];
    expect(said({ ...EXPORT, S3AssetDestinations })).toEqual([]);
  });
});

describe('all problems at once', () => {
  it('in one list', () => {
    expect(
      paths({
        Type: 'EXPORT_ASSETS_TO_S3',
        DataSetId: 'x',
        S3AssetDestinations: [{ Bucket: 'target' }],
        S3AssetDestinationEncryptionType: 'aws:kms',
        AssetId: DATA_SET,
        Nonsense: 1,
      }).sort(),
    ).toEqual([
      'AssetId',
      'DataSetId',
      'Nonsense',
      'RevisionId',
      'S3AssetDestinationEncryptionKmsKeyArn',
      'S3AssetDestinations[0].AssetId',
    ]);
  });

  it('of an empty model', () => expect(paths({})).toEqual(['Type', 'DataSetId']));

  const problem = (i: number, length: number): Problem => ({ path: `P${i}`, text: 'x'.repeat(length) });

  it.each([
    ['many short ones', Array.from({ length: 200 }, (_, i) => problem(i, 30))],
    ['a long first one', [problem(0, 5_000), problem(1, 10), problem(2, 10)]],
    ['a long one later', [problem(0, 10), problem(1, 5_000), problem(2, 10)]],
  ])('are cut to about 1,900 characters: %s', (_name, problems) => {
    const message = describeProblems(problems);
    expect(message.length).toBeLessThanOrEqual(1_900);
    const [, more] = message.match(/; and (\d+) more$/) ?? [];
    expect(Number(more)).toBe(
      problems.length - Math.max(1, problems.filter(({ path, text }) => message.includes(`${path} ${text}`)).length),
    );
  });

  it('names a single problem in full, however long', () => {
    expect(describeProblems([problem(0, 5_000)])).not.toMatch(/more$/);
  });

  it('name every property, however many problems one of them has', () => {
    const S3AssetSources = Array.from({ length: 101 }, () => source(1));
    expect(describeProblems(validate({ ...S3, S3AssetSources, Triggers: 'text' }))).toMatch(
      /; Triggers must be a list/,
    );
  });

  it('leaves room for others beside two unknown names', () => {
    const message = describeProblems(validate({ ...S3, Foo: 1, Bar: 2, DataSetId: 'x' }));
    expect(message).toMatch(/^3 problems: .*Foo .*Bar /);
    expect(message).not.toMatch(/more$/);
  });
});

describe('hostile input', () => {
  it.each(['constructor', '__proto__', 'toString', ''])('is refused as a wrong Type: %j', (Type) => {
    expect(paths({ ...S3, Type })).toEqual(['Type']);
  });

  it('brings no property from a prototype', () => {
    const model = JSON.parse(`{"Type":"IMPORT_ASSETS_FROM_S3","__proto__":{"DataSetId":"x"},"constructor":1}`);
    expect(paths(model).sort()).toEqual(['DataSetId', 'S3AssetSources', '__proto__', 'constructor']);
  });

  const json = fc.jsonValue({ maxDepth: 4 });

  it('of any JSON is answered with problems', () => {
    check(
      fc.property(
        fc.dictionary(fc.oneof(fc.constantFrom(...Object.keys(ANY_VALUE)), fc.string()), json),
        fc.constantFrom<unknown>(...JOB_TYPE_NAMES, 'constructor', 7, null, [], {}),
        (model, Type) => {
          const problems = validate(normalise({ ...model, Type }));
          expect(describeProblems(problems).length).toBeLessThanOrEqual(1_900);
          expect(problems.every(({ path, text }) => typeof path === 'string' && text.length > 0)).toBe(true);
        },
      ),
      100,
    );
  });

  it('never has its secret repeated, of whatever shape and with whatever Type', () => {
    const shapes = [SECRET, [SECRET, SECRET], { [SECRET]: SECRET }, [[SECRET]], [{ key: SECRET }], `${SECRET}\n`];
    for (const Type of [...JOB_TYPE_NAMES, 'constructor', undefined]) {
      for (const ApiGatewayApiKey of shapes) {
        const model = { ...MINIMAL[Type as JobTypeName], Type, DataSetId: 'x', ApiGatewayApiKey };
        expect(describeProblems(validate(normalise(model)))).not.toContain(SECRET);
      }
    }
  });
});
