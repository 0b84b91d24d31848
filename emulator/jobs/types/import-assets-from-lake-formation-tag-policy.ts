import { choice, list, type Shape, structure, text, textOf } from '../../validation/shapes';
import { type AssetDraft, addAssets, openRevision } from '../assets';
import { type ImportDetails, importDetails, importReferences, jobType } from '../job-type';

interface Policy {
  readonly Expression: readonly { readonly TagKey: string; readonly TagValues: readonly string[] }[];
  readonly Permissions: readonly string[];
}

interface Details extends ImportDetails {
  readonly CatalogId: string;
  readonly RoleArn: string;
  readonly Database?: Policy;
  readonly Table?: Policy;
}

/** Makes one asset for each of Database and Table. There is no Lake Formation here: nothing is looked up. */
export const importAssetsFromLakeFormationTagPolicy = jobType<Details>({
  name: 'IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY',
  member: 'ImportAssetsFromLakeFormationTagPolicy',
  assetType: 'LAKE_FORMATION_DATA_PERMISSION',
  direction: 'import',
  concurrent: 5,
  limitName: 'Concurrent in progress jobs to import assets from an AWS Lake Formation tag policy',
  details: importDetails(
    {
      // The model's own pattern has literal slashes in it and matches no account id; twelve digits is what it means.
      CatalogId: textOf({ pattern: '^\\d{12}$' }),
      RoleArn: textOf({ pattern: '^arn:[a-z-]+:iam::(\\d{12}):role\\/.+$' }),
    },
    { Database: policy(['DESCRIBE']), Table: policy(['DESCRIBE', 'SELECT']) },
  ),
  problems({ Database, Table }, { lakeFormationNeither, emptyLists }) {
    const problems: string[] = [];
    if (!Database && !Table && lakeFormationNeither === 'refused') {
      problems.push('Database or Table is required');
    }
    for (const [name, given] of Object.entries({ Database, Table })) {
      if (!given || emptyLists === 'allowed') {
        continue;
      }
      if (!given.Expression.length) {
        problems.push(`${name}.Expression must have at least 1 entry`);
      }
      if (!given.Permissions.length) {
        problems.push(`${name}.Permissions must have at least 1 entry`);
      }
    }
    return problems;
  },
  references: importReferences,
  async run(run) {
    const revision = openRevision(run);
    const { Database, Table } = run.details;
    const drafts = [
      ...(Database ? [draft(run.details, 'Database', Database)] : []),
      ...(Table ? [draft(run.details, 'Table', Table)] : []),
    ];
    addAssets(run, revision, 'LAKE_FORMATION_DATA_PERMISSION', drafts);
  },
});

function policy(permissions: readonly string[]): Shape {
  return structure({
    Expression: list(structure({ TagKey: text, TagValues: list(text) })),
    Permissions: list(choice(permissions)),
  });
}

function draft({ CatalogId, RoleArn }: Details, member: 'Database' | 'Table', given: Policy): AssetDraft {
  return {
    name: `${member}s included in LF-tag policy`,
    details: {
      LakeFormationDataPermissionAsset: {
        LakeFormationDataPermissionDetails: {
          LFTagPolicy: {
            CatalogId,
            ResourceType: member.toUpperCase(),
            ResourceDetails: { [member]: { Expression: given.Expression } },
          },
        },
        LakeFormationDataPermissionType: 'LFTagPolicy',
        Permissions: given.Permissions,
        RoleArn,
      },
    },
  };
}
