import { UpdateDataSetCommand } from '@aws-sdk/client-dataexchange';
import type { Context, Finding, Probe } from '../probe';
import { attempt, describe, makeDataSet, probe } from './support';

/** What a subscriber sees. */

export const ENTITLED: readonly Probe[] = [
  probe(
    'changeEntitled',
    'revisions',
    (context): Promise<Finding> =>
      withEntitled(context, async (DataSetId) => {
        // A change of nothing: if it is taken, nothing has changed.
        const answer = await attempt(context.clients.dataExchange.send(new UpdateDataSetCommand({ DataSetId })), true);
        const evidence = describe(answer);
        return 'refused' in answer && ['400', '403', '409'].includes(String(answer.refused.status))
          ? { seen: String(answer.refused.status), evidence }
          : { undecided: 'it is none of 400, 403 and 409', evidence };
      }),
    { needs: ['ENTITLED_DATA_SET_ID'] },
  ),
];

/** Works with a data set that the account subscribes to: the user's, or one that the local Data Exchange makes. */
async function withEntitled(context: Context, work: (dataSetId: string) => Promise<Finding>): Promise<Finding> {
  const { emulator, options } = context;
  if (options.ENTITLED_DATA_SET_ID || !emulator) {
    return work(options.ENTITLED_DATA_SET_ID ?? '');
  }
  const source = await makeDataSet(context, 'product');
  const entitled = await context.make('entitlement', `${source.name}-entitled`, () =>
    emulator.entitle(source.id ?? ''),
  );
  const finding = await work(entitled.id ?? '');
  await context.remove(entitled);
  await context.remove(source);
  return finding;
}
