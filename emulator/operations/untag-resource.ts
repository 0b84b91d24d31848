import { list, structure, text } from '../validation/shapes';
import { operation } from './operation';
import { tagsByArn } from './taggable';

/** The keys come as a repeated query parameter. */
export const untagResource = operation<{ ResourceArn: string; TagKeys: string[] }>({
  name: 'UntagResource',
  method: 'DELETE',
  path: '/tags/*',
  labelOfRest: 'ResourceArn',
  status: 204,
  query: { tagKeys: { member: 'TagKeys', type: 'texts' } },
  input: structure({ ResourceArn: text, TagKeys: list(text) }),
  run({ exchange, input }) {
    const tags = tagsByArn(exchange, input.ResourceArn);
    for (const key of input.TagKeys) tags.delete(key);
    return undefined;
  },
});
