/**
 * Replaces version 2 of the AWS SDK, which has reached its end of support and is neither installed nor bundled. The
 * CloudFormation library imports it, but only the library's own runtime uses it. Importing this module is harmless;
 * using anything in it throws an error that names what to use instead.
 */
{
  function refuse(what: string): never {
    throw new Error(
      `AWS SDK v2 is not part of this package, but ${what} of it was used. ` +
        'Do not use entrypoint, testEntrypoint or session.client() of the CloudFormation library: ' +
        'src/runtime/entrypoint.ts replaces the first two, and AWS SDK v3 with session.configuration the third.',
    );
  }

  const stub: object = new Proxy(class {}, {
    get(_target, property) {
      if (property === '__esModule') {
        return true;
      }
      if (property === 'default') {
        return stub;
      }
      // Module loaders and test tools read these members of every module; that is no use of the SDK.
      if (typeof property === 'symbol' || property === 'then' || property === 'asymmetricMatch') {
        return undefined;
      }
      return refuse(`"${property}"`);
    },
    construct: () => refuse('a constructor'),
  });

  module.exports = stub;
}
