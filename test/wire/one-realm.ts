import { isNativeError } from 'node:util/types';

/**
 * Jest runs tests in a realm of their own, where an error that Node made (a connection that was reset) is no `Error`, and the SDK
 * then wraps it beyond recognition. In Lambda there is one realm.
 */
const usual = Function.prototype[Symbol.hasInstance];
Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: unknown, value: unknown) {
    return usual.call(this as never, value) || (this === Error && isNativeError(value));
  },
});
