import { invalid, ServiceError, shorten } from '../errors';
import type { Tags } from '../store/records';
import type { Region } from '../store/region';
import { tagProblems } from '../validation/check-tags';
import { list, structure, text, textMap } from '../validation/shapes';
import { operation, refuseEntitled } from './operation';

/** These paths have no `/v1`, and an ARN, which may have slashes in it, is their rest. */
const PATH = { path: '/tags/*', labelOfRest: 'ResourceArn' } as const;

/** The member is lower-case `tags` on the wire. */
export const tagResource = operation<{ readonly ResourceArn: string; readonly tags: Record<string, string> }>({
  name: 'TagResource',
  method: 'POST',
  ...PATH,
  status: 204,
  input: structure({ ResourceArn: text, tags: textMap }),
  run({ region, input }) {
    const tags = changeableTagsOf(region, input.ResourceArn);
    const wanted = new Map([...tags, ...Object.entries(input.tags)]);
    const problems = tagProblems('tags', [...wanted]);
    if (problems.length) {
      throw invalid(problems);
    }
    for (const [key, value] of wanted) {
      tags.set(key, value);
    }
    return undefined;
  },
});

/** The keys come as a repeated query parameter. */
export const untagResource = operation<{ readonly ResourceArn: string; readonly TagKeys: readonly string[] }>({
  name: 'UntagResource',
  method: 'DELETE',
  ...PATH,
  status: 204,
  query: { tagKeys: { member: 'TagKeys', type: 'texts' } },
  input: structure({ ResourceArn: text, TagKeys: list(text) }),
  run({ region, input }) {
    const tags = changeableTagsOf(region, input.ResourceArn);
    for (const key of input.TagKeys) {
      tags.delete(key);
    }
    return undefined;
  },
});

export const listTagsForResource = operation<{ readonly ResourceArn: string }>({
  name: 'ListTagsForResource',
  method: 'GET',
  ...PATH,
  status: 200,
  input: structure({ ResourceArn: text }),
  run({ region, input }) {
    return { tags: Object.fromEntries(tagsOf(region, input.ResourceArn)) };
  },
});

/** @throws ServiceError 400 or 404, or as `changeEntitled` says for an entitled data set and what is in it */
function changeableTagsOf(region: Region, arn: string): Tags {
  refuseEntitled(region, /:data-sets\/([^/]+)/.exec(arn)?.[1] ?? '');
  return tagsOf(region, arn);
}

/**
 * The tags of the data set, revision, asset or event action that an ARN names; jobs have none.
 * @throws ServiceError 400 or 404
 */
function tagsOf({ store }: Region, arn: string): Tags {
  const resource = /^arn:[a-z-]+:dataexchange:[a-z0-9-]*:\d*:(.+)$/.exec(arn)?.[1];
  if (!resource) {
    const kinds = 'a data set, revision, asset or event action';
    throw invalid([`ResourceArn must be the ARN of ${kinds}, given "${shorten(arn, 200)}"`]);
  }
  const [kind, dataSetId = '', ...parts] = resource.split('/');
  if (kind === 'jobs') {
    throw invalid(['ResourceArn names a job, and jobs have no tags']);
  }
  const resourceId = parts.at(-1) ?? dataSetId;
  const byDepth = [store.dataSets, undefined, store.revisions, undefined, store.assets];
  const records = kind === 'event-actions' ? store.eventActions : byDepth[parts.length];
  const found = records?.get(resourceId);
  if (found?.arn !== arn) {
    const message = `${shorten(arn, 200)} does not exist.`;
    throw new ServiceError('ResourceNotFoundException', 404, message, { ResourceId: resourceId });
  }
  return found.tags;
}
