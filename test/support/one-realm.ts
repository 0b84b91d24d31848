import { types } from 'node:util';

/**
 * Jest runs a test in a realm of its own, so that Node's network errors are no `instanceof Error` there, and the SDK
 * wraps them as if something strange had been thrown. Importing this makes `Error` know them again, as it does in
 * Lambda.
 */
const ordinary = Function.prototype[Symbol.hasInstance];
Object.defineProperty(Error, Symbol.hasInstance, {
  configurable: true,
  value(this: unknown, value: unknown): boolean {
    return ordinary.call(this, value) || (this === Error && types.isNativeError(value));
  },
});
