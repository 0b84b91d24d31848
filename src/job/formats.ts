import { isReservedKey } from './revision';

/**
 * What is wrong with a text and what would be right; undefined if nothing is wrong. The schema has no patterns for
 * these properties: CloudFormation reports a failed one as "failed validation constraint for keyword [pattern]" and
 * says no more.
 */
type Format = (value: string) => string | undefined;

/** @param path `S3AssetSources[0].Bucket` */
export function checkFormat(path: string, value: string): string | undefined {
  return FORMATS.get(path.replace(/\[\d+\]/g, ''))?.(value);
}

const ID = /^[a-zA-Z0-9]{30,40}$/;
const BUCKET = /^[a-zA-Z0-9._-]{3,255}$/;
const MD5 = /^[A-Za-z0-9+/]{21}[AQgw]==$/;
const HEXADECIMAL_MD5 = /^[0-9a-f]{32}$/i;
/** What follows the account in an ARN. */
const ARN = /^arn:[^:]*:[^:]*:[^:]*:[^:]*:(.+)$/;
const S3_URL = /^s3:\/\//i;
const LONGEST_KEY_BYTES = 1_024;

/** @param reference how a template refers to the id of one of its resources */
function id(reference: string): Format {
  return (value) => {
    if (ID.test(value)) {
      return undefined;
    }
    const last = ARN.exec(value)?.[1]?.split('/').at(-1) ?? '';
    return ID.test(last)
      ? `is an ARN; write the id, ${last} (of a resource in the same template: ${reference})`
      : `is not an id, which is 30 to 40 letters and digits (of a resource in the same template: ${reference})`;
  };
}

function bucket(value: string): string | undefined {
  if (BUCKET.test(value)) {
    return undefined;
  }
  if (S3_URL.test(value)) {
    return `is a URL; write the bucket's name alone: ${value.split('/')[2]}`;
  }
  const name = ARN.exec(value)?.[1];
  return name === undefined
    ? "is not a bucket's name, which is 3 to 255 letters, digits, dots, hyphens and underscores"
    : `is an ARN; write the bucket's name alone: ${name.split('/')[0]}`;
}

function key(value: string): string | undefined {
  if (S3_URL.test(value)) {
    return `is a URL; write the key without s3:// and the bucket: ${value.split('/').slice(3).join('/')}`;
  }
  const bytes = Buffer.byteLength(value, 'utf8');
  return bytes > LONGEST_KEY_BYTES ? `has ${bytes} bytes of UTF-8; a key has at most ${LONGEST_KEY_BYTES}` : undefined;
}

function sourceKey(value: string): string | undefined {
  return value.endsWith('/')
    ? 'ends in /; each entry is the key of one object, and prefixes are not expanded'
    : key(value);
}

/** The references of a key pattern (AWS Data Exchange User Guide, key patterns when exporting revisions). */
const REFERENCES = [
  'Asset.Id',
  'Asset.Name',
  'DataSet.Id',
  'DataSet.Name',
  'Revision.CreatedAt',
  'Revision.CreatedAt.Day',
  'Revision.CreatedAt.Month',
  'Revision.CreatedAt.Year',
  'Revision.Id',
];

function keyPattern(value: string): string | undefined {
  const unknown = [...value.matchAll(/\$\{([^}]*)\}?/g)].filter(
    ([reference, name = '']) => !REFERENCES.includes(name) || !reference.endsWith('}'),
  );
  if (unknown.length > 0) {
    const known = REFERENCES.map((name) => `\${${name}}`).join(', ');
    return `has the unknown reference ${unknown.map(([reference]) => reference).join(', ')}; known are ${known}`;
  }
  return /\$\{Asset\.(Name|Id)\}/.test(value)
    ? key(value)
    : 'must contain ${Asset.Name} or ${Asset.Id}; inside Fn::Sub write ${!Asset.Name}, or the reference is replaced there';
}

function md5(value: string): string | undefined {
  if (MD5.test(value)) {
    return undefined;
  }
  return HEXADECIMAL_MD5.test(value)
    ? `is an MD5 digest in hexadecimal; write it in Base64: ${Buffer.from(value, 'hex').toString('base64')}`
    : 'is not an MD5 digest in Base64 (16 bytes, 24 characters), as printed by: openssl md5 -binary FILE | base64';
}

function tagKey(value: string): string | undefined {
  return isReservedKey(value) ? 'begins with aws: or DataExchangeJob., which are reserved' : undefined;
}

const revisionId = id('!GetAtt Import.TargetRevisionId');
const assetId = id('!Select [0, !GetAtt Import.AssetIds]');

/** By the property's path without indexes. */
const FORMATS: ReadonlyMap<string, Format> = new Map([
  ['DataSetId', id('!GetAtt DataSet.Id')],
  ['RevisionId', revisionId],
  ['AssetId', assetId],
  ['RevisionTags.Key', tagKey],
  ['S3AssetSources.Bucket', bucket],
  ['S3AssetSources.Key', sourceKey],
  ['S3AssetDestinations.AssetId', assetId],
  ['S3AssetDestinations.Bucket', bucket],
  ['S3AssetDestinations.Key', key],
  ['S3RevisionDestinations.RevisionId', revisionId],
  ['S3RevisionDestinations.Bucket', bucket],
  ['S3RevisionDestinations.KeyPattern', keyPattern],
  ['S3DataAccessAssetSource.Bucket', bucket],
  ['S3DataAccessAssetSource.Keys', key],
  ['S3DataAccessAssetSource.KeyPrefixes', key],
  ['UrlAssetMd5Hash', md5],
  ['ApiGatewayApiSpecificationMd5Hash', md5],
]);
