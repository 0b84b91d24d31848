import { HANDLERS, permissionsOf } from '../../src/job/rights';
import { SCHEMA_FILE } from '../support/paths';
import { formatted } from './formatted';

/** The schema's text with `handlers.*.permissions` as the rights say, and all else as it is. */
export function withPermissions(text: string): string {
  const schema = JSON.parse(text);
  for (const handler of HANDLERS) {
    schema.handlers[handler].permissions = permissionsOf(handler);
  }
  return formatted(SCHEMA_FILE, JSON.stringify(schema, null, 2));
}
