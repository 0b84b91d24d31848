import { id, structure, text } from '../validation/shapes';
import { operation } from './operation';
import { dataSetView } from './present';

export const updateDataSet = operation<{ DataSetId: string; Description?: string; Name?: string }>({
  name: 'UpdateDataSet',
  method: 'PATCH',
  path: '/v1/data-sets/:DataSetId',
  status: 200,
  input: structure({ DataSetId: id }, { Description: text, Name: text }),
  run({ exchange, input, now }) {
    const dataSet = exchange.store.dataSet(input.DataSetId);
    dataSet.name = input.Name ?? dataSet.name;
    dataSet.description = input.Description ?? dataSet.description;
    dataSet.updatedAt = now;
    return dataSetView(dataSet);
  },
});
