import { structure, text } from '../validation/shapes';
import { operation } from './operation';
import { tagsByArn } from './taggable';

export const listTagsForResource = operation<{ ResourceArn: string }>({
  name: 'ListTagsForResource',
  method: 'GET',
  path: '/tags/*',
  labelOfRest: 'ResourceArn',
  status: 200,
  input: structure({ ResourceArn: text }),
  run({ exchange, input }) {
    return { tags: Object.fromEntries(tagsByArn(exchange, input.ResourceArn)) };
  },
});
