const base = require('../../jest.config.cjs');

/** What `make test` runs: all tests, with those that take long or need more than `tools/setup node`. */
module.exports = {
  ...base,
  // Those of the CDK library need its packages.
  testMatch: [...base.testMatch, '<rootDir>/cdk/test/*.test.ts'],
  rootDir: '../..',
  testPathIgnorePatterns: ['/node_modules/'],
  testSequencer: '<rootDir>/test/official/slow-first.cjs',
  // The slow tests mostly wait for the processes that they start.
  maxWorkers: 3,
  // Jest's own 5 seconds are short for a test whose machine is busy with others.
  testTimeout: 30_000,
  silent: true,
};
