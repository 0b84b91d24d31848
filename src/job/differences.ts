import { canonical } from './canonical';
import { type Input, jobType } from './job-types';
import { own, type Properties } from './properties';
import { PROPERTY_NODES, type SchemaNode } from './schema-node';
import { isReadOnly, isWriteOnly } from './translate';

/**
 * The create-only properties in which two models differ. A property that is left out has its default; the order of a list
 * means nothing where the schema says so; a write-only value counts only where both models have it, since CloudFormation
 * and the service both may leave it out.
 *
 * @param desired what the template asks for now
 * @param previous what it asked for before, or what the service shows
 */
export function createOnlyDifferences(desired: Properties, previous: Properties): string[] {
  const names = new Set([...Object.keys(desired), ...Object.keys(previous)]);
  return [...names].filter((name) => {
    if (isReadOnly(name) || name === 'StartOnCreation') {
      return false;
    }
    if (isWriteOnly(name) && (own(desired, name) === undefined || own(previous, name) === undefined)) {
      return false;
    }
    const node = own(PROPERTY_NODES, name) as SchemaNode | undefined;
    return canonical(withDefault(desired, name), node) !== canonical(withDefault(previous, name), node);
  });
}

function withDefault(model: Properties, name: string): unknown {
  const inputs: readonly Input[] = jobType(model.Type)?.inputs ?? [];
  return own(model, name) ?? inputs.find((input) => input.property === name)?.default;
}
