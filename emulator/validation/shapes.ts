/**
 * Builders for the JSON schemas of request members. Unknown members are dropped, as the service's own deserialisers do, so what an operation
 * receives holds nothing but what is described.
 */
export type Shape = Readonly<Record<string, unknown>>;

/** Any string; the model sets no limits on most. */
export const text: Shape = { type: 'string' };

/** Ids of every resource. The model: `[a-zA-Z0-9]{30,40}`. */
export const id: Shape = { type: 'string', pattern: '^[a-zA-Z0-9]{30,40}$' };

/** Length 24 and this pattern is all that the model asks of a hash; whether it is a digest is another matter. */
export const md5: Shape = {
  type: 'string',
  minLength: 24,
  maxLength: 24,
  pattern: '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$',
};

export const flag: Shape = { type: 'boolean' };

/** Revision comments: the model's 16,384. */
export const comment: Shape = { type: 'string', maxLength: 16_384 };

/** Page sizes of every list: 1..200. */
export const pageSize: Shape = { type: 'integer', minimum: 1, maximum: 200 };

export function textOf(limits: { min?: number; max?: number; pattern?: string }): Shape {
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

export function list(items: Shape, limits: { min?: number; max?: number } = {}): Shape {
  return {
    type: 'array',
    items,
    ...(limits.min === undefined ? {} : { minItems: limits.min }),
    ...(limits.max === undefined ? {} : { maxItems: limits.max }),
  };
}

/** A map from any string to strings. */
export const textMap: Shape = { type: 'object', additionalProperties: { type: 'string' } };

export function structure(required: Record<string, Shape>, optional: Record<string, Shape> = {}): Shape {
  return {
    type: 'object',
    additionalProperties: false,
    required: Object.keys(required),
    properties: { ...required, ...optional },
  };
}
