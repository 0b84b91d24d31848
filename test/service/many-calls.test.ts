import { DataExchangeClient, GetRevisionCommand } from '@aws-sdk/client-dataexchange';
import { mockClient } from 'aws-sdk-client-mock';
import { DataExchange } from '../../src/service/data-exchange';

const service = mockClient(DataExchangeClient);

it('as many calls side by side as a list makes are answered, and none is taken for a leaking listener', async () => {
  service.on(GetRevisionCommand).callsFake(async ({ RevisionId }) => ({ Id: RevisionId, Arn: 'arn:of:the:revision' }));
  const signal = AbortSignal.timeout(60_000);
  const client = new DataExchangeClient({ region: 'us-east-1' });
  const exchange = new DataExchange(client, { signal, now: Date.now, log: () => {} });
  const ids = Array.from({ length: 30 }, (_, index) => String(index));
  const revisions = await Promise.all(ids.map((revisionId) => exchange.getRevision({ dataSetId: 'd', revisionId })));
  expect(revisions.map(({ Id }) => Id)).toEqual(ids);
  expect(service.commandCalls(GetRevisionCommand)).toHaveLength(30);
  // Node would write a warning to the function's log. 0: no limit. Within Jest getMaxListeners takes no AbortSignal.
  const limit = Object.getOwnPropertySymbols(signal).find(({ description }) => description?.includes('maxEventTarget'));
  expect(Object(signal)[limit as symbol]).toBe(0);
});
