/** What `make cdk` runs, after it has written the package of the library to build/. */
module.exports = {
  ...require('../../../jest.config.cjs'),
  rootDir: '../../..',
  testMatch: ['<rootDir>/cdk/test/long/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 300_000,
  silent: true,
};
