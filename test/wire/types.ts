import { randomBytes } from 'node:crypto';
import { JOB_TYPE_NAMES, type JobTypeName } from '../../src/job/job-types';
import type { Properties } from '../../src/job/properties';
import { download, type Filled, type LocalExchange, md5, type Place, sha256, upload } from './local-exchange';
import { clock } from './time';

/** For each job type a model that can run against the local service, and how to see that it has done its work. */

export const API_KEY = 'sEcReT-api-key-0815';
const KEY_ARN = 'arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555';

/** What a job of a test works on. */
export interface Case {
  /** Without StartOnCreation. */
  model: Properties;
  /** What has to be uploaded between create and start. */
  file?: Buffer;
  /** That the work is done, bytes and all. */
  done: (shown: Properties) => Promise<void>;
  DataSetId: string;
}

type Maker = (exchange: LocalExchange, filled: Filled) => Promise<Case>;

/** All nine, in the table's order. */
export const TYPES = JOB_TYPE_NAMES;

/** Two files, one of them in a folder and with bytes that are no text. */
export function files(): Record<string, Buffer> {
  return { 'a.csv': Buffer.from('a,b\n1,2\n'), 'folder/ä b.bin': randomBytes(70_000) };
}

/** A case with what may not be shared: import types get a data set of their own. @param filled a revision to export from */
export function makeCase(type: JobTypeName, exchange: LocalExchange, filled: Filled): Promise<Case> {
  return MAKERS[type](exchange, filled);
}

let numbered = 0;

async function importCase(
  exchange: LocalExchange,
  Type: JobTypeName,
  properties: Properties,
  done: (place: Place) => Promise<void>,
  file?: Buffer,
): Promise<Case> {
  const place = await exchange.place(Type);
  return {
    model: { Type, ...place, ...properties },
    file,
    done: () => done(place),
    DataSetId: place.DataSetId,
  };
}

function named(exchange: LocalExchange, names: readonly string[]): (place: Place) => Promise<void> {
  return async (place) => {
    expect((await exchange.assets(place)).map(({ Name }) => Name).sort()).toEqual([...names].sort());
  };
}

