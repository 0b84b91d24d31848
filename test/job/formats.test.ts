import { normalise } from '../../src/job/normalise';
import type { Properties } from '../../src/job/properties';
import { validate } from '../../src/job/validate';
import { ASSET, DATA_SET, MINIMAL, REVISION } from './examples';

/**
 * What people write in the wrong form, and the sentence that each gets: which property, what it is, what to write
 * instead.
 */

const said = (model: Properties): string[] => validate(normalise(model)).map(({ path, text }) => `${path} ${text}`);
const { RevisionId: _, ...S3 } = MINIMAL.IMPORT_ASSETS_FROM_S3;
const { UrlAssetMd5Hash: __, ...URL_IMPORT } = MINIMAL.IMPORT_ASSET_FROM_SIGNED_URL;
const DATA_SET_ARN = `arn:aws:dataexchange:us-east-1:123456789012:data-sets/${DATA_SET}`;
const sources = (...keys: string[]): Properties => ({
  ...S3,
  S3AssetSources: keys.map((Key) => ({ Bucket: 'source', Key })),
});
const from = (Bucket: string): Properties => ({ ...S3, S3AssetSources: [{ Bucket, Key: 'a.csv' }] });
const pattern = (KeyPattern: string): Properties => ({
  ...MINIMAL.EXPORT_REVISIONS_TO_S3,
  S3RevisionDestinations: [{ RevisionId: REVISION, Bucket: 'target', KeyPattern }],
});
const destinations = (...entries: Properties[]): Properties => ({
  ...MINIMAL.EXPORT_ASSETS_TO_S3,
  S3AssetDestinations: entries.map((entry) => ({ Bucket: 'target', ...entry })),
});
const tags = (...keys: string[]): Properties => ({ ...S3, RevisionTags: keys.map((Key) => ({ Key, Value: '' })) });
const KNOWN =
  '${Asset.Id}, ${Asset.Name}, ${DataSet.Id}, ${DataSet.Name}, ${Revision.CreatedAt}, ${Revision.CreatedAt.Day}, ' +
  '${Revision.CreatedAt.Month}, ${Revision.CreatedAt.Year}, ${Revision.Id}';

