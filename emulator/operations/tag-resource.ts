import { invalid } from '../errors';
import { tagProblems } from '../validation/check-tags';
import { structure, text, textMap } from '../validation/shapes';
import { operation } from './operation';
import { tagsByArn } from './taggable';

/** The member is lower-case `tags` on the wire and the path has no `/v1`. */
export const tagResource = operation<{ ResourceArn: string; tags: Record<string, string> }>({
  name: 'TagResource',
  method: 'POST',
  path: '/tags/*',
  labelOfRest: 'ResourceArn',
  status: 204,
  input: structure({ ResourceArn: text, tags: textMap }),
  run({ exchange, input }) {
    const tags = tagsByArn(exchange, input.ResourceArn);
    const wanted = new Map([...tags, ...Object.entries(input.tags)]);
    const problems = tagProblems('tags', [...wanted]);
    if (problems.length) throw invalid(problems);
    for (const [key, value] of wanted) tags.set(key, value);
    return undefined;
  },
});
