import { isDigest } from '../../validation/md5-digest';
import { id, md5, structure, text } from '../../validation/shapes';
import { addAssets, openRevision } from '../assets';
import { jobType } from '../job-type';
import { takeUpload } from '../transfers';

interface Details {
  AssetName: string;
  DataSetId: string;
  RevisionId: string;
  Md5Hash: string;
}

/** The file that was PUT to the job's URL before StartJob becomes one asset. What counts is the content when the job runs. */
export const importAssetFromSignedUrl = jobType<Details>({
  name: 'IMPORT_ASSET_FROM_SIGNED_URL',
  member: 'ImportAssetFromSignedUrl',
  assetType: 'S3_SNAPSHOT',
  direction: 'import',
  concurrent: 10,
  limitName: 'Concurrent in progress jobs to import assets from a signed URL',
  details: structure({ AssetName: text, DataSetId: id, RevisionId: id, Md5Hash: md5 }),
  problems: ({ Md5Hash }, { md5Check }) =>
    md5Check === 'digest' && !isDigest(Md5Hash) ? ['Md5Hash must be the Base64 form of 16 bytes'] : [],
  references: ({ DataSetId, RevisionId }) => ({ dataSetId: DataSetId, revisionIds: [RevisionId], assetIds: [] }),
  upload: { url: 'SignedUrl', expiresAt: 'SignedUrlExpiresAt' },
  async run(work) {
    const revision = openRevision(work);
    const { AssetName, Md5Hash } = work.details;
    const content = takeUpload(work, Md5Hash, 'The file', { ImportAssetFromSignedUrlJobErrorDetails: { AssetName } });
    addAssets(work, revision, 'S3_SNAPSHOT', [
      { name: AssetName, content, details: { S3SnapshotAsset: { Size: content.size } } },
    ]);
  },
});
