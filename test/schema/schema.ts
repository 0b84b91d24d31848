import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Handler {
  readonly permissions: readonly string[];
  readonly timeoutInMinutes?: number;
  readonly handlerSchema?: { readonly properties: Readonly<Record<string, { readonly $ref: string }>> };
}

/** As much of the schema as these tests read. */
export interface Schema {
  readonly properties: Readonly<Record<string, SchemaNode>>;
  readonly definitions: Readonly<Record<string, SchemaNode>>;
  readonly required: readonly string[];
  readonly handlers: Readonly<Record<'create' | 'read' | 'update' | 'delete' | 'list', Handler>>;
  readonly [keyword: string]: unknown;
}

export interface SchemaNode {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly examples?: readonly unknown[];
  readonly insertionOrder?: boolean;
  readonly uniqueItems?: boolean;
  readonly additionalProperties?: boolean;
}

export const schema: Schema = JSON.parse(
  readFileSync(join(__dirname, '..', '..', 'aws-dataexchange-job.json'), 'utf8'),
);

/** Every keyword whose value is a list of pointers to properties. */
export const POINTER_LISTS = [
  'primaryIdentifier',
  'readOnlyProperties',
  'writeOnlyProperties',
  'createOnlyProperties',
  'conditionalCreateOnlyProperties',
] as const;

export function pointers(keyword: (typeof POINTER_LISTS)[number]): readonly string[] {
  return (schema[keyword] ?? []) as readonly string[];
}

/** What a pointer such as /properties/A/B or /properties/A/*\/B leads to; undefined where it leads nowhere. */
export function follow(pointer: string): SchemaNode | undefined {
  const [root, ...path] = pointer.split('/').slice(1);
  let node: SchemaNode | undefined = root === 'properties' ? { properties: schema.properties } : undefined;
  for (const segment of path) {
    const at: SchemaNode | undefined = node && resolved(node);
    node = segment === '*' ? at?.items : own(at?.properties, segment);
  }
  return node;
}

export function resolved(node: SchemaNode): SchemaNode {
  const name = node.$ref?.replace('#/definitions/', '');
  return name === undefined ? node : (own(schema.definitions, name) ?? {});
}

/** Every schema node with its path, definitions included. */
export function* everyNode(): Generator<{ readonly at: string; readonly node: SchemaNode }> {
  for (const group of ['properties', 'definitions'] as const) {
    for (const [name, node] of Object.entries(schema[group])) {
      yield* below(`/${group}/${name}`, node);
    }
  }
}

function* below(at: string, node: SchemaNode): Generator<{ readonly at: string; readonly node: SchemaNode }> {
  yield { at, node };
  if (node.items) {
    yield* below(`${at}/items`, node.items);
  }
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    yield* below(`${at}/properties/${name}`, child);
  }
}

function own<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record && Object.hasOwn(record, name) ? record[name] : undefined;
}
