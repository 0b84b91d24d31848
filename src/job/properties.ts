/**
 * A model as it is written in a template and on the wire: PascalCase property names, JSON values.
 * The folders `job/` and `operations/` work on this shape alone.
 */
export type Properties = Readonly<Record<string, unknown>>;

/** A string property's value, or undefined where it is absent or something else. */
export function text(properties: Properties | undefined, name: string): string | undefined {
  const value = own(properties, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** An own property's value: what a user writes never reaches a prototype (`constructor`, `__proto__`). */
export function own(record: object | undefined, name: string): unknown {
  return record !== undefined && Object.hasOwn(record, name) ? (record as Record<string, unknown>)[name] : undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a dotted path; undefined where there is none. */
export function valueAt(record: unknown, path: string): unknown {
  return path.split('.').reduce((place: unknown, member) => (isRecord(place) ? own(place, member) : undefined), record);
}

/** The values at a dotted path. A list, on the way or at the end, stands for each of its entries. */
export function valuesAt(record: unknown, path: string): readonly unknown[] {
  return path
    .split('.')
    .reduce(
      (places: readonly unknown[], member) => places.flatMap((place) => (isRecord(place) ? own(place, member) : [])),
      [record],
    )
    .filter((value) => value !== undefined);
}
