/**
 * Builders for the JSON schemas of request members. Members that a shape does not describe are dropped, as the
 * service's own deserialisers do it, so an operation receives only what is described.
 */
export type Shape = Readonly<Record<string, unknown>>;

/** Any string; the model sets no limits on most. */
export const text: Shape = { type: 'string' };

/** Ids of all resources. The model: `[a-zA-Z0-9]{30,40}`. */
export const id: Shape = { type: 'string', pattern: '^[a-zA-Z0-9]{30,40}$' };

/** The length 24 and this pattern are all that the model asks of a hash; it need not be the digest of anything. */
export const md5: Shape = {
  type: 'string',
  minLength: 24,
  maxLength: 24,
  pattern: '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$',
};

export const flag: Shape = { type: 'boolean' };

/** Revision comments: the model's 16,384. */
export const comment: Shape = { type: 'string', maxLength: 16_384 };

/** Page sizes of all lists: 1 to 200. */
export const pageSize: Shape = { type: 'integer', minimum: 1, maximum: 200 };

/** A map from any string to strings. */
export const textMap: Shape = { type: 'object', additionalProperties: { type: 'string' } };

export function textOf(limits: { readonly min?: number; readonly max?: number; readonly pattern?: string }): Shape {
  return {
    type: 'string',
    ...(limits.min === undefined ? {} : { minLength: limits.min }),
    ...(limits.max === undefined ? {} : { maxLength: limits.max }),
    ...(limits.pattern === undefined ? {} : { pattern: limits.pattern }),
  };
}

export function choice(values: readonly string[]): Shape {
  return { type: 'string', enum: values };
}

export function list(items: Shape, limits: { readonly min?: number; readonly max?: number } = {}): Shape {
  return {
    type: 'array',
    items,
    ...(limits.min === undefined ? {} : { minItems: limits.min }),
    ...(limits.max === undefined ? {} : { maxItems: limits.max }),
  };
}

export function structure(
  required: Readonly<Record<string, Shape>>,
  optional: Readonly<Record<string, Shape>> = {},
): Shape {
  return {
    type: 'object',
    additionalProperties: false,
    required: Object.keys(required),
    properties: { ...required, ...optional },
  };
}
