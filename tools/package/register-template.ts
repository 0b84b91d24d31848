import { readFileSync } from 'node:fs';
import { inRoot, REGISTER_FILE } from '../support/paths';
import { retarget } from './type-name';

/** register.yml under a name of one's own: the registration as a stack. */
export function registerTemplate(typeName: string): string {
  return retarget(readFileSync(inRoot(REGISTER_FILE), 'utf8'), typeName);
}
