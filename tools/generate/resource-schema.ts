/** As much of `aws-dataexchange-job.json` as the generators read. */
export interface ResourceSchema {
  readonly properties: Readonly<Record<string, SchemaNode>>;
  readonly definitions: Readonly<Record<string, SchemaNode>>;
  readonly required: readonly string[];
  readonly readOnlyProperties: readonly string[];
  readonly createOnlyProperties: readonly string[];
  readonly conditionalCreateOnlyProperties: readonly string[];
}

export interface SchemaNode {
  readonly type?: string;
  readonly $ref?: string;
  readonly description?: string;
  readonly items?: SchemaNode;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
}
