import { canonical } from './canonical';
import { type Checks, checkSchema, type Problem, propertyAt, repeats, shown, unknownMember } from './check-schema';
import { checkFormat } from './formats';
import {
  COMMON_PROPERTIES,
  JOB_TYPE_NAMES,
  type JobType,
  jobType,
  ownProperties,
  type Rule,
  typesWith,
  type Upload,
} from './job-types';
import { own, type Properties, valueAt } from './properties';
import { PROPERTY_NODES, type SchemaNode } from './schema-node';
import { isReadOnly, isWriteOnly } from './translate';
import { fileOf, isBase64, md5Of } from './upload';

const WRITABLE = Object.keys(PROPERTY_NODES).filter((name) => !isReadOnly(name));

/**
 * Everything that is wrong with a desired model, all at once: the schema's rules about one property (callers other than
 * CloudFormation do not check them) and the rules between properties, which the schema leaves to us because
 * CloudFormation reports a failed `oneOf` as an opaque sentence. Read-only properties are not looked at: the registry
 * feeds them back.
 */
export function validate(model: Properties): Problem[] {
  const given = Object.keys(model).filter((name) => !isReadOnly(name));
  const type = jobType(model.Type);
  return [
    ...missingType(model),
    ...given.flatMap((name) => checkProperty(model, name, type)),
    ...(type === undefined ? missing(model, ['DataSetId'], '') : requiredAndRules(model, type)),
  ];
}

/**
 * One message of at most about 1,900 characters (a stack event shows no more) that names every problem; the first one of
 * each property before the others, so that a long list with many problems hides no other property.
 */
export function describe(problems: readonly Problem[]): string {
  const limit = 1_850;
  const firsts = new Map([...problems].reverse().map((problem) => [propertyAt(problem.path), problem]));
  const isFirst = (problem: Problem): boolean => firsts.get(propertyAt(problem.path)) === problem;
  const ordered = [...problems.filter(isFirst), ...problems.filter((problem) => !isFirst(problem))];
  const lines = ordered.map(({ path, text }) => `${path} ${text}`);
  const head = problems.length === 1 ? 'Invalid: ' : `${problems.length} problems: `;
  let message = head;
  for (const [i, line] of lines.entries()) {
    const next = `${message}${i === 0 ? '' : '; '}${line}`;
    if (next.length > limit) {
      const more = lines.length - Math.max(i, 1);
      return `${i === 0 ? `${next.slice(0, limit)}…` : message}${more === 0 ? '' : `; and ${more} more`}`;
    }
    message = next;
  }
  return message;
}

function missingType(model: Properties): Problem[] {
  return own(model, 'Type') === undefined
    ? [{ path: 'Type', text: `is required, but missing; one of ${JOB_TYPE_NAMES.join(', ')}` }]
    : [];
}

function missing(model: Properties, names: readonly string[], why: string): Problem[] {
  return names
    .filter((name) => own(model, name) === undefined)
    .map((name) => ({ path: name, text: `is required${why}, but missing` }));
}

function checkProperty(model: Properties, name: string, type: JobType | undefined): Problem[] {
  const node = own(PROPERTY_NODES, name) as SchemaNode | undefined;
  if (node === undefined) {
    return [{ path: name, text: unknownMember(name, type === undefined ? WRITABLE : propertiesOf(type), WRITABLE) }];
  }
  const value = own(model, name);
  const problems = checkSchema(value, node, name, CHECKS);
  if (type === undefined || propertiesOf(type).includes(name)) {
    return problems;
  }
  const what = mayEcho(name) ? ` (given: ${shown(value)})` : '';
  return [
    ...problems,
    { path: name, text: `belongs to ${typesWith(name).join(', ')} and not to ${String(model.Type)}; remove it${what}` },
  ];
}

function propertiesOf(type: JobType): readonly string[] {
  return [...COMMON_PROPERTIES, ...ownProperties(type)];
}

function mayEcho(path: string): boolean {
  return !isWriteOnly(propertyAt(path));
}

const CHECKS: Checks = { mayEcho, format: checkFormat };

