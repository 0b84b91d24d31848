import { canonical } from './canonical';
import { isRecord, own } from './properties';
import { definitionOf, type SchemaNode } from './schema-node';

/** One thing wrong with a model: where, and a sentence that says what was given and what is allowed. */
export interface Problem {
  /** `S3AssetSources[0].Bucket` */
  readonly path: string;
  readonly text: string;
}

/** The top-level property that a problem's path begins with. */
export function propertyAt(path: string): string {
  return path.split(/[.[]/, 1)[0] as string;
}

/** What depends on the place of a value in the model. */
export interface Checks {
  /** Whether the value may be repeated in a message: secrets may not. */
  readonly mayEcho: (path: string) => boolean;
  /** What is wrong with a text that the schema allows; undefined if nothing is. */
  readonly format: (path: string, value: string) => string | undefined;
}

/**
 * Everything in which a value breaks the schema's rules for it. Checks the keywords of SchemaNode, which are all that
 * `aws-dataexchange-job.json` uses (a test holds that); no validator library has to be in the bundle for them. Also
 * refuses an entry that occurs twice in a list whose order means nothing: `uniqueItems` would turn the list into a Set
 * in the models.
 */
export function checkSchema(value: unknown, node: SchemaNode, path: string, checks: Checks): Problem[] {
  const rules = definitionOf(node) as SchemaNode;
  const problem = (text: string): Problem[] => [{ path, text }];
  const mayEcho = checks.mayEcho(path);
  const given = mayEcho ? shown(value) : 'the given value';

  if (rules.type !== undefined && !hasType(value, rules.type)) {
    return problem(`must be ${article(rules.type)}, not ${mayEcho ? shown(value) : typeName(value)}`);
  }
  if (rules.enum !== undefined && !rules.enum.includes(value)) {
    return problem(`${given} is not one of ${rules.enum.map(String).join(', ')}`);
  }
  if (typeof value === 'string') {
    const problems = checkString(value, rules, given, problem);
    const text = problems.length === 0 ? checks.format(path, value) : undefined;
    return text === undefined ? problems : problem(`${given} ${text}`);
  }
  if (Array.isArray(value)) {
    return [
      ...checkCount(value, rules, problem),
      ...checkItems(value, rules, path, checks),
      ...(rules.insertionOrder === false ? repeated(value, rules, path, mayEcho) : []),
    ];
  }
  return isRecord(value) ? checkMembers(value, rules, path, checks) : [];
}

function checkString(value: string, rules: SchemaNode, given: string, problem: (text: string) => Problem[]): Problem[] {
  const length = [...value].length;
  if (rules.minLength !== undefined && length < rules.minLength) {
    return problem(value === '' ? 'must not be empty' : `${given} is shorter than ${rules.minLength} characters`);
  }
  if (rules.maxLength !== undefined && length > rules.maxLength) {
    return problem(`has ${length} characters; at most ${rules.maxLength} are allowed`);
  }
  if (rules.pattern !== undefined && !new RegExp(rules.pattern).test(value)) {
    return problem(`${given} does not match ${rules.pattern}`);
  }
  return [];
}

function checkCount(value: readonly unknown[], rules: SchemaNode, problem: (text: string) => Problem[]): Problem[] {
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = rules;
  if (value.length >= minItems && value.length <= maxItems) {
    return [];
  }
  const allowed =
    minItems === maxItems
      ? `exactly ${minItems}`
      : maxItems === Number.POSITIVE_INFINITY
        ? `at least ${minItems}`
        : `${minItems} to ${maxItems}`;
  return problem(`has ${value.length} ${value.length === 1 ? 'entry' : 'entries'}; ${allowed} allowed`);
}

function checkItems(value: readonly unknown[], rules: SchemaNode, path: string, checks: Checks): Problem[] {
  const { items } = rules;
  return items === undefined ? [] : value.flatMap((entry, i) => checkSchema(entry, items, `${path}[${i}]`, checks));
}

function repeated(value: readonly unknown[], rules: SchemaNode, path: string, mayEcho: boolean): Problem[] {
  return repeats(value, (entry) => canonical(entry, rules.items)).map(([place, first]) => ({
    path: `${path}[${place}]`,
    text: `repeats ${path}[${first}]${mayEcho ? `: ${shown(value[place])}` : ''}`,
  }));
}

/**
 * The places in a list whose entry has the same key as an earlier one, each with the place of the first such entry.
 *
 * @param keyOf undefined: the entry is like no other
 */
export function repeats(
  entries: readonly unknown[],
  keyOf: (entry: unknown) => string | undefined,
): readonly (readonly [place: number, first: number])[] {
  const firsts = new Map<string, number>();
  return entries.flatMap((entry, place) => {
    const key = keyOf(entry);
    const first = key === undefined ? undefined : firsts.get(key);
    if (key !== undefined && first === undefined) {
      firsts.set(key, place);
    }
    return first === undefined ? [] : [[place, first] as const];
  });
}

function checkMembers(value: Record<string, unknown>, rules: SchemaNode, path: string, checks: Checks): Problem[] {
  const missing = (rules.required ?? [])
    .filter((name) => own(value, name) === undefined)
    .map((name) => ({ path: `${path}.${name}`, text: 'is required, but missing' }));
  const members = Object.entries(value).flatMap(([name, member]) => {
    const memberNode = own(rules.properties, name) as SchemaNode | undefined;
    if (memberNode !== undefined) {
      return checkSchema(member, memberNode, `${path}.${name}`, checks);
    }
    return rules.additionalProperties === false
      ? [{ path: `${path}.${name}`, text: unknownMember(name, Object.keys(rules.properties ?? {})) }]
      : [];
  });
  return [...missing, ...members];
}

/**
 * What to say of a name that is not there; a slip of the case is the most frequent one.
 *
 * @param known what a message lists
 * @param candidates what might have been meant, if that is more
 */
export function unknownMember(name: string, known: readonly string[], candidates = known): string {
  const meant = candidates.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  return meant === undefined ? `is not known; known are ${known.join(', ')}` : `is not known; did you mean ${meant}?`;
}

/** A value as a message shows it: JSON, cut where it gets long. */
export function shown(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 80 ? `${json.slice(0, 77)}...` : json;
}

function hasType(value: unknown, type: string): boolean {
  return typeName(value) === type || (type === 'number' && typeName(value) === 'integer');
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) {
    return 'array';
  }
  if (value === null) {
    return 'null';
  }
  return Number.isInteger(value) ? 'integer' : typeof value;
}

function article(type: string): string {
  return (
    { array: 'a list', object: 'an object', integer: 'an integer', string: 'a string', boolean: 'true or false' }[
      type
    ] ?? type
  );
}
