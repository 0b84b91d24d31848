/**
 * Stands where the CloudFormation library expects version 2 of the AWS SDK, which is past its end of support and is
 * neither installed nor bundled. The library's own runtime would use it; ours never does, so importing it is fine and
 * touching it is a mistake, which this says out loud.
 */
{
  const explain = (what: string): never => {
    throw new Error(
      `AWS SDK v2 is not part of this package, but something asked it for ${what}. ` +
        'Do not use entrypoint, testEntrypoint or session.client() of the CloudFormation library: ' +
        'src/runtime/entrypoint.ts replaces the first two, and AWS SDK v3 with session.configuration the third.',
    );
  };

  const stub: object = new Proxy(class {}, {
    get(_target, property) {
      if (property === '__esModule') return true;
      if (property === 'default') return stub;
      // Module loaders and test tools probe these of anything they meet; that is no use of the SDK.
      if (typeof property === 'symbol' || property === 'then' || property === 'asymmetricMatch') return undefined;
      return explain(`"${property}"`);
    },
    apply: () => explain('a call'),
    construct: () => explain('a client'),
  });

  module.exports = stub;
}
