import { createOnlyDifferences } from '../job/differences';
import type { Properties } from '../job/properties';
import { describe, validate } from '../job/validate';
import { wantsStart } from './answers';
import type { Change } from './callback-context';

/**
 * What an update changes.
 *
 * A model in which nothing create-only differs is not validated again: what was once accepted must stay updatable.
 *
 * @param before the previous model, or, where the caller gives none, the model that the service shows
 */
export function changeOf(desired: Properties, before: Properties): Change {
  const properties = createOnlyDifferences(desired, before);
  const start = desired.StartOnCreation;
  if (properties.length > 0 || (start !== undefined && typeof start !== 'boolean')) {
    const problems = validate(desired);
    return problems.length > 0 ? { change: 'invalid', message: describe(problems) } : { change: 'replace', properties };
  }
  if (wantsStart(desired) === wantsStart(before)) {
    return { change: 'none' };
  }
  return { change: wantsStart(desired) ? 'start' : 'stop' };
}