function requiredAndRules(model: Properties, type: JobType): Problem[] {
  const required = type.inputs.filter((input) => input.required).map((input) => input.property);
  return [
    ...missing(model, required, ` for ${String(model.Type)}`),
    ...(type.rules ?? []).flatMap((rule) => checkRule(model, rule)),
    ...(type.upload === undefined ? [] : checkUpload(model, type.upload)),
  ];
}

function checkUpload(model: Properties, { content, encoding, hash, format }: Upload): Problem[] {
  const given = own(model, hash);
  const file = fileOf(model);
  if (file === undefined) {
    return given === undefined && own(model, content) === undefined
      ? [{ path: hash, text: `is required for ${String(model.Type)} where ${content} is not given, but missing` }]
      : [];
  }
  if (encoding !== undefined && own(model, encoding) === 'base64' && !isBase64(String(own(model, content)))) {
    return [{ path: content, text: `is not Base64, although ${encoding} is base64` }];
  }
  // The digest of a long file takes time, so it is computed only where there is something to compare it with.
  const md5 = given === undefined ? undefined : md5Of(file.bytes);
  return [
    ...(given !== md5
      ? [{ path: hash, text: `does not agree with ${content}, whose MD5 is ${md5}; correct it or leave it out` }]
      : []),
    ...(format === 'json' && !isJson(file.bytes.toString('utf8'))
      ? [{ path: content, text: 'must be a JSON document' }]
      : []),
  ];
}

function isJson(content: string): boolean {
  try {
    JSON.parse(content);
    return true;
  } catch {
    return false;
  }
}

function checkRule(model: Properties, rule: Rule): Problem[] {
  const has = (name: string): boolean => own(model, name) !== undefined;
  switch (rule.rule) {
    case 'both-or-neither': {
      const [given, absent] = has(rule.properties[0]) ? rule.properties : [rule.properties[1], rule.properties[0]];
      return has(given) && !has(absent)
        ? [{ path: absent, text: `is required together with ${given}, but missing` }]
        : [];
    }
    case 'at-least-one':
      return rule.properties.some(has)
        ? []
        : [
            {
              path: rule.properties.join(' or '),
              text: `is required for ${String(model.Type)} (at least one of them), but both are missing`,
            },
          ];
    case 'only-with': {
      const selected = own(model, rule.selector);
      if (selected === rule.value && !has(rule.property)) {
        return [{ path: rule.property, text: `is required where ${rule.selector} is ${rule.value}, but missing` }];
      }
      if (selected !== rule.value && has(rule.property)) {
        const found = selected === undefined ? 'missing' : shown(selected);
        return [
          { path: rule.property, text: `is allowed only where ${rule.selector} is ${rule.value}; it is ${found}` },
        ];
      }
      return [];
    }
    case 'only-without':
      return has(rule.property) && has(rule.other)
        ? [{ path: rule.property, text: `is allowed only where ${rule.other} is not given; remove one of the two` }]
        : [];
    case 'true-with':
      return own(model, rule.property) === true && own(model, rule.other) !== true
        ? [{ path: rule.property, text: `may be true only where ${rule.other} is true` }]
        : [];
    case 'needs': {
      const found = own(model, rule.other);
      const isMet = rule.value === undefined ? found !== undefined : found === rule.value;
      const needed = rule.value === undefined ? 'given' : String(rule.value);
      return has(rule.property) && !isMet
        ? [{ path: rule.property, text: `is allowed only where ${rule.other} is ${needed}` }]
        : [];
    }
    case 'distinct': {
      const entries = own(model, rule.property);
      const keyOf = (entry: unknown): string | undefined => {
        const members = rule.members.map((member) => valueAt(entry, member));
        return members.includes(undefined) ? undefined : JSON.stringify(members);
      };
      const list = Array.isArray(entries) ? entries : [];
      // An entry that repeats another to the letter is reported as that.
      return repeats(list, keyOf)
        .filter(([place, first]) => canonical(list[place], undefined) !== canonical(list[first], undefined))
        .map(([place, first]) => ({
          path: `${rule.property}[${place}]`,
          text: `${rule.why} ${rule.property}[${first}]`,
        }));
    }
  }
}
