import { invalid, limitExceeded } from '../errors';
import { dataSetArn } from '../store/arns';
import { ASSET_TYPES, type AssetType, type DataSet } from '../store/records';
import { tagProblems } from '../validation/check-tags';
import { choice, structure, text, textMap } from '../validation/shapes';
import { operation } from './operation';
import { dataSetView, tagsOf } from './present';

interface Input {
  AssetType: AssetType;
  Description: string;
  Name: string;
  Tags?: Record<string, string>;
}

/** Quota "Data sets per account", per Region. */
const MOST_DATA_SETS = 3_000;

export const createDataSet = operation<Input>({
  name: 'CreateDataSet',
  method: 'POST',
  path: '/v1/data-sets',
  status: 201,
  input: structure({ AssetType: choice(ASSET_TYPES), Description: text, Name: text }, { Tags: textMap }),
  run({ exchange, input, now }) {
    const { store, region, account, ids } = exchange;
    const tags = Object.entries(input.Tags ?? {});
    const problems = tagProblems('Tags', tags);
    if (problems.length) throw invalid(problems);
    const most = exchange.assumptions().limits['Data sets per account'] ?? MOST_DATA_SETS;
    if (store.dataSets.size >= most) throw limitExceeded('Data sets per account', most);
    const id = ids.next();
    const dataSet: DataSet = {
      id,
      arn: dataSetArn(region, account, id),
      name: input.Name,
      description: input.Description,
      assetType: input.AssetType,
      createdAt: now,
      updatedAt: now,
      tags: new Map(tags),
    };
    store.dataSets.set(id, dataSet);
    return { ...dataSetView(dataSet), ...tagsOf(dataSet.tags) };
  },
});
