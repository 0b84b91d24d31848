import fc from 'fast-check';
import { JOB_TYPE_NAMES, JOB_TYPES, type JobType, type JobTypeName, type Rule } from '../../src/job/job-types';
import { normalise } from '../../src/job/normalise';
import { isRecord, own, type Properties } from '../../src/job/properties';
import { definitionOf, PROPERTY_NODES, type SchemaNode } from '../../src/job/schema-node';
import { MAXIMAL } from '../job/examples';
import { checkAsync } from '../job/seed';
import { play } from './support/transcript';

/** Creates of models in which one rule is violated, or two: the answer names every place, and no call is made. */

/** Something wrong with a model. */
interface Violation {
  /** What the message has to name: `S3AssetSources[0].Bucket`. */
  readonly path: string;
  /** Undefined: the property is left out. */
  readonly change: Properties;
}

/** Every way to break the schema's rules for a value, at any depth, as `[path, broken value]`. */
function broken(value: unknown, node: SchemaNode, path: string): [string, unknown][] {
  const rules = definitionOf(node) as SchemaNode;
  const wrongType: [string, unknown] = [path, isRecord(value) ? 'text' : { odd: 1 }];
  if (typeof value === 'string') {
    const { minLength, maxLength, pattern, enum: names } = rules;
    return [
      wrongType,
      ...(minLength ? [[path, '']] : []),
      ...(maxLength ? [[path, 'x'.repeat(maxLength + 1)]] : []),
      ...(pattern !== undefined || names !== undefined ? [[path, '?']] : []),
    ] as [string, unknown][];
  }
  if (Array.isArray(value)) {
    const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, items = {}, insertionOrder } = rules;
    const inFirst = broken(value[0], items, `${path}[0]`).map(([at, entry]): [string, unknown] => [
      at,
      [entry, ...value.slice(1)],
    ]);
    return [
      wrongType,
      ...(minItems > 0 ? [[path, []] as [string, unknown]] : []),
      ...(maxItems < 1_000 ? [[path, Array.from({ length: maxItems + 1 }, () => value[0])] as [string, unknown]] : []),
      ...(insertionOrder === false ? [[`${path}[${value.length}]`, [...value, value[0]]] as [string, unknown]] : []),
      ...inFirst,
    ];
  }
  if (isRecord(value)) {
    const members = Object.entries(value).flatMap(([name, member]) =>
      broken(member, own(rules.properties, name) as SchemaNode, `${path}.${name}`).map(
        ([at, changed]): [string, unknown] => [at, { ...value, [name]: changed }],
      ),
    );
    const missing = (rules.required ?? []).map((name): [string, unknown] => {
      const { [name]: _, ...rest } = value;
      return [`${path}.${name}`, rest];
    });
    return [wrongType, [`${path}.Unknown`, { ...value, Unknown: 1 }], ...members, ...missing];
  }
  return [wrongType, [path, 'maybe']];
}

const TEXT = 'a text that is long enough';
const VALUES: Properties = {
  RevisionId: 'b'.repeat(32),
  RevisionComment: TEXT,
  RevisionTags: [{ Key: 'team', Value: 'x' }],
  RevokeOnDelete: true,
  RevocationComment: TEXT,
  UrlAssetContentEncoding: 'utf-8',
  S3AssetDestinationEncryptionKmsKeyArn: MAXIMAL.EXPORT_ASSETS_TO_S3.S3AssetDestinationEncryptionKmsKeyArn,
  S3RevisionDestinationEncryptionKmsKeyArn: MAXIMAL.EXPORT_REVISIONS_TO_S3.S3RevisionDestinationEncryptionKmsKeyArn,
};

