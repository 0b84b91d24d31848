import { createHash, randomBytes } from 'node:crypto';
import { type AssetType, GetAssetCommand } from '@aws-sdk/client-dataexchange';
import { JOB_TYPE_NAMES, JOB_TYPES, type JobType, type JobTypeName } from '../../src/job/job-types';
import type { Properties } from '../../src/job/properties';
import { MAXIMAL, SECRET } from '../job/examples';
import type { ProgressEvent } from '../support/contract';
import { download, type FilledRevision, type Place, type World } from '../support/world';

/** For each job type a model that can run in the local service, and how to see that it has done its work. */

/** What a job of a test works on. */
export interface Case {
  /** Without StartOnCreation. */
  readonly model: Properties;
  /** What has to be uploaded between create and start; absent if the template holds it, or the type takes no file. */
  readonly file?: Buffer;
  /** Expects that the work is done, down to the bytes. @param shown the model of the job when it was complete */
  readonly expectDone: (shown: Properties) => Promise<void>;
  readonly DataSetId: string;
}

/** What distinguishes a case of an import from the largest model of its type. */
interface Import {
  readonly properties?: Properties;
  /** For types that take a file. */
  readonly file?: Buffer;
  readonly expectAssets: (assets: Awaited<ReturnType<World['assets']>>, place: Place) => Promise<void> | void;
}

/** In the order of the table. */
export const TYPES = JOB_TYPE_NAMES;

/** The types that may make a revision of their own. */
export const IMPORTS = TYPES.filter((name) => 'ownRevision' in JOB_TYPES[name]);

const ASSET_TYPES: Partial<Record<JobTypeName, AssetType>> = {
  IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES: 'REDSHIFT_DATA_SHARE',
  IMPORT_ASSET_FROM_API_GATEWAY_API: 'API_GATEWAY_API',
  CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET: 'S3_DATA_ACCESS',
  IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY: 'LAKE_FORMATION_DATA_PERMISSION',
};

/** The asset type of the data sets that a job type works on. */
export function assetTypeOf(type: JobTypeName): AssetType {
  return ASSET_TYPES[type] ?? 'S3_SNAPSHOT';
}

/** Two files, one of them in a folder and with bytes that are no text. */
const FILES: Readonly<Record<string, Buffer>> = {
  'a.csv': Buffer.from('a,b\n1,2\n'),
  'folder/ä b.bin': randomBytes(70_000),
};

let folders = 0;

/**
 * A case in a place of its own: the largest model of its type, with places and files that the service has.
 *
 * @param ownRevision for an import: the template leaves the revision to the create, and brings its file along
 */
export async function makeCase(type: JobTypeName, world: World, ownRevision = false): Promise<Case> {
  const { StartOnCreation: _, RevisionId: __, ...largest } = MAXIMAL[type];
  const makeImport = MAKE_IMPORT[type];
  if (makeImport === undefined) {
    const filled = await world.filledRevision(FILES);
    const { DataSetId } = filled;
    const { properties, expectDone } = (MAKE_EXPORT[type] as MakeExport)(world, filled);
    return { model: { ...largest, DataSetId, ...properties }, expectDone, DataSetId };
  }
  const { properties, file, expectAssets } = makeImport(world);
  const { DataSetId, ...revision } = ownRevision
    ? { DataSetId: await world.dataSet(assetTypeOf(type)) }
    : await world.emptyRevision(assetTypeOf(type));
  const model: Record<string, unknown> = { ...largest, DataSetId, ...revision, ...properties };
  const { upload: takesFile } = JOB_TYPES[type] as JobType;
  if (takesFile !== undefined && file !== undefined) {
    delete model[takesFile.hash];
    Object.assign(model, ownRevision ? { [takesFile.content]: String(file) } : { [takesFile.hash]: md5(file) });
  }
  return {
    model,
    file: ownRevision ? undefined : file,
    async expectDone({ RevisionId, TargetRevisionId }) {
      const place = { DataSetId, RevisionId: (RevisionId ?? TargetRevisionId) as string };
      await expectAssets(await world.assets(place), place);
    },
    DataSetId,
  };
}

type MakeExport = (
  world: World,
  filled: FilledRevision,
) => { readonly properties: Properties; readonly expectDone: Case['expectDone'] };