it.each<[string, Properties, string]>([
  [
    'the Ref of a data set',
    { ...S3, DataSetId: DATA_SET_ARN },
    `DataSetId ${JSON.stringify(DATA_SET_ARN).slice(0, 77)}... is an ARN; write the id, ${DATA_SET} (of a resource in the same template: !GetAtt DataSet.Id)`,
  ],
  [
    'a name instead of an id',
    { ...S3, DataSetId: 'weather' },
    'DataSetId "weather" is not an id, which is 30 to 40 letters and digits (of a resource in the same template: !GetAtt DataSet.Id)',
  ],
  [
    'an asset that is none',
    { ...MINIMAL.EXPORT_ASSET_TO_SIGNED_URL, AssetId: 'a.csv' },
    'AssetId "a.csv" is not an id, which is 30 to 40 letters and digits (of a resource in the same template: !Select [0, !GetAtt Import.AssetIds])',
  ],
  [
    'a bucket as ARN',
    from('arn:aws:s3:::my-bucket'),
    'S3AssetSources[0].Bucket "arn:aws:s3:::my-bucket" is an ARN; write the bucket\'s name alone: my-bucket',
  ],
  [
    'a bucket as URL',
    from('s3://my-bucket/a'),
    'S3AssetSources[0].Bucket "s3://my-bucket/a" is a URL; write the bucket\'s name alone: my-bucket',
  ],
  [
    'a bucket with a blank',
    from('my bucket'),
    'S3AssetSources[0].Bucket "my bucket" is not a bucket\'s name, which is 3 to 255 letters, digits, dots, hyphens and underscores',
  ],
  [
    'a key as URL',
    sources('s3://my-bucket/2026/a.csv'),
    'S3AssetSources[0].Key "s3://my-bucket/2026/a.csv" is a URL; write the key without s3:// and the bucket: 2026/a.csv',
  ],
  [
    'a prefix as key',
    sources('2026/'),
    'S3AssetSources[0].Key "2026/" ends in /; each entry is the key of one object, and prefixes are not expanded',
  ],
  [
    'a key of 1,026 bytes in 342 characters',
    sources('€'.repeat(342)),
    `S3AssetSources[0].Key "${'€'.repeat(76)}... has 1026 bytes of UTF-8; a key has at most 1024`,
  ],
  [
    'a pattern that Fn::Sub has emptied',
    pattern('exports/stations.csv'),
    'S3RevisionDestinations[0].KeyPattern "exports/stations.csv" must contain ${Asset.Name} or ${Asset.Id}; inside Fn::Sub write ${!Asset.Name}, or the reference is replaced there',
  ],
  [
    'an unknown reference',
    pattern('${Asset.Name}-${Revision.Comment}'),
    `S3RevisionDestinations[0].KeyPattern "\${Asset.Name}-\${Revision.Comment}" has the unknown reference \${Revision.Comment}; known are ${KNOWN}`,
  ],
  [
    'a reference without its end',
    pattern('${Asset.Name}/${Asset.Id'),
    `S3RevisionDestinations[0].KeyPattern "\${Asset.Name}/\${Asset.Id" has the unknown reference \${Asset.Id; known are ${KNOWN}`,
  ],
  [
    'MD5 in hexadecimal',
    { ...URL_IMPORT, UrlAssetMd5Hash: 'd41d8cd98f00b204e9800998ecf8427e' },
    'UrlAssetMd5Hash "d41d8cd98f00b204e9800998ecf8427e" is an MD5 digest in hexadecimal; write it in Base64: 1B2M2Y8AsgTpgAmY7PhCfg==',
  ],
  [
    'a tag of our own',
    tags('DataExchangeJob.Id'),
    'RevisionTags[0].Key "DataExchangeJob.Id" begins with aws: or DataExchangeJob., which are reserved',
  ],
  [
    "a tag of AWS's",
    tags('AWS:x'),
    'RevisionTags[0].Key "AWS:x" begins with aws: or DataExchangeJob., which are reserved',
  ],
  ['a tag twice', tags('team', 'team'), 'RevisionTags[1] repeats RevisionTags[0]: {"Key":"team","Value":""}'],
  [
    'one object written twice',
    destinations({ AssetId: ASSET, Key: 'k' }, { AssetId: REVISION, Key: 'k' }),
    'S3AssetDestinations[1] would write the same object as S3AssetDestinations[0]',
  ],
  [
    'a duplicate in a nested list',
    {
      ...MINIMAL.CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET,
      S3DataAccessAssetSource: { Bucket: 'shared', Keys: ['a', 'b', 'a'] },
    },
    'S3DataAccessAssetSource.Keys[2] repeats S3DataAccessAssetSource.Keys[0]: "a"',
  ],
  [
    'content that is not Base64',
    { ...URL_IMPORT, UrlAssetContent: 'a,b\n1,2\n', UrlAssetContentEncoding: 'base64' },
    'UrlAssetContent is not Base64, although UrlAssetContentEncoding is base64',
  ],
  [
    'an encoding of nothing',
    { ...MINIMAL.IMPORT_ASSET_FROM_SIGNED_URL, UrlAssetContentEncoding: 'base64' },
    'UrlAssetContentEncoding is allowed only where UrlAssetContent is given',
  ],
  [
    'what subscribers are told of a revocation that will not happen',
    { ...S3, RevocationComment: 'Wrong values.' },
    'RevocationComment is allowed only where RevokeOnDelete is true',
  ],
  [
    'revoking a revision that is not the job’s own',
    { ...S3, RevisionId: REVISION, RevokeOnDelete: true },
    'RevokeOnDelete is allowed only where RevisionId is not given; remove one of the two',
  ],
])('%s', (_name, model, expected) => {
  const lines = said(model);
  expect(lines).toContain(expected);
  expect(lines.filter((line) => line !== expected && !line.startsWith('RevisionTags[1] has'))).toEqual([]);
});

it.each<[string, Properties]>([
  ['keys that S3 allows', sources('a//b.csv', './x', '/x', 'ä'.repeat(512))],
  [
    'one key to two buckets',
    destinations({ AssetId: ASSET, Key: 'k' }, { AssetId: REVISION, Bucket: 'other', Key: 'k' }),
  ],
  ['destinations without keys', destinations({ AssetId: ASSET }, { AssetId: REVISION })],
  ['the same trigger twice', { ...S3, Triggers: ['same', 'same'] }],
  ['an empty comment', { ...S3, RevisionComment: '' }],
  [
    'Base64 in several lines',
    { ...URL_IMPORT, UrlAssetContent: 'YSxi\nCjEs\nMgo=\n', UrlAssetContentEncoding: 'base64' },
  ],
])('%s are taken', (_name, model) => expect(said(model)).toEqual([]));