const MAKERS: Readonly<Record<JobTypeName, Maker>> = {
  async IMPORT_ASSETS_FROM_S3(exchange) {
    const folder = `import-${numbered++}`;
    const sources = Object.entries(files()).map(([name, bytes]) => ({ key: `${folder}/${name}`, bytes }));
    for (const { key, bytes } of sources) exchange.write('source', key, bytes);
    const S3AssetSources = sources.map(({ key }) => ({ Bucket: 'source', Key: key }));
    return importCase(exchange, 'IMPORT_ASSETS_FROM_S3', { S3AssetSources }, async (place) => {
      const assets = await exchange.assets(place);
      expect(assets.map(({ Name }) => Name).sort()).toEqual(sources.map(({ key }) => key).sort());
      for (const { key, bytes } of sources) {
        const id = assets.find(({ Name }) => Name === key)?.Id as string;
        expect(sha256(await exchange.bytesOf(place, id))).toBe(sha256(bytes));
      }
    });
  },

  async IMPORT_ASSET_FROM_SIGNED_URL(exchange) {
    const file = randomBytes(50_000);
    const properties = { UrlAssetName: 'upload.bin', UrlAssetMd5Hash: md5(file) };
    const done = async (place: Place): Promise<void> => {
      const [asset, ...more] = await exchange.assets(place);
      expect([asset?.Name, more]).toEqual(['upload.bin', []]);
      expect(sha256(await exchange.bytesOf(place, asset?.Id as string))).toBe(sha256(file));
    };
    return importCase(exchange, 'IMPORT_ASSET_FROM_SIGNED_URL', properties, done, file);
  },

  async IMPORT_ASSET_FROM_API_GATEWAY_API(exchange) {
    const file = Buffer.from(JSON.stringify({ openapi: '3.0.1', info: { title: 'prices', version: '1' }, paths: {} }));
    const properties = {
      ApiGatewayApiId: 'abc123',
      ApiGatewayApiName: 'prices',
      ApiGatewayStage: 'prod',
      ApiGatewayApiSpecificationMd5Hash: md5(file),
      ApiGatewayProtocolType: 'REST',
      ApiGatewayApiDescription: '# Prices',
      ApiGatewayApiKey: API_KEY,
    };
    const done = async (place: Place): Promise<void> => {
      const [asset, ...more] = await exchange.assets(place);
      expect([asset?.Name, more]).toEqual(['prices', []]);
      expect(asset?.AssetDetails?.ApiGatewayApiAsset).toMatchObject({
        ApiId: 'abc123',
        ApiKey: API_KEY,
        Stage: 'prod',
      });
      expect(sha256(await exchange.apiSpecification(place, asset?.Id as string))).toBe(sha256(file));
    };
    return importCase(exchange, 'IMPORT_ASSET_FROM_API_GATEWAY_API', properties, done, file);
  },

  IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES: (exchange) =>
    importCase(
      exchange,
      'IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES',
      {
        RedshiftDataShareAssetSources: ['one', 'two'].map((name) => ({
          DataShareArn: `arn:aws:redshift:us-east-1:123456789012:datashare:11111111-2222-3333-4444-555555555555/${name}`,
        })),
      },
      named(exchange, ['one', 'two']),
    ),

  IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY: (exchange) =>
    importCase(
      exchange,
      'IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY',
      {
        LakeFormationCatalogId: '123456789012',
        LakeFormationRoleArn: 'arn:aws:iam::123456789012:role/lake',
        LakeFormationDatabaseExpression: [{ TagKey: 'team', TagValues: ['data', 'web'] }],
        LakeFormationDatabasePermissions: ['DESCRIBE'],
        LakeFormationTableExpression: [{ TagKey: 'level', TagValues: ['public'] }],
        LakeFormationTablePermissions: ['SELECT', 'DESCRIBE'],
      },
      async (place) => expect(await exchange.assets(place)).toHaveLength(2),
    ),

  CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET: (exchange) =>
    importCase(
      exchange,
      'CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET',
      {
        S3DataAccessAssetSource: {
          Bucket: 'source',
          KeyPrefixes: ['2026/', '2025/'],
          Keys: ['a.csv'],
          KmsKeysToGrant: [{ KmsKeyArn: KEY_ARN }],
        },
      },
      async (place) => {
        const [asset, ...more] = await exchange.assets(place);
        expect(more).toEqual([]);
        expect(asset?.AssetDetails?.S3DataAccessAsset).toMatchObject({ Bucket: 'source', Keys: ['a.csv'] });
      },
    ),

  async EXPORT_ASSETS_TO_S3(exchange, { assets, DataSetId, RevisionId }) {
    const folder = `export-${numbered++}`;
    const keys = assets.map(({ id, name, bytes }) => ({ id, bytes, Key: `${folder}/${name}` }));
    return {
      model: {
        Type: 'EXPORT_ASSETS_TO_S3',
        DataSetId,
        RevisionId,
        S3AssetDestinations: keys.map(({ id, Key }) => ({ AssetId: id, Bucket: 'target', Key })),
        S3AssetDestinationEncryptionType: 'aws:kms',
        S3AssetDestinationEncryptionKmsKeyArn: KEY_ARN,
      },
      done: async () => {
        for (const { Key, bytes } of keys) expect(sha256(exchange.bytesAt('target', Key))).toBe(sha256(bytes));
      },
      DataSetId,
    };
  },

  async EXPORT_ASSET_TO_SIGNED_URL(_, { assets, DataSetId, RevisionId }) {
    const [asset] = assets as [Filled['assets'][0]];
    return {
      model: { Type: 'EXPORT_ASSET_TO_SIGNED_URL', DataSetId, RevisionId, AssetId: asset.id },
      done: async ({ SignedUrl, SignedUrlExpiresAt }) => {
        expect(SignedUrlExpiresAt).toMatch(/^\d{4}-\d\d-\d\dT/);
        // The URL lives a minute: a job that ended long before it was looked at has none that still works.
        if (clock.now() >= Date.parse(SignedUrlExpiresAt as string)) return;
        expect(sha256(await download(SignedUrl as string))).toBe(sha256(asset.bytes));
      },
      DataSetId,
    };
  },

  async EXPORT_REVISIONS_TO_S3(exchange, { assets, DataSetId, RevisionId }) {
    const folder = `revision-${numbered++}`;
    return {
      model: {
        Type: 'EXPORT_REVISIONS_TO_S3',
        DataSetId,
        S3RevisionDestinations: [
          { RevisionId, Bucket: 'target', KeyPattern: `${folder}/\${Revision.Id}/\${Asset.Name}` },
        ],
        S3RevisionDestinationEncryptionType: 'AES256',
      },
      done: async () => {
        for (const { name, bytes } of assets) {
          expect(sha256(exchange.bytesAt('target', `${folder}/${RevisionId}/${name}`))).toBe(sha256(bytes));
        }
      },
      DataSetId,
    };
  },
};

/** Uploads a case's file to the URL that its job shows, if it takes one. */
export async function uploadFile(exchange: LocalExchange, { file }: Case, jobId: string): Promise<void> {
  if (file === undefined) return;
  const { Details } = await exchange.job(jobId);
  const url =
    Details?.ImportAssetFromSignedUrl?.SignedUrl ?? Details?.ImportAssetFromApiGatewayApi?.ApiSpecificationUploadUrl;
  expect(await upload(url as string, file)).toBe(200);
}
