/** Limits of tags in AWS at large; the Data Exchange model has none but the 50. */
const MOST_TAGS = 50;
const LONGEST_KEY = 128;
const LONGEST_VALUE = 256;

/** @param where how messages call the tags @returns every problem with the tags, empty if none */
export function tagProblems(where: string, tags: readonly (readonly [string, string])[]): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  if (tags.length > MOST_TAGS) problems.push(`${where} must have at most ${MOST_TAGS} tags, given ${tags.length}`);
  for (const [key, value] of tags) {
    const shown = key.length > 40 ? `${key.slice(0, 40)}…` : key;
    if (key.length < 1 || key.length > LONGEST_KEY)
      problems.push(`${where}: the key "${shown}" must have 1 to ${LONGEST_KEY} characters`);
    if (/^aws:/i.test(key)) problems.push(`${where}: the key "${shown}" begins with the reserved "aws:"`);
    if (value.length > LONGEST_VALUE)
      problems.push(`${where}: the value of "${shown}" must have at most ${LONGEST_VALUE} characters`);
    if (seen.has(key)) problems.push(`${where}: the key "${shown}" is given twice`);
    seen.add(key);
  }
  return problems;
}
