import { list, structure, text } from '../../validation/shapes';
import { addAssets, openRevision } from '../assets';
import { type ImportDetails, importDetails, importReferences, jobType } from '../job-type';

interface Details extends ImportDetails {
  readonly AssetSources: readonly { readonly DataShareArn: string }[];
}

/** Quota "Amazon Redshift datashare assets per import job from Redshift". */
const MOST_SOURCES = 10;

/** Makes an asset of each datashare, with the datashare's name. There is no Redshift here: nothing is looked up. */
export const importAssetsFromRedshiftDataShares = jobType<Details>({
  name: 'IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES',
  member: 'ImportAssetsFromRedshiftDataShares',
  assetType: 'REDSHIFT_DATA_SHARE',
  direction: 'import',
  concurrent: 10,
  limitName: 'Concurrent in progress jobs to import assets from Amazon Redshift datashares',
  details: importDetails({ AssetSources: list(structure({ DataShareArn: text }), { max: MOST_SOURCES }) }),
  problems: ({ AssetSources }, { emptyLists }) =>
    !AssetSources.length && emptyLists === 'refused' ? ['AssetSources must have at least 1 entry'] : [],
  references: importReferences,
  async run(run) {
    const revision = openRevision(run);
    const drafts = run.details.AssetSources.map(({ DataShareArn }) => ({
      // arn:…:datashare:<namespace>/<name>
      name: DataShareArn.split('/').at(-1) || DataShareArn,
      details: { RedshiftDataShareAsset: { Arn: DataShareArn } },
    }));
    addAssets(run, revision, 'REDSHIFT_DATA_SHARE', drafts);
  },
});
