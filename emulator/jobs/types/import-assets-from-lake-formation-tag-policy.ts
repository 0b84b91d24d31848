import { choice, id, list, type Shape, structure, text, textOf } from '../../validation/shapes';
import { type AssetDraft, addAssets, openRevision } from '../assets';
import { jobType } from '../job-type';

interface Policy {
  Expression: { TagKey: string; TagValues: string[] }[];
  Permissions: string[];
}

interface Details {
  CatalogId: string;
  RoleArn: string;
  DataSetId: string;
  RevisionId: string;
  Database?: Policy;
  Table?: Policy;
}

function policy(permissions: string[]): Shape {
  return structure({
    Expression: list(structure({ TagKey: text, TagValues: list(text) })),
    Permissions: list(choice(permissions)),
  });
}

/** One asset for each of Database and Table that is given. There is no Lake Formation here: the request is believed. */
export const importAssetsFromLakeFormationTagPolicy = jobType<Details>({
  name: 'IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY',
  member: 'ImportAssetsFromLakeFormationTagPolicy',
  assetType: 'LAKE_FORMATION_DATA_PERMISSION',
  direction: 'import',
  concurrent: 5,
  limitName: 'Concurrent in progress jobs to import assets from an AWS Lake Formation tag policy',
  details: structure(
    {
      // The model's own pattern has literal slashes in it and matches no account id; twelve digits is what it means.
      CatalogId: textOf({ pattern: '^\\d{12}$' }),
      RoleArn: textOf({ pattern: '^arn:[a-z-]+:iam::(\\d{12}):role\\/.+$' }),
      DataSetId: id,
      RevisionId: id,
    },
    { Database: policy(['DESCRIBE']), Table: policy(['DESCRIBE', 'SELECT']) },
  ),
  problems({ Database, Table }, { lakeFormationNeither, emptyLists }) {
    const problems: string[] = [];
    if (!Database && !Table && lakeFormationNeither === 'refused') problems.push('Database or Table is required');
    for (const [name, given] of Object.entries({ Database, Table })) {
      if (!given || emptyLists === 'allowed') continue;
      if (!given.Expression.length) problems.push(`${name}.Expression must have at least 1 entry`);
      if (!given.Permissions.length) problems.push(`${name}.Permissions must have at least 1 entry`);
    }
    return problems;
  },
  references: ({ DataSetId, RevisionId }) => ({ dataSetId: DataSetId, revisionIds: [RevisionId], assetIds: [] }),
  async run(work) {
    const revision = openRevision(work);
    const { CatalogId, RoleArn, Database, Table } = work.details;
    const draft = (resourceType: 'DATABASE' | 'TABLE', member: 'Database' | 'Table', given: Policy): AssetDraft => ({
      name: `${member}s included in LF-tag policy`,
      details: {
        LakeFormationDataPermissionAsset: {
          LakeFormationDataPermissionDetails: {
            LFTagPolicy: {
              CatalogId,
              ResourceType: resourceType,
              ResourceDetails: { [member]: { Expression: given.Expression } },
            },
          },
          LakeFormationDataPermissionType: 'LFTagPolicy',
          Permissions: given.Permissions,
          RoleArn,
        },
      },
    });
    const drafts = [
      ...(Database ? [draft('DATABASE', 'Database', Database)] : []),
      ...(Table ? [draft('TABLE', 'Table', Table)] : []),
    ];
    addAssets(work, revision, 'LAKE_FORMATION_DATA_PERMISSION', drafts);
  },
});
