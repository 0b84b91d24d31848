import { shorten } from '../errors';

/** Limits of tags in AWS in general; the model of Data Exchange has only the 50. */
const MOST_TAGS = 50;
const LONGEST_KEY = 128;
const LONGEST_VALUE = 256;

/** @param where names the tags in problems @returns problems as phrases, empty if there are none */
export function tagProblems(where: string, tags: readonly (readonly [string, string])[]): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  if (tags.length > MOST_TAGS) {
    problems.push(`${where} must have at most ${MOST_TAGS} tags, given ${tags.length}`);
  }
  for (const [key, value] of tags) {
    const shown = shorten(key, 40);
    if (key.length < 1 || key.length > LONGEST_KEY) {
      problems.push(`${where}: the key "${shown}" must have 1 to ${LONGEST_KEY} characters`);
    }
    if (/^aws:/i.test(key)) {
      problems.push(`${where}: the key "${shown}" begins with the reserved "aws:"`);
    }
    if (value.length > LONGEST_VALUE) {
      problems.push(`${where}: the value of "${shown}" must have at most ${LONGEST_VALUE} characters`);
    }
    if (seen.has(key)) {
      problems.push(`${where}: the key "${shown}" is given twice`);
    }
    seen.add(key);
  }
  return problems;
}
