import fc from 'fast-check';
import { canonical } from '../../src/job/canonical';
import { checkFormat } from '../../src/job/formats';
import { JOB_TYPES, type JobType, type JobTypeName, ownProperties } from '../../src/job/job-types';
import { type Properties, valueAt } from '../../src/job/properties';
import { definitionOf, PROPERTY_NODES, type SchemaNode } from '../../src/job/schema-node';
import { md5Of } from '../../src/job/upload';

export const DATA_SET = 'd'.repeat(32);
export const REVISION = 'r'.repeat(32);
export const ASSET = 'a'.repeat(32);
export const JOB_ID = '0123456789abcdef0123456789abcdef';
const KEY_ARN = 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555';
const MD5 = '1B2M2Y8AsgTpgAmY7PhCfg==';
export const SECRET = 'sEcReT-api-key-0815';

const COMMON = { DataSetId: DATA_SET };
const IN_REVISION = { ...COMMON, RevisionId: REVISION };

/** For every type the smallest model that is valid. */
export const MINIMAL: Readonly<Record<JobTypeName, Properties>> = {
  IMPORT_ASSETS_FROM_S3: {
    Type: 'IMPORT_ASSETS_FROM_S3',
    ...IN_REVISION,
    S3AssetSources: [{ Bucket: 'source', Key: 'a.csv' }],
  },
  IMPORT_ASSET_FROM_SIGNED_URL: {
    Type: 'IMPORT_ASSET_FROM_SIGNED_URL',
    ...IN_REVISION,
    UrlAssetName: 'a.csv',
    UrlAssetMd5Hash: MD5,
  },
  IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES: {
    Type: 'IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES',
    ...IN_REVISION,
    RedshiftDataShareAssetSources: [
      { DataShareArn: 'arn:aws:redshift:us-east-1:123456789012:datashare:11111111-2222/share' },
    ],
  },
  IMPORT_ASSET_FROM_API_GATEWAY_API: {
    Type: 'IMPORT_ASSET_FROM_API_GATEWAY_API',
    ...IN_REVISION,
    ApiGatewayApiId: 'abc123',
    ApiGatewayApiName: 'prices',
    ApiGatewayStage: 'prod',
    ApiGatewayApiSpecificationMd5Hash: MD5,
  },
  IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY: {
    Type: 'IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY',
    ...IN_REVISION,
    LakeFormationCatalogId: '123456789012',
    LakeFormationRoleArn: 'arn:aws:iam::123456789012:role/lake',
    LakeFormationDatabaseExpression: [{ TagKey: 'team', TagValues: ['data'] }],
    LakeFormationDatabasePermissions: ['DESCRIBE'],
  },
  CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET: {
    Type: 'CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET',
    ...IN_REVISION,
    S3DataAccessAssetSource: { Bucket: 'shared' },
  },
  EXPORT_ASSETS_TO_S3: {
    Type: 'EXPORT_ASSETS_TO_S3',
    ...IN_REVISION,
    S3AssetDestinations: [{ AssetId: ASSET, Bucket: 'target' }],
  },
  EXPORT_ASSET_TO_SIGNED_URL: { Type: 'EXPORT_ASSET_TO_SIGNED_URL', ...IN_REVISION, AssetId: ASSET },
  EXPORT_REVISIONS_TO_S3: {
    Type: 'EXPORT_REVISIONS_TO_S3',
    ...COMMON,
    S3RevisionDestinations: [{ RevisionId: REVISION, Bucket: 'target' }],
  },
};

const numbered = <T>(count: number, entry: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => entry(i));

