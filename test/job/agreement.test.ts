import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IN_PLACE } from '../../src/job/differences';
import { JOB_TYPE_NAMES, JOB_TYPES, type JobType, ownProperties, type Rule, typesWith } from '../../src/job/job-types';
import { schema } from '../../src/job/schema';
import { PROPERTY_NODES, type SchemaNode } from '../../src/job/schema-node';
import { JOB_STATES } from '../../src/job/states';
import { isReadOnly } from '../../src/job/translate';

/** The schema, the table of job types and the checker are three places that have to agree. */

const TYPES: readonly JobType[] = JOB_TYPE_NAMES.map((name) => JOB_TYPES[name]);
const COMMON = ['Type', 'StartOnCreation'];
/** What only create-sequence and own-revision know of. */
const OWN_REVISION_ATTRIBUTE = 'CreatedRevisionId';
const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

/** The keywords that check-schema.ts looks at, or that constrain no value. */
const CHECKED = ['$ref', 'type', 'enum', 'pattern', 'minLength', 'maxLength', 'minItems', 'maxItems', 'items'];
const CHECKED_OF_OBJECTS = ['properties', 'required', 'additionalProperties'];
const NO_CONSTRAINT = ['description', 'examples', 'default', 'insertionOrder'];

function keywordsOf(node: object): string[] {
  return Object.entries(node).flatMap(([keyword, value]) => {
    const below =
      keyword === 'properties'
        ? Object.values(value as Record<string, object>).flatMap(keywordsOf)
        : keyword === 'items'
          ? keywordsOf(value as object)
          : [];
    return [keyword, ...below];
  });
}

const published = JSON.parse(readFileSync(join(__dirname, '../../aws-dataexchange-job.json'), 'utf8'));

it.each([
  ['generated', schema],
  ['published', published],
])('the %s schema uses no keyword that the checker does not know', (_name, { definitions, properties }) => {
  const used = [...Object.values(definitions), ...Object.values(properties)].flatMap((node) =>
    keywordsOf(node as object),
  );
  expect(
    sorted(used).filter((keyword) => ![...CHECKED, ...CHECKED_OF_OBJECTS, ...NO_CONSTRAINT].includes(keyword)),
  ).toEqual([]);
});

it('every pattern is one that JavaScript takes, and every reference leads somewhere', () => {
  const walk = (node: SchemaNode): void => {
    if (node.pattern !== undefined) {
      expect(() => new RegExp(node.pattern as string)).not.toThrow();
      expect(node.pattern).toMatch(/^\^.*\$$/);
    }
    if (node.$ref !== undefined) {
      expect(Object.keys(schema.definitions)).toContain(node.$ref.replace('#/definitions/', ''));
    }
    for (const below of [...Object.values(node.properties ?? {}), ...(node.items ? [node.items] : [])]) {
      walk(below);
    }
  };
  for (const node of [...Object.values(PROPERTY_NODES), ...Object.values<SchemaNode>(schema.definitions)]) {
    walk(node);
  }
});

it('the table knows exactly the writable properties of the schema', () => {
  const writable = Object.keys(PROPERTY_NODES).filter((name) => !isReadOnly(name));
  expect(sorted([...COMMON, ...TYPES.flatMap(ownProperties)])).toEqual(sorted(writable));
});

it('the table and the common properties are exactly the read-only ones of the schema', () => {
  const everyJob = ['Id', 'Arn', 'State', 'CreatedAt', 'LastUpdatedTime'];
  const attributes = TYPES.flatMap((type) => (type.attributes ?? []).map(({ property }) => property));
  const readOnly = schema.readOnlyProperties.map((pointer) => pointer.replace('/properties/', ''));
  expect(sorted([...everyJob, ...attributes, OWN_REVISION_ATTRIBUTE])).toEqual(sorted(readOnly));
});

it('everything writable is create-only, but what is so on condition, and FinalizeRevision', () => {
  const pointers = Object.keys(PROPERTY_NODES)
    .filter((name) => !isReadOnly(name))
    .map((name) => `/properties/${name}`);
  const inPlace = [...schema.conditionalCreateOnlyProperties, '/properties/FinalizeRevision'];
  expect(sorted([...schema.createOnlyProperties, ...inPlace])).toEqual(sorted(pointers));
  expect(inPlace.map((pointer) => pointer.slice('/properties/'.length))).toEqual(IN_PLACE);
  expect(schema.conditionalCreateOnlyProperties).toEqual(['/properties/StartOnCreation']);
});

it('types and states are the same in both', () => {
  expect(sorted(schema.properties.Type.enum)).toEqual(sorted(JOB_TYPE_NAMES));
  expect(sorted(schema.properties.State.enum)).toEqual(sorted(JOB_STATES));
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
      return [rule.property, rule.other];
  }
}

it('the rules of a type are about its own properties', () => {
  for (const type of TYPES) {
    const own = [...COMMON, ...ownProperties(type)];
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
  for (const property of ['RevisionComment', 'FinalizeRevision']) {
    expect(sorted(typesWith(property))).toEqual(sorted(FILLING));
  }
  expect(typesWith('UrlAssetContent')).toEqual(['IMPORT_ASSET_FROM_SIGNED_URL']);
  expect(typesWith('ApiGatewayApiSpecification')).toEqual(['IMPORT_ASSET_FROM_API_GATEWAY_API']);
  const secrets = ['ApiGatewayApiKey', 'ApiGatewayApiSpecification', 'UrlAssetContent'];
  expect(sorted(schema.writeOnlyProperties)).toEqual(secrets.map((name) => `/properties/${name}`));
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
