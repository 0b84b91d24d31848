import { notFound } from '../errors';
import { choice, structure, text } from '../validation/shapes';
import { type Operation, operation, PAGING } from './operation';

/** There are no data grants here and none can be created, so lists are empty and every id and ARN is unknown. */
export const DATA_GRANT_OPERATIONS: readonly Operation[] = [
  operation<object>({
    name: 'ListDataGrants',
    method: 'GET',
    path: '/v1/data-grants',
    status: 200,
    query: PAGING.query,
    input: structure({}, PAGING.shape),
    run: () => ({ DataGrantSummaries: [] }),
  }),
  operation<object>({
    name: 'ListReceivedDataGrants',
    method: 'GET',
    path: '/v1/received-data-grants',
    status: 200,
    query: { ...PAGING.query, acceptanceState: { member: 'AcceptanceState', type: 'texts' } },
    input: structure(
      {},
      {
        ...PAGING.shape,
        AcceptanceState: { type: 'array', items: choice(['PENDING_RECEIVER_ACCEPTANCE', 'ACCEPTED']) },
      },
    ),
    run: () => ({ DataGrantSummaries: [] }),
  }),
  unknownGrant('GetDataGrant', 'GET', '/v1/data-grants/:DataGrantId', 'DataGrantId'),
  unknownGrant('DeleteDataGrant', 'DELETE', '/v1/data-grants/:DataGrantId', 'DataGrantId'),
  unknownGrant('AcceptDataGrant', 'POST', '/v1/data-grants/:DataGrantArn/accept', 'DataGrantArn'),
  unknownGrant('GetReceivedDataGrant', 'GET', '/v1/received-data-grants/:DataGrantArn', 'DataGrantArn'),
];

function unknownGrant(name: string, method: Operation['method'], path: string, label: string): Operation {
  return operation<object>({
    name,
    method,
    path,
    status: 200,
    input: structure({ [label]: text }),
    run({ input }) {
      throw notFound('DATA_GRANT', (input as Record<string, string>)[label] ?? '');
    },
  });
}
