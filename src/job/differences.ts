import { canonical } from './canonical';
import { type Input, jobType } from './job-types';
import { isRecord, own, type Properties } from './properties';
import { PROPERTY_NODES, type SchemaNode } from './schema-node';
import { computedHash, effective, isReadOnly, isWriteOnly } from './translate';

/** What an update may change without a new job. */
export const IN_PLACE: readonly string[] = [
  'StartOnCreation',
  'FinalizeRevision',
  'RevisionComment',
  'RevisionTags',
  'RevokeOnDelete',
  'RevocationComment',
];

/** What an absent property means that is no input of the job. */
const DEFAULTS: Properties = { StartOnCreation: false, FinalizeRevision: false, RevisionComment: '' };

/**
 * The properties in which two models differ. A property that is left out has its default; the order of a list means
 * nothing where the schema says so; a write-only value counts only where both models have it, since CloudFormation and
 * the service both may leave it out.
 *
 * @param desired what the template asks for now
 * @param previous what it asked for before, or what the service shows
 */
export function differences(desired: Properties, previous: Properties): string[] {
  const names = new Set([...Object.keys(desired), ...Object.keys(previous)]);
  return [...names].filter((name) => {
    if (isReadOnly(name)) {
      return false;
    }
    const [now, before] = [inEffect(desired, name), inEffect(previous, name)];
    if ((isWriteOnly(name) || isComputed(desired, name)) && (now === undefined || before === undefined)) {
      return false;
    }
    return !areEqual(now, before, name);
  });
}

/** Whether two values of a property mean the same. */
export function areEqual(one: unknown, other: unknown, name: string): boolean {
  const node = own(PROPERTY_NODES, name) as SchemaNode | undefined;
  return canonical(one, node) === canonical(other, node);
}

/** The hash of a file that the template held: it follows from a write-only value. */
function isComputed(model: Properties, name: string): boolean {
  return jobType(model.Type)?.upload?.hash === name;
}

/**
 * The value of a property that takes effect: what the model says or its file amounts to, else the service's default.
 */
function inEffect(model: Properties, name: string): unknown {
  const { inputs = [], upload } = jobType(model.Type) ?? {};
  if (name === upload?.hash) {
    return own({ ...model, ...computedHash(model) }, name);
  }
  const input = inputs.find(({ property }) => property === name);
  return input === undefined
    ? (own(model, name) ?? own(DEFAULTS, name))
    : withoutDefaults(effective(model, input), input);
}

/**
 * A list without the members of its entries that have the service's default: whether the service shows the default of
 * a member that the template leaves out is not known.
 */
function withoutDefaults(value: unknown, { memberDefaults }: Input): unknown {
  if (memberDefaults === undefined || !Array.isArray(value)) {
    return value;
  }
  return value.map((entry) =>
    isRecord(entry)
      ? Object.fromEntries(Object.entries(entry).filter(([name, member]) => own(memberDefaults, name) !== member))
      : entry,
  );
}
