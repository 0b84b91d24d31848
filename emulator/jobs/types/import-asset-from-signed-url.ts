import { digestProblems } from '../../validation/md5-digest';
import { md5, text } from '../../validation/shapes';
import { addAssets, openRevision } from '../assets';
import { type ImportDetails, importDetails, importReferences, jobType } from '../job-type';
import { takeUpload } from '../transfers';

interface Details extends ImportDetails {
  readonly AssetName: string;
  readonly Md5Hash: string;
}

/** Makes one asset of the file that was PUT to the job's URL before StartJob. The content when the job runs counts. */
export const importAssetFromSignedUrl = jobType<Details>({
  name: 'IMPORT_ASSET_FROM_SIGNED_URL',
  member: 'ImportAssetFromSignedUrl',
  assetType: 'S3_SNAPSHOT',
  direction: 'import',
  concurrent: 10,
  limitName: 'Concurrent in progress jobs to import assets from a signed URL',
  details: importDetails({ AssetName: text, Md5Hash: md5 }),
  problems: ({ Md5Hash }, { md5Check }) => (md5Check === 'digest' ? digestProblems('Md5Hash', Md5Hash) : []),
  references: importReferences,
  upload: { url: 'SignedUrl', expiresAt: 'SignedUrlExpiresAt' },
  async run(run) {
    const revision = openRevision(run);
    const { AssetName, Md5Hash } = run.details;
    const content = takeUpload(run, Md5Hash, 'The file', { ImportAssetFromSignedUrlJobErrorDetails: { AssetName } });
    const details = { S3SnapshotAsset: { Size: content.size } };
    addAssets(run, revision, 'S3_SNAPSHOT', [{ name: AssetName, content, details }]);
  },
});
