/** Jest runs the TypeScript of src/, emulator/ and tools/ directly, through swc with the decorators that the CloudFormation library needs. */
module.exports = {
  testEnvironment: 'node',
  // Two cores are what our machines have; one suite alone would leave one of them idle.
  maxWorkers: 2,
  testMatch: ['<rootDir>/test/**/*.test.ts'],
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
  moduleNameMapper: { '^aws-sdk(/.*)?$': '<rootDir>/src/runtime/no-aws-sdk-v2.ts' },
};
