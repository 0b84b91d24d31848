import { invalid, ServiceError } from '../errors';
import type { Exchange } from '../exchange';
import type { Tags } from '../store/records';

/** The tags of whatever an ARN names. Data sets, revisions and assets have tags; jobs do not. @throws ServiceError 400 or 404 */
export function tagsByArn(exchange: Exchange, arn: string): Tags {
  const { store } = exchange;
  const match = /^arn:[a-z-]+:dataexchange:[a-z0-9-]*:\d*:(.+)$/.exec(arn);
  if (!match?.[1])
    throw invalid([`ResourceArn must be the ARN of a data set, revision or asset, given "${arn.slice(0, 200)}"`]);
  const parts = match[1].split('/');
  if (parts[0] === 'jobs') throw invalid(['ResourceArn names a job, and jobs have no tags']);
  const id = parts.at(-1) ?? '';
  const found = { 2: store.dataSets, 4: store.revisions, 6: store.assets }[parts.length]?.get(id);
  if (found?.arn !== arn)
    throw new ServiceError('ResourceNotFoundException', 404, `${arn.slice(0, 200)} does not exist.`, {
      ResourceId: id,
    });
  return found.tags;
}
