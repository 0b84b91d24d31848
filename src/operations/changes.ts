import { propertyAt } from '../job/check-schema';
import { areEqual, differences, IN_PLACE } from '../job/differences';
import { own, type Properties } from '../job/properties';
import { PROPERTY_NODES } from '../job/schema-node';
import { describe, validate } from '../job/validate';
import type { Change } from './callback-context';

/**
 * What an update changes.
 *
 * A create-only property that differs asks for a replacement, valid or not: the replacement's create says what is wrong
 * with it. What is refused here is only what no create would see, or what is to change in place. A property that does
 * not differ is not validated again: what was once accepted must stay updatable.
 *
 * @param before the previous model, or, where the caller gives none, the model that the service shows
 */
export function changeOf(desired: Properties, before: Properties): Change {
  const differing = differences(desired, before);
  const problems = validate(desired).filter(({ path }) => isRefused(propertyAt(path), differing, desired, before));
  if (problems.length > 0) {
    return { change: 'invalid', message: describe(problems) };
  }
  const properties = differing.filter((name) => !IN_PLACE.includes(name));
  if (properties.length > 0) {
    return { change: 'replace', properties };
  }
  const start = own(desired, 'StartOnCreation') === true ? 'start' : 'stop';
  return {
    change: differing.includes('StartOnCreation') ? start : 'none',
    finalise: differing.includes('FinalizeRevision') ? own(desired, 'FinalizeRevision') === true : undefined,
    comment: differing.includes('RevisionComment') || undefined,
    tags: differing.includes('RevisionTags') || undefined,
  };
}

/** Whether a problem with a property of the desired model makes the update invalid. */
function isRefused(property: string, differing: readonly string[], desired: Properties, before: Properties): boolean {
  const isChanged = (name: string): boolean => !areEqual(own(desired, name), own(before, name), name);
  if (property === 'FinalizeRevision') {
    // That it is true without StartOnCreation may follow from a change of either.
    return isChanged('FinalizeRevision') || isChanged('StartOnCreation');
  }
  return IN_PLACE.includes(property)
    ? isChanged(property)
    : differing.includes(property) && !Object.hasOwn(PROPERTY_NODES, property);
}
