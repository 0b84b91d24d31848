import {
  COMMON_PROPERTIES,
  JOB_TYPE_NAMES,
  JOB_TYPES,
  type JobType,
  ownProperties,
  type Rule,
  typesWith,
} from '../../src/job/job-types';
import { schema } from '../../src/job/schema';
import { PROPERTY_NODES } from '../../src/job/schema-node';
import { isReadOnly } from '../../src/job/translate';

/** The schema and the table of job types have to agree. */

const TYPES: readonly JobType[] = JOB_TYPE_NAMES.map((name) => JOB_TYPES[name]);
/** The attributes of every job, and of every job that fills a revision. */
const EVERY_JOB = ['Id', 'Arn', 'State', 'CreatedAt', 'LastUpdatedTime'];
const FILLING_A_REVISION = ['TargetRevisionId', 'AssetIds'];
const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

it('the table has exactly the writable properties of the schema', () => {
  const writable = Object.keys(PROPERTY_NODES).filter((name) => !isReadOnly(name));
  expect(sorted([...COMMON_PROPERTIES, ...TYPES.flatMap(ownProperties)])).toEqual(sorted(writable));
});

it('the table and the common properties are exactly the read-only ones of the schema', () => {
  const attributes = TYPES.flatMap((type) => (type.attributes ?? []).map(({ property }) => property));
  const readOnly = schema.readOnlyProperties.map((pointer) => pointer.replace('/properties/', ''));
  expect(sorted([...EVERY_JOB, ...FILLING_A_REVISION, ...attributes])).toEqual(sorted(readOnly));
});

it('types are the same in both', () => {
  expect(sorted(schema.properties.Type.enum)).toEqual(sorted(JOB_TYPE_NAMES));
});

function namedBy(rule: Rule): readonly string[] {
  switch (rule.rule) {
    case 'both-or-neither':
    case 'at-least-one':
      return rule.properties;
    case 'only-with':
      return [rule.property, rule.selector];
    case 'only-without':
    case 'true-with':
    case 'needs':
      return [rule.property, rule.other];
    case 'distinct':
      return [rule.property];
  }
}

it('the rules of a type are about its own properties', () => {
  for (const type of TYPES) {
    const own = [...COMMON_PROPERTIES, ...ownProperties(type)];
    for (const rule of type.rules ?? []) {
      expect(own).toEqual(expect.arrayContaining(namedBy(rule)));
    }
  }
});

/** The types that fill a revision. */
const FILLING = [
  'IMPORT_ASSETS_FROM_S3',
  'IMPORT_ASSET_FROM_SIGNED_URL',
  'IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES',
  'IMPORT_ASSET_FROM_API_GATEWAY_API',
  'CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET',
  'IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY',
];

it('what belongs to an own revision, or to an upload, is known of the types that may have them', () => {
  expect(sorted(JOB_TYPE_NAMES.filter((name) => (JOB_TYPES[name] as JobType).ownRevision))).toEqual(sorted(FILLING));
  for (const property of [
    'RevisionComment',
    'RevisionTags',
    'FinalizeRevision',
    'RevokeOnDelete',
    'RevocationComment',
  ]) {
    expect(sorted(typesWith(property))).toEqual(sorted(FILLING));
  }
  expect(typesWith('UrlAssetContent')).toEqual(['IMPORT_ASSET_FROM_SIGNED_URL']);
  expect(typesWith('ApiGatewayApiSpecification')).toEqual(['IMPORT_ASSET_FROM_API_GATEWAY_API']);
  const writeOnly = [
    'ApiGatewayApiKey',
    'ApiGatewayApiSpecification',
    'RevocationComment',
    'RevokeOnDelete',
    'Triggers',
    'UrlAssetContent',
    'UrlAssetContentEncoding',
  ];
  expect(sorted(schema.writeOnlyProperties)).toEqual(writeOnly.map((name) => `/properties/${name}`));
});

it('DataSetId is required everywhere, RevisionId where a revision is read', () => {
  for (const name of JOB_TYPE_NAMES) {
    const required = (JOB_TYPES[name] as JobType).inputs
      .filter((input) => input.required)
      .map((input) => input.property);
    expect(required).toContain('DataSetId');
    expect(required.includes('RevisionId')).toBe(['EXPORT_ASSETS_TO_S3', 'EXPORT_ASSET_TO_SIGNED_URL'].includes(name));
  }
});

it('quotas are those of the General Reference', () => {
  const five = [
    'EXPORT_REVISIONS_TO_S3',
    'CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET',
    'IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY',
  ];
  for (const name of JOB_TYPE_NAMES) {
    expect(JOB_TYPES[name].concurrentJobs).toBe(five.includes(name) ? 5 : 10);
  }
});
