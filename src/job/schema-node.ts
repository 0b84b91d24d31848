import { own } from './properties';
import { schema } from './schema';

/** The keywords of JSON Schema that this type's schema uses to constrain a value. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: SchemaNode;
  readonly insertionOrder?: boolean;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
}

/** The schema's rules for the top-level properties. */
export const PROPERTY_NODES = schema.properties as Readonly<Record<string, SchemaNode>>;

/** A node with its `$ref` into `definitions` followed; the node's own keywords win. */
export function definitionOf(node: SchemaNode | undefined): SchemaNode | undefined {
  if (node?.$ref === undefined) {
    return node;
  }
  const name = node.$ref.slice('#/definitions/'.length);
  const { $ref: _, ...keywords } = node;
  return { ...definitionOf(own(schema.definitions, name) as SchemaNode), ...keywords };
}