const MAKE_IMPORT: Partial<Record<JobTypeName, (world: World) => Import>> = {
  IMPORT_ASSETS_FROM_S3(world) {
    folders += 1;
    const sources = Object.entries(FILES).map(([name, bytes]) => ({ key: `import-${folders}/${name}`, bytes }));
    for (const { key, bytes } of sources) {
      world.write('source', key, bytes);
    }
    return {
      properties: { S3AssetSources: sources.map(({ key }) => ({ Bucket: 'source', Key: key })) },
      async expectAssets(assets, place) {
        expect(namesOf(assets)).toEqual(sources.map(({ key }) => key).sort());
        for (const { key, bytes } of sources) {
          const id = assets.find(({ Name }) => Name === key)?.Id as string;
          expectEqual(await world.bytesOfAsset(place, id), bytes);
        }
      },
    };
  },

  IMPORT_ASSET_FROM_SIGNED_URL(world) {
    const file = Buffer.from('station,degrees\nZürich,11.2\n');
    return {
      file,
      async expectAssets(assets, place) {
        expect(namesOf(assets)).toEqual(['a.csv']);
        expectEqual(await world.bytesOfAsset(place, assets[0]?.Id as string), file);
      },
    };
  },

  IMPORT_ASSET_FROM_API_GATEWAY_API(world) {
    const file = Buffer.from(JSON.stringify({ openapi: '3.0.1', info: { title: 'prices', version: '1' }, paths: {} }));
    return {
      file,
      async expectAssets(assets, { DataSetId, RevisionId }) {
        expect(namesOf(assets)).toEqual(['prices']);
        const AssetId = assets[0]?.Id;
        const asset = await world.client.send(new GetAssetCommand({ DataSetId, RevisionId, AssetId }));
        const api = asset.AssetDetails?.ApiGatewayApiAsset;
        expect(api).toMatchObject({ ApiId: 'abc123', ApiKey: SECRET, Stage: 'prod' });
        expectEqual(await download(api?.ApiSpecificationDownloadUrl as string), file);
      },
    };
  },

  IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES: () => ({
    expectAssets: (assets) => expect(assets).toHaveLength(10),
  }),

  // One asset for the databases and one for the tables.
  IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY: () => ({
    expectAssets: (assets) => expect(assets).toHaveLength(2),
  }),

  CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET: () => ({
    expectAssets(assets) {
      const access = { Bucket: 'shared', Keys: ['a.csv'], KeyPrefixes: ['2026/'] };
      expect(assets).toMatchObject([{ AssetDetails: { S3DataAccessAsset: access } }]);
    },
  }),
};

const MAKE_EXPORT: Partial<Record<JobTypeName, MakeExport>> = {
  EXPORT_ASSETS_TO_S3(world, { assets, RevisionId }) {
    folders += 1;
    const objects = assets.map(({ id, name, bytes }) => ({ id, bytes, Key: `export-${folders}/${name}` }));
    const S3AssetDestinations = objects.map(({ id, Key }) => ({ AssetId: id, Bucket: 'target', Key }));
    return {
      properties: { RevisionId, S3AssetDestinations },
      async expectDone() {
        for (const { Key, bytes } of objects) {
          expectEqual(world.bytesIn('target', Key), bytes);
        }
      },
    };
  },

  EXPORT_ASSET_TO_SIGNED_URL(world, { assets, RevisionId }) {
    const [asset] = assets as [FilledRevision['assets'][0]];
    return {
      properties: { RevisionId, AssetId: asset.id },
      async expectDone({ SignedUrl, SignedUrlExpiresAt }) {
        expect(SignedUrlExpiresAt).toMatch(/^\d{4}-\d\d-\d\dT/);
        // The URL lives a minute from the job's end, and a poll may come later.
        if (world.clock.now() < Date.parse(SignedUrlExpiresAt as string)) {
          expectEqual(await download(SignedUrl as string), asset.bytes);
        }
      },
    };
  },

  EXPORT_REVISIONS_TO_S3(world, { assets, RevisionId }) {
    folders += 1;
    const folder = `revision-${folders}`;
    const KeyPattern = `${folder}/\${Revision.Id}/\${Asset.Name}`;
    return {
      properties: { S3RevisionDestinations: [{ RevisionId, Bucket: 'target', KeyPattern }] },
      async expectDone() {
        for (const { name, bytes } of assets) {
          expectEqual(world.bytesIn('target', `${folder}/${RevisionId}/${name}`), bytes);
        }
      },
    };
  },
};

/**
 * Uploads a case's file, if it has one, to the URL that its job shows. The script of faults rests meanwhile; it counts
 * its calls anew afterwards, which only means more faults.
 */
export async function uploadFile(world: World, { file }: Case, jobId: unknown): Promise<void> {
  if (file === undefined) {
    return;
  }
  const { script } = world.emulator.faults();
  world.faults({ assumptions: script.assumptions ?? {} });
  const { Details } = await world.job(jobId as string);
  const url =
    Details?.ImportAssetFromSignedUrl?.SignedUrl ?? Details?.ImportAssetFromApiGatewayApi?.ApiSpecificationUploadUrl;
  expect(await world.upload(url as string, file)).toBe(200);
  world.faults(script);
}

/** Uploads a case's file as soon as an event names the job: for `afterEach` of an operation. */
export function uploadingOnce(world: World, job: Case): (event: ProgressEvent) => Promise<void> {
  const done = new Set<unknown>();
  return async ({ resourceModel }) => {
    const id = resourceModel?.Id;
    if (id !== undefined && !done.has(id)) {
      done.add(id);
      await uploadFile(world, job, id);
    }
  };
}

/** A model as the import of an existing resource brings it: the identifier and nothing else. */
export function onlyId(model: Properties | undefined): Properties {
  return { Id: model?.Id };
}

export function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('base64');
}

function namesOf(assets: readonly { readonly Name?: string }[]): unknown[] {
  return assets.map(({ Name }) => Name).sort();
}

function expectEqual(bytes: Buffer, expected: Buffer): void {
  expect([bytes.length, bytes.equals(expected)]).toEqual([expected.length, true]);
}
