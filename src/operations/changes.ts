import { propertyAt } from '../job/check-schema';
import { createOnlyDifferences, IN_PLACE } from '../job/differences';
import { own, type Properties } from '../job/properties';
import { PROPERTY_NODES } from '../job/schema-node';
import { describe, validate } from '../job/validate';
import type { Change } from './callback-context';

/**
 * What an update changes.
 *
 * A create-only property that differs asks for a replacement, valid or not: the replacement's create says what is wrong with it.
 * What is refused here is only what no create would see, or what is to change in place. A model in which nothing differs is
 * not validated again: what was once accepted must stay updatable.
 *
 * @param before the previous model, or, where the caller gives none, the model that the service shows
 */
export function changeOf(desired: Properties, before: Properties): Change {
  const properties = createOnlyDifferences(desired, before);
  const start = changedTo('StartOnCreation', desired, before);
  const finalise = changedTo('FinalizeRevision', desired, before);
  const problems = validate(desired).filter(({ path }) => isRefused(path, properties, finalise));
  if (problems.length > 0) {
    return { change: 'invalid', message: describe(problems) };
  }
  if (properties.length > 0) {
    return { change: 'replace', properties };
  }
  return { change: start === undefined ? 'none' : start ? 'start' : 'stop', finalise };
}

function isRefused(path: string, differing: readonly string[], finalise: boolean | undefined): boolean {
  const property = propertyAt(path);
  if (property === 'FinalizeRevision') {
    return finalise !== false;
  }
  return IN_PLACE.includes(property) || (differing.includes(property) && !Object.hasOwn(PROPERTY_NODES, property));
}

/** What a boolean property becomes; undefined if it stays. One that is absent is false. */
function changedTo(name: string, desired: Properties, before: Properties): boolean | undefined {
  const isTrue = own(desired, name) === true;
  return isTrue === (own(before, name) === true) ? undefined : isTrue;
}
