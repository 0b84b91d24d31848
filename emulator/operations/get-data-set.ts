import { id, structure } from '../validation/shapes';
import { operation } from './operation';
import { dataSetView, tagsOf } from './present';

export const getDataSet = operation<{ DataSetId: string }>({
  name: 'GetDataSet',
  method: 'GET',
  path: '/v1/data-sets/:DataSetId',
  status: 200,
  input: structure({ DataSetId: id }),
  run({ exchange, input }) {
    const dataSet = exchange.store.dataSet(input.DataSetId);
    return { ...dataSetView(dataSet), ...tagsOf(dataSet.tags) };
  },
});
