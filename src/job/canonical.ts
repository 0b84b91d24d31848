import { isRecord, own } from './properties';
import { definitionOf, type SchemaNode } from './schema-node';

/**
 * A text that is equal for two values exactly if they mean the same: members in any order, and entries in any order
 * where the schema says that their order means nothing (`insertionOrder: false`).
 */
export function canonical(value: unknown, node: SchemaNode | undefined): string {
  const definition = definitionOf(node);
  if (Array.isArray(value)) {
    const entries = value.map((entry) => canonical(entry, definition?.items));
    return `[${(definition?.insertionOrder === false ? entries.sort() : entries).join(',')}]`;
  }
  if (isRecord(value)) {
    const members = Object.keys(value)
      .sort()
      .map(
        (name) =>
          `${JSON.stringify(name)}:${canonical(value[name], own(definition?.properties, name) as SchemaNode | undefined)}`,
      );
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'undefined';
}
