/**
 * Jest runs the TypeScript of src/, emulator/ and tools/ directly, through swc with the decorators that the
 * CloudFormation library needs.
 */
module.exports = {
  testEnvironment: 'node',
  // Two cores are what our machines have; one suite alone would leave one of them idle.
  maxWorkers: 2,
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // Those run in `make test` alone, with the configuration in test/official/.
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/(official|package|browser|documents)/'],
  // The packages there have the same names as ours.
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/dist/'],
  // Not in the system's temporary folder, which is another one in every run of `make test`.
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
  transform: {
    '^.+\\.[tj]s$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          target: 'es2022',
          keepClassNames: true,
        },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  // A package of ECMAScript modules only.
  transformIgnorePatterns: ['/node_modules/(?!nano-spawn/)'],
  moduleNameMapper: {
    '^aws-sdk(/.*)?$': '<rootDir>/src/runtime/no-aws-sdk-v2.ts',
    // As in tsconfig.json.
    '^local-data-exchange$': '<rootDir>/emulator/index.ts',
  },
};
