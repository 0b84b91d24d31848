import type { Asset, DataSet, Revision } from '../../store/records';
import {
  DEFAULT_KEY_PATTERN,
  fillKeyPattern,
  type KeyReference,
  keyPatternProblems,
} from '../../validation/key-pattern';
import { id, list, structure, text } from '../../validation/shapes';
import { existingRevision, exportableAsset } from '../assets';
import { type Encryption, encryption, encryptionProblems } from '../encryption';
import { jobType } from '../job-type';
import { writeAll } from '../transfers';

interface Details {
  readonly DataSetId: string;
  readonly RevisionDestinations: readonly {
    readonly RevisionId: string;
    readonly Bucket: string;
    readonly KeyPattern?: string;
  }[];
  readonly Encryption?: Encryption;
}

/** Writes every asset of the revision under the key that the pattern gives. */
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
    const given = RevisionDestinations.length;
    const most = assumptions.revisionsPerExport;
    if (given > most) {
      const entries = most === 1 ? 'entry' : 'entries';
      problems.push(`RevisionDestinations must have at most ${most} ${entries}, given ${given}`);
    }
    if (given === 0 && assumptions.emptyLists === 'refused') {
      problems.push('RevisionDestinations must have at least 1 entry');
    }
    for (const [at, { KeyPattern }] of RevisionDestinations.entries()) {
      if (KeyPattern !== undefined) {
        const wrong = keyPatternProblems(KeyPattern, assumptions.unknownKeyReferences === 'literal');
        problems.push(...wrong.map((problem) => `RevisionDestinations[${at}].KeyPattern ${problem}`));
      }
    }
    return problems;
  },
  withDefaults(details, { assumptions }) {
    if (!assumptions().echoedKeyPattern) {
      return details;
    }
    const destinations = details.RevisionDestinations.map((given) => ({ KeyPattern: DEFAULT_KEY_PATTERN, ...given }));
    return { ...details, RevisionDestinations: destinations };
  },
  references: ({ DataSetId, RevisionDestinations }) => ({
    dataSetId: DataSetId,
    revisionIds: RevisionDestinations.map(({ RevisionId }) => RevisionId),
    assetIds: [],
  }),
  async run(run) {
    const { DataSetId, RevisionDestinations, Encryption } = run.details;
    const { store, assumptions } = run.region;
    const destinations = RevisionDestinations.flatMap(({ RevisionId, Bucket, KeyPattern }) => {
      const revision = existingRevision(run, DataSetId, RevisionId);
      const dataSet = store.dataSet(DataSetId);
      return store.assetsOf(RevisionId).map(({ id: assetId }) => {
        const asset = exportableAsset(run, revision, assetId);
        const values = keyValues(dataSet, revision, asset, assumptions().createdAtInKeys);
        return { asset, bucket: Bucket, key: fillKeyPattern(KeyPattern ?? DEFAULT_KEY_PATTERN, values) };
      });
    });
    await writeAll(run, destinations, Encryption);
  },
});

function keyValues(
  dataSet: DataSet,
  revision: Revision,
  asset: Asset,
  precision: 'milliseconds' | 'seconds',
): Record<KeyReference, string> {
  const createdAt = new Date(revision.createdAt).toISOString();
  return {
    'Asset.Id': asset.id,
    'Asset.Name': asset.name,
    'DataSet.Id': dataSet.id,
    'DataSet.Name': dataSet.name,
    'Revision.CreatedAt': precision === 'seconds' ? createdAt.replace(/\.\d+/, '') : createdAt,
    'Revision.CreatedAt.Year': createdAt.slice(0, 4),
    'Revision.CreatedAt.Month': createdAt.slice(5, 7),
    'Revision.CreatedAt.Day': createdAt.slice(8, 10),
    'Revision.Id': revision.id,
  };
}
