import { id, list, structure, text } from '../../validation/shapes';
import { existingRevision, exportableAsset } from '../assets';
import { type Encryption, encryption, encryptionProblems } from '../encryption';
import { jobType } from '../job-type';
import { writeAll } from '../transfers';

interface Details {
  readonly DataSetId: string;
  readonly RevisionId: string;
  readonly AssetDestinations: readonly { readonly AssetId: string; readonly Bucket: string; readonly Key?: string }[];
  readonly Encryption?: Encryption;
}

/** Quota "Asset per export job from Amazon S3". */
const MOST_DESTINATIONS = 100;

/** Writes each asset to its destination. The key is the asset's name unless the request gives another. */
export const exportAssetsToS3 = jobType<Details>({
  name: 'EXPORT_ASSETS_TO_S3',
  member: 'ExportAssetsToS3',
  assetType: 'S3_SNAPSHOT',
  direction: 'export',
  concurrent: 10,
  limitName: 'Concurrent in progress jobs to export assets to Amazon S3',
  details: structure(
    {
      DataSetId: id,
      RevisionId: id,
      AssetDestinations: list(structure({ AssetId: id, Bucket: text }, { Key: text }), { max: MOST_DESTINATIONS }),
    },
    { Encryption: encryption },
  ),
  problems({ AssetDestinations, Encryption }, assumptions) {
    const problems = encryptionProblems(Encryption, assumptions);
    if (!AssetDestinations.length && assumptions.emptyLists === 'refused') {
      problems.push('AssetDestinations must have at least 1 entry');
    }
    return problems;
  },
  withDefaults(details, { store, assumptions }) {
    if (!assumptions().echoedKey) {
      return details;
    }
    const destinations = details.AssetDestinations.map((given) => {
      const asset = store.assets.get(given.AssetId);
      return { ...(asset ? { Key: asset.name } : {}), ...given };
    });
    return { ...details, AssetDestinations: destinations };
  },
  references: ({ DataSetId, RevisionId, AssetDestinations }) => ({
    dataSetId: DataSetId,
    revisionIds: [RevisionId],
    assetIds: AssetDestinations.map(({ AssetId }) => AssetId),
  }),
  async run(run) {
    const { DataSetId, RevisionId, AssetDestinations, Encryption } = run.details;
    const revision = existingRevision(run, DataSetId, RevisionId);
    const destinations = AssetDestinations.map(({ AssetId, Bucket, Key }) => {
      const asset = exportableAsset(run, revision, AssetId);
      return { asset, bucket: Bucket, key: Key ?? asset.name };
    });
    await writeAll(run, destinations, Encryption);
  },
});
