import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JOB_TYPE_NAMES, JOB_TYPES, type JobType } from '../../src/job/job-types';
import { schema } from '../../src/job/schema';
import { PROPERTY_NODES, type SchemaNode } from '../../src/job/schema-node';
import { JOB_STATES } from '../../src/job/states';
import { isReadOnly } from '../../src/job/translate';

/** The schema, the table of job types and the checker are three places that have to agree. */

const TYPES: readonly JobType[] = JOB_TYPE_NAMES.map((name) => JOB_TYPES[name]);
const COMMON = ['Type', 'StartOnCreation'];
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
  expect(sorted([...COMMON, ...TYPES.flatMap((type) => type.inputs.map(({ property }) => property))])).toEqual(
    sorted(writable),
  );
});

it('the table and the common properties are exactly the read-only ones of the schema', () => {
  const everyJob = ['Id', 'Arn', 'State', 'CreatedAt', 'LastUpdatedTime'];
  const attributes = TYPES.flatMap((type) => (type.attributes ?? []).map(({ property }) => property));
  const readOnly = schema.readOnlyProperties.map((pointer) => pointer.replace('/properties/', ''));
  expect(sorted([...everyJob, ...attributes])).toEqual(sorted(readOnly));
});

it('everything writable is create-only, but what is so on condition', () => {
  const pointers = Object.keys(PROPERTY_NODES)
    .filter((name) => !isReadOnly(name))
    .map((name) => `/properties/${name}`);
  expect(sorted([...schema.createOnlyProperties, ...schema.conditionalCreateOnlyProperties])).toEqual(sorted(pointers));
  expect(schema.conditionalCreateOnlyProperties).toEqual(['/properties/StartOnCreation']);
});

it('types and states are the same in both', () => {
  expect(sorted(schema.properties.Type.enum)).toEqual(sorted(JOB_TYPE_NAMES));
  expect(sorted(schema.properties.State.enum)).toEqual(sorted(JOB_STATES));
});

it('the rules of a type are about its own properties', () => {
  for (const type of TYPES) {
    const own = type.inputs.map(({ property }) => property);
    for (const rule of type.rules ?? []) {
      const named = rule.rule === 'only-with' ? [rule.property, rule.selector] : rule.properties;
      expect(own).toEqual(expect.arrayContaining([...named]));
    }
  }
});

it('DataSetId is required everywhere, RevisionId everywhere but for whole revisions', () => {
  for (const name of JOB_TYPE_NAMES) {
    const required = (JOB_TYPES[name] as JobType).inputs
      .filter((input) => input.required)
      .map((input) => input.property);
    expect(required).toContain('DataSetId');
    expect(required.includes('RevisionId')).toBe(name !== 'EXPORT_REVISIONS_TO_S3');
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