/** For every type a model with every property it may have, at its upper bounds. */
export const MAXIMAL: Readonly<Record<JobTypeName, Properties>> = {
  IMPORT_ASSETS_FROM_S3: {
    ...MINIMAL.IMPORT_ASSETS_FROM_S3,
    StartOnCreation: true,
    S3AssetSources: numbered(100, (i) => ({ Bucket: 'b'.repeat(255), Key: `${'k'.repeat(1_020)}${1_000 + i}` })),
  },
  IMPORT_ASSET_FROM_SIGNED_URL: { ...MINIMAL.IMPORT_ASSET_FROM_SIGNED_URL, StartOnCreation: true },
  IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES: {
    ...MINIMAL.IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES,
    StartOnCreation: true,
    RedshiftDataShareAssetSources: numbered(10, (i) => ({
      DataShareArn: `arn:aws-cn:redshift:cn-north-1:123456789012:datashare:1111/share${i}`,
    })),
  },
  IMPORT_ASSET_FROM_API_GATEWAY_API: {
    ...MINIMAL.IMPORT_ASSET_FROM_API_GATEWAY_API,
    StartOnCreation: true,
    ApiGatewayProtocolType: 'REST',
    ApiGatewayApiDescription: '# Prices',
    ApiGatewayApiKey: SECRET,
  },
  IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY: {
    ...MINIMAL.IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY,
    StartOnCreation: true,
    LakeFormationRoleArn: 'arn:aws-us-gov:iam::123456789012:role/path/lake',
    LakeFormationTableExpression: numbered(3, (i) => ({ TagKey: `k${i}`, TagValues: numbered(50, (j) => `v${j}`) })),
    LakeFormationTablePermissions: ['DESCRIBE', 'SELECT'],
  },
  CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET: {
    ...MINIMAL.CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET,
    StartOnCreation: true,
    S3DataAccessAssetSource: {
      Bucket: 'shared',
      KeyPrefixes: ['2026/'],
      Keys: ['a.csv'],
      KmsKeysToGrant: numbered(10, (i) => ({ KmsKeyArn: `${KEY_ARN}${i}` })),
    },
  },
  EXPORT_ASSETS_TO_S3: {
    ...MINIMAL.EXPORT_ASSETS_TO_S3,
    StartOnCreation: true,
    S3AssetDestinations: numbered(100, (i) => ({ AssetId: `${ASSET}${100 + i}`, Bucket: 'target', Key: `k${i}` })),
    S3AssetDestinationEncryptionType: 'aws:kms',
    S3AssetDestinationEncryptionKmsKeyArn: KEY_ARN,
  },
  EXPORT_ASSET_TO_SIGNED_URL: { ...MINIMAL.EXPORT_ASSET_TO_SIGNED_URL, StartOnCreation: true },
  EXPORT_REVISIONS_TO_S3: {
    ...MINIMAL.EXPORT_REVISIONS_TO_S3,
    StartOnCreation: true,
    S3RevisionDestinations: [
      { RevisionId: REVISION, Bucket: 'target', KeyPattern: '${Revision.CreatedAt}/${Asset.Name}' },
    ],
    S3RevisionDestinationEncryptionType: 'aws:kms',
    S3RevisionDestinationEncryptionKmsKeyArn: KEY_ARN,
  },
};

const ID = fc.stringMatching(/^[a-zA-Z0-9]{30,40}$/);
const BUCKET = fc.stringMatching(/^[a-zA-Z0-9._-]{3,255}$/);
const MD5_DIGEST = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString('base64'));

/** Texts that the handler checks where the schema has no pattern, by the last part of the property's path. */
const FORMATTED: Readonly<Record<string, fc.Arbitrary<string>>> = {
  DataSetId: ID,
  RevisionId: ID,
  AssetId: ID,
  Bucket: BUCKET,
  KeyPattern: fc.constantFrom(
    '${Asset.Name}',
    '${Asset.Id}',
    'exports/${Asset.Name}',
    '${Revision.CreatedAt.Year}/${Asset.Id}',
  ),
  UrlAssetMd5Hash: MD5_DIGEST,
  ApiGatewayApiSpecificationMd5Hash: MD5_DIGEST,
};

/** Any value that schema and formats allow, made from the schema. @param path `S3AssetSources[].Bucket` */
export function valueFor(node: SchemaNode, path: string): fc.Arbitrary<unknown> {
  const rules = definitionOf(node) as SchemaNode;
  if (rules.enum !== undefined) {
    return fc.constantFrom(...rules.enum);
  }
  const { minLength = 0, maxLength = 2_048 } = rules;
  switch (rules.type) {
    case 'boolean':
      return fc.boolean();
    case 'array': {
      const { items = {}, minItems = 0, maxItems = 6 } = rules;
      const selector = (entry: unknown): string => canonical(entry, items);
      const most = items.enum === undefined ? Math.min(maxItems, 6) : Math.min(maxItems, items.enum.length);
      return fc.uniqueArray(valueFor(items, `${path}[0]`), { minLength: minItems, maxLength: most, selector });
    }
    case 'object': {
      const members = Object.entries(rules.properties ?? {}).map(
        ([name, member]) => [name, valueFor(member, `${path}.${name}`)] as const,
      );
      return fc.record(Object.fromEntries(members), { requiredKeys: [...(rules.required ?? [])] });
    }
    default: {
      const formatted = FORMATTED[path.split('.').at(-1) as string];
      if (formatted !== undefined) {
        return formatted;
      }
      const texts =
        rules.pattern === undefined
          ? fc.string({ minLength, maxLength: Math.min(maxLength, Math.max(minLength, 40)), unit: 'grapheme' })
          : fc.stringMatching(new RegExp(rules.pattern));
      return texts.filter(fits(rules)).filter((text) => checkFormat(path, text) === undefined);
    }
  }
}

