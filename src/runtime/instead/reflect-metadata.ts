/**
 * In the bundle, replaces `reflect-metadata` by the two of its functions that the library calls, for what it calls them
 * with: @handlerEvent notes on the prototype of a class which method handles which action, and BaseResource looks it up.
 */
const noted = new WeakMap<object, Map<string, unknown>>();

export function defineMetadata(key: string, value: unknown, target: object): void {
  const metadata = noted.get(target) ?? new Map<string, unknown>();
  noted.set(target, metadata.set(key, value));
}

/** The value for the target, or for the nearest of its prototypes that has one. */
export function getMetadata(key: string, target: object): unknown {
  for (let holder: object | null = target; holder !== null; holder = Object.getPrototypeOf(holder)) {
    const metadata = noted.get(holder);
    if (metadata?.has(key)) {
      return metadata.get(key);
    }
  }
  return undefined;
}

Object.assign(Reflect, { defineMetadata, getMetadata });
