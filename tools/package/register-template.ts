import { readFileSync } from 'node:fs';
import { inRoot } from '../support/paths';
import { retarget } from './type-name';

/** register.yml under a name of one's own: the registration as a stack. */
export function registerTemplate(typeName: string): string {
  return retarget(readFileSync(inRoot('tools', 'package', 'register.yml'), 'utf8'), typeName);
}
