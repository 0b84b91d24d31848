import type { Asset, DataSet, Revision } from '../../store/records';
import { DEFAULT_KEY_PATTERN, fillKeyPattern, keyPatternProblems } from '../../validation/key-pattern';
import { id, list, structure, text } from '../../validation/shapes';
import { existingRevision, exportableAsset } from '../assets';
import { type Encryption, encryption, encryptionProblems } from '../encryption';
import { jobType } from '../job-type';
import { writeAll } from '../transfers';

interface Details {
  DataSetId: string;
  RevisionDestinations: { RevisionId: string; Bucket: string; KeyPattern?: string }[];
  Encryption?: Encryption;
}

/** Every asset of the revision is written under the key that the pattern gives. */
export const exportRevisionsToS3 = jobType<Details>({
  name: 'EXPORT_REVISIONS_TO_S3',
  member: 'ExportRevisionsToS3',
  assetType: 'S3_SNAPSHOT',
  direction: 'export',
  concurrent: 5,
  limitName: 'Concurrent in progress jobs to export revisions to Amazon S3',
  details: structure(
    { DataSetId: id, RevisionDestinations: list(structure({ RevisionId: id, Bucket: text }, { KeyPattern: text })) },
    { Encryption: encryption },
  ),
  problems({ RevisionDestinations, Encryption }, assumptions) {
    const problems = encryptionProblems(Encryption, assumptions);
    const most = assumptions.revisionsPerExport;
    if (RevisionDestinations.length > most) {
      problems.push(
        `RevisionDestinations must have at most ${most} ${most === 1 ? 'entry' : 'entries'}, given ${RevisionDestinations.length}`,
      );
    }
    if (!RevisionDestinations.length && assumptions.emptyLists === 'refused')
      problems.push('RevisionDestinations must have at least 1 entry');
    for (const [at, { KeyPattern }] of RevisionDestinations.entries()) {
      if (KeyPattern === undefined) continue;
      const wrong = keyPatternProblems(KeyPattern, assumptions.unknownKeyReferences === 'literal');
      problems.push(...wrong.map((what) => `RevisionDestinations[${at}].KeyPattern ${what}`));
    }
    return problems;
  },
  references: ({ DataSetId, RevisionDestinations }) => ({
    dataSetId: DataSetId,
    revisionIds: RevisionDestinations.map(({ RevisionId }) => RevisionId),
    assetIds: [],
  }),
  async run(work) {
    const { DataSetId, RevisionDestinations, Encryption } = work.details;
    const { store, assumptions } = work.exchange;
    const destinations = RevisionDestinations.flatMap(({ RevisionId, Bucket, KeyPattern }) => {
      const revision = existingRevision(work, DataSetId, RevisionId);
      const dataSet = store.dataSet(DataSetId);
      return store.assetsOf(RevisionId).map(({ id: assetId }) => {
        const asset = exportableAsset(work, revision, assetId);
        const values = valuesOf(dataSet, revision, asset, assumptions().createdAtInKeys);
        return { asset, bucket: Bucket, key: fillKeyPattern(KeyPattern ?? DEFAULT_KEY_PATTERN, values) };
      });
    });
    await writeAll(work, destinations, Encryption);
  },
});

function valuesOf(dataSet: DataSet, revision: Revision, asset: Asset, form: 'milliseconds' | 'seconds') {
  const createdAt = new Date(revision.createdAt).toISOString();
  return {
    'Asset.Id': asset.id,
    'Asset.Name': asset.name,
    'DataSet.Id': dataSet.id,
    'DataSet.Name': dataSet.name,
    'Revision.CreatedAt': form === 'seconds' ? createdAt.replace(/\.\d+/, '') : createdAt,
    'Revision.CreatedAt.Year': createdAt.slice(0, 4),
    'Revision.CreatedAt.Month': createdAt.slice(5, 7),
    'Revision.CreatedAt.Day': createdAt.slice(8, 10),
    'Revision.Id': revision.id,
  };
}
