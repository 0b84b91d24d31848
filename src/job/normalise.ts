import { isRecord, own, type Properties } from './properties';
import { definitionOf, PROPERTY_NODES, type SchemaNode } from './schema-node';
import { withoutNulls } from './translate';

/**
 * A model as the wire brought it, with scalars in the form that the schema asks for. CloudFormation writes `"true"` for
 * true, Python's tools write `"True"`, and YAML reads an unquoted catalogue id as a number. What cannot be brought into
 * form is left for validation to name.
 */
export function normalise(raw: unknown): Properties {
  if (!isRecord(raw)) {
    return {};
  }
  return Object.fromEntries(
    Object.entries(withoutNulls(raw)).map(([name, value]) => [
      name,
      inForm(value, own(PROPERTY_NODES, name) as SchemaNode | undefined),
    ]),
  );
}

const BOOLEANS: ReadonlyMap<unknown, boolean> = new Map([
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
]);

function inForm(value: unknown, node: SchemaNode | undefined): unknown {
  const definition = definitionOf(node);
  switch (definition?.type) {
    case 'boolean':
      return BOOLEANS.get(value) ?? value;
    case 'string':
      return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
    case 'array':
      return Array.isArray(value) ? value.map((entry) => inForm(entry, definition.items)) : value;
    case 'object':
      return isRecord(value)
        ? Object.fromEntries(
            Object.entries(value).map(([name, member]) => [
              name,
              inForm(member, own(definition.properties, name) as SchemaNode | undefined),
            ]),
          )
        : value;
    default:
      return value;
  }
}
