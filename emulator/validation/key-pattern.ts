/** The references that a KeyPattern may hold (User Guide, key patterns of revision exports). */
const KEY_REFERENCES = [
  'Asset.Id',
  'Asset.Name',
  'DataSet.Id',
  'DataSet.Name',
  'Revision.CreatedAt',
  'Revision.CreatedAt.Day',
  'Revision.CreatedAt.Month',
  'Revision.CreatedAt.Year',
  'Revision.Id',
] as const;
export type KeyReference = (typeof KEY_REFERENCES)[number];

/** The documented default. */
export const DEFAULT_KEY_PATTERN = '${Asset.Name}';

const REFERENCE = /\$\{([^}]*)\}/g;

/**
 * What is wrong with a pattern.
 * @param unknownAllowed whether it may hold references that are not documented
 * @returns problems as phrases, empty if there are none
 */
export function keyPatternProblems(pattern: string, unknownAllowed: boolean): string[] {
  const names = [...pattern.matchAll(REFERENCE)].map((match) => match[1]!);
  const unknown = names.filter((name) => !isReference(name));
  const problems: string[] = [];
  if (!names.includes('Asset.Name') && !names.includes('Asset.Id')) {
    problems.push('must contain ${Asset.Name} or ${Asset.Id}');
  }
  if (unknown.length && !unknownAllowed) {
    const references = unknown.map((name) => `\${${name}}`).join(', ');
    problems.push(`has the unknown reference${unknown.length > 1 ? 's' : ''} ${references}`);
  }
  return problems;
}

/** Replaces every known reference; unknown ones stay as they are. */
export function fillKeyPattern(pattern: string, values: Readonly<Record<KeyReference, string>>): string {
  return pattern.replace(REFERENCE, (whole, name: string) => (isReference(name) ? values[name] : whole));
}

function isReference(name: string): name is KeyReference {
  return (KEY_REFERENCES as readonly string[]).includes(name);
}