/** How to break a rule between properties. */
function breaking(rule: Rule): Violation[] {
  switch (rule.rule) {
    case 'both-or-neither': {
      const [, second] = rule.properties;
      return [{ path: second, change: { [second]: undefined } }];
    }
    case 'at-least-one':
      return [{ path: rule.properties[0] as string, change: Object.fromEntries(withPartners(rule.properties)) }];
    case 'only-with':
      return [
        { path: rule.property, change: { [rule.selector]: 'AES256', [rule.property]: VALUES[rule.property] } },
        { path: rule.property, change: { [rule.selector]: rule.value, [rule.property]: undefined } },
      ];
    case 'only-without':
      return [
        { path: rule.property, change: { [rule.property]: VALUES[rule.property], [rule.other]: VALUES[rule.other] } },
      ];
    case 'true-with':
      return [{ path: rule.property, change: { [rule.property]: true, [rule.other]: false } }];
    case 'needs':
      return [{ path: rule.property, change: { [rule.property]: VALUES[rule.property], [rule.other]: undefined } }];
    case 'distinct': {
      const same = Object.fromEntries(rule.members.map((member) => [member, 'same']));
      const entries = rule.property === 'RevisionTags' ? [{ Value: 'x' }, { Value: 'y' }] : ids();
      const change = { [rule.property]: entries.map((entry) => ({ ...entry, ...same })), RevisionId: undefined };
      return [{ path: `${rule.property}[1]`, change: rule.property === 'RevisionTags' ? change : dropped(change) }];
    }
  }
}

function ids(): Properties[] {
  return ['a', 'b'].map((letter) => ({ AssetId: letter.repeat(32) }));
}

function dropped({ RevisionId: _, ...change }: Properties): Properties {
  return change;
}

/** Expression and permissions go together. */
function withPartners(properties: readonly string[]): [string, undefined][] {
  return properties.flatMap((name) => [
    [name, undefined],
    [name.replace('Expression', 'Permissions'), undefined],
  ]);
}

function violationsOf(name: JobTypeName): Violation[] {
  const type: JobType = JOB_TYPES[name];
  const model = MAXIMAL[name];
  const ofSchema = Object.entries(model)
    .filter(([property]) => property !== 'Type')
    .flatMap(([property, value]) =>
      broken(value, PROPERTY_NODES[property] as SchemaNode, property).map(([path, changed]) => ({
        path,
        change: { [property]: changed },
      })),
    );
  const missing = type.inputs
    .filter(({ required }) => required)
    .map(({ property }) => ({ path: property, change: { [property]: undefined } }));
  const foreign = name === 'EXPORT_ASSET_TO_SIGNED_URL' ? 'S3AssetSources' : 'AssetId';
  return [
    ...ofSchema,
    ...missing,
    ...(type.rules ?? []).flatMap(breaking),
    { path: 'Unknown', change: { Unknown: 1 } },
    { path: foreign, change: { [foreign]: 'c'.repeat(32) } },
  ];
}

const ALONE = JOB_TYPE_NAMES.flatMap((name) => violationsOf(name).map((violation) => [name, violation] as const));

async function expectRefused(name: JobTypeName, violations: readonly Violation[]): Promise<void> {
  const changes: Properties = Object.assign({}, ...violations.map(({ change }) => change));
  const whole = Object.entries({ ...MAXIMAL[name], ...changes }).filter(([, value]) => value !== undefined);
  const { errorCode, message } = await play({ operation: 'CREATE', desired: normalise(Object.fromEntries(whole)) }, []);
  expect({ errorCode, message, named: violations.filter(({ path }) => message?.includes(path)) }).toEqual({
    errorCode: 'InvalidRequest',
    message,
    named: violations,
  });
}

it.each(JOB_TYPE_NAMES)('%s: each rule that is violated alone is named', async (type) => {
  for (const [name, violation] of ALONE.filter(([of]) => of === type)) {
    await expectRefused(name, [violation]);
  }
});

it('500 pairs of violated rules are both named', async () => {
  const one = fc.nat(ALONE.length - 1);
  await checkAsync(
    fc.asyncProperty(one, fc.nat(), async (number, other) => {
      const [name, first] = ALONE[number] as (typeof ALONE)[number];
      const touched = Object.keys(first.change);
      const others = violationsOf(name).filter(
        ({ change }) => !Object.keys(change).some((key) => touched.includes(key)),
      );
      await expectRefused(name, [first, others[other % others.length] as Violation]);
    }),
    500,
  );
});
