import { id, structure } from '../../validation/shapes';
import { existingRevision, exportableAsset } from '../assets';
import { jobType } from '../job-type';

interface Details {
  readonly AssetId: string;
  readonly DataSetId: string;
  readonly RevisionId: string;
}

/** Once it is COMPLETED, the job's details hold a URL that serves the asset. */
export const exportAssetToSignedUrl = jobType<Details>({
  name: 'EXPORT_ASSET_TO_SIGNED_URL',
  member: 'ExportAssetToSignedUrl',
  assetType: 'S3_SNAPSHOT',
  direction: 'export',
  concurrent: 10,
  limitName: 'Concurrent in progress jobs to export assets to a signed URL',
  details: structure({ AssetId: id, DataSetId: id, RevisionId: id }),
  references: ({ AssetId, DataSetId, RevisionId }) => ({
    dataSetId: DataSetId,
    revisionIds: [RevisionId],
    assetIds: [AssetId],
  }),
  download: { url: 'SignedUrl', expiresAt: 'SignedUrlExpiresAt', assetId: ({ AssetId }) => AssetId },
  async run(run) {
    const revision = existingRevision(run, run.details.DataSetId, run.details.RevisionId);
    exportableAsset(run, revision, run.details.AssetId);
  },
});
