import { id, list, structure, text } from '../../validation/shapes';
import { addAssets, openRevision } from '../assets';
import { jobType } from '../job-type';

interface Details {
  DataSetId: string;
  RevisionId: string;
  AssetSources: { DataShareArn: string }[];
}

/** Quota "Amazon Redshift datashare assets per import job from Redshift". */
const MOST_SOURCES = 10;

/** Each datashare becomes an asset of the datashare's name. There is no Redshift here: the request is believed. */
export const importAssetsFromRedshiftDataShares = jobType<Details>({
  name: 'IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES',
  member: 'ImportAssetsFromRedshiftDataShares',
  assetType: 'REDSHIFT_DATA_SHARE',
  direction: 'import',
  concurrent: 10,
  limitName: 'Concurrent in progress jobs to import assets from Amazon Redshift datashares',
  details: structure({
    DataSetId: id,
    RevisionId: id,
    AssetSources: list(structure({ DataShareArn: text }), { max: MOST_SOURCES }),
  }),
  problems: ({ AssetSources }, { emptyLists }) =>
    !AssetSources.length && emptyLists === 'refused' ? ['AssetSources must have at least 1 entry'] : [],
  references: ({ DataSetId, RevisionId }) => ({ dataSetId: DataSetId, revisionIds: [RevisionId], assetIds: [] }),
  async run(work) {
    const revision = openRevision(work);
    const drafts = work.details.AssetSources.map(({ DataShareArn }) => ({
      // arn:…:datashare:<namespace>/<name>
      name: DataShareArn.split('/').at(-1) || DataShareArn,
      details: { RedshiftDataShareAsset: { Arn: DataShareArn } },
    }));
    addAssets(work, revision, 'REDSHIFT_DATA_SHARE', drafts);
  },
});
