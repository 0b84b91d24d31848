import { choice, pageSize, structure, text } from '../validation/shapes';
import { operation, PAGING, type PagingInput } from './operation';
import { dataSetView, pageView } from './present';

/** Newest first. All data sets here are owned: there is nobody to be entitled by. */
export const listDataSets = operation<PagingInput & { Origin?: string }>({
  name: 'ListDataSets',
  method: 'GET',
  path: '/v1/data-sets',
  status: 200,
  query: { ...PAGING, origin: { member: 'Origin', type: 'text' } },
  input: structure({}, { MaxResults: pageSize, NextToken: text, Origin: choice(['OWNED', 'ENTITLED']) }),
  run({ exchange, input }) {
    const origin = input.Origin ?? 'OWNED';
    const found = origin === 'OWNED' ? [...exchange.store.dataSets.values()] : [];
    const { page, next } = pageView(exchange, input, ['ListDataSets', origin], found, ({ createdAt, id }) => [
      createdAt,
      id,
    ]);
    return { DataSets: page.map(dataSetView), ...next };
  },
});