function fits({ minLength = 0, maxLength = Number.POSITIVE_INFINITY }: SchemaNode): (text: string) => boolean {
  return (text) => [...text].length >= minLength && [...text].length <= maxLength;
}

/** Any valid model of a type, made from the table of job types and the schema. */
export function modelOfType(name: JobTypeName): fc.Arbitrary<Properties> {
  const type: JobType = JOB_TYPES[name];
  const values = ownProperties(type).map(
    (property) => [property, valueFor(PROPERTY_NODES[property] as SchemaNode, property)] as const,
  );
  const requiredKeys = type.inputs.filter((input) => input.required).map((input) => input.property);
  return fc
    .tuple(
      fc.record(Object.fromEntries(values), { requiredKeys }),
      fc.record(Object.fromEntries(values)),
      fc.option(fc.boolean(), { nil: undefined }),
    )
    .map(([some, all, start]) => {
      const started = { ...some, ...(start === undefined ? {} : { StartOnCreation: start }) };
      return { Type: name, ...obeyUpload(type, obeyRules(type, started, all), all) };
    });
}

/** The hash is there where the file is not, and right where both are; a file of JSON is JSON. */
function obeyUpload({ upload }: JobType, model: Properties, all: Properties): Properties {
  if (upload === undefined) {
    return model;
  }
  const { content, encoding = '', hash, format } = upload;
  const given = model[content];
  if (typeof given !== 'string') {
    return { ...model, [hash]: model[hash] ?? all[hash] };
  }
  const isBase64 = model[encoding] === 'base64';
  const file = format === 'json' ? JSON.stringify({ openapi: given }) : given;
  if (isBase64) {
    const bytes = Buffer.from(file, 'utf8');
    return { ...model, [content]: bytes.toString('base64'), ...(hash in model ? { [hash]: md5Of(bytes) } : {}) };
  }
  return { ...model, [content]: file, ...(hash in model ? { [hash]: md5Of(file) } : {}) };
}

/** What a rule takes away may be what another one needs. */
const ORDER = ['at-least-one', 'both-or-neither', 'only-with', 'only-without', 'true-with', 'needs', 'distinct'];

/** Adds or takes away what the rules between properties ask for. */
function obeyRules(type: JobType, some: Properties, all: Properties): Properties {
  const model: Record<string, unknown> = { ...some };
  for (const rule of [...(type.rules ?? [])].sort((a, b) => ORDER.indexOf(a.rule) - ORDER.indexOf(b.rule))) {
    switch (rule.rule) {
      case 'at-least-one':
        if (!rule.properties.some((name) => name in model)) {
          const [name] = rule.properties as [string];
          model[name] = all[name];
        }
        break;
      case 'both-or-neither':
        if (rule.properties.some((name) => name in model)) {
          for (const name of rule.properties) {
            model[name] ??= all[name];
          }
        }
        break;
      case 'only-with':
        if (model[rule.selector] === rule.value) {
          model[rule.property] ??= all[rule.property];
        } else {
          delete model[rule.property];
        }
        break;
      case 'only-without':
        if (rule.other in model) {
          delete model[rule.property];
        }
        break;
      case 'true-with':
        if (model[rule.property] === true) {
          model[rule.other] = true;
        }
        break;
      case 'needs':
        if (rule.value === undefined ? !(rule.other in model) : model[rule.other] !== rule.value) {
          delete model[rule.property];
        }
        break;
      case 'distinct': {
        const entries = model[rule.property];
        if (Array.isArray(entries)) {
          const keyed = entries.map((entry) => [
            JSON.stringify(rule.members.map((name) => valueAt(entry, name))),
            entry,
          ]);
          model[rule.property] = [...new Map(keyed as [string, unknown][]).values()];
        }
      }
    }
  }
  return model;
}
