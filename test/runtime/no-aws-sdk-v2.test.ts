import { SessionProxy } from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib';

describe('the module that replaces AWS SDK v2', () => {
  const stub = jest.requireActual('../../src/runtime/no-aws-sdk-v2') as {
    readonly default: { S3: new () => unknown };
  } & (new () => unknown);

  test('lets the library be imported', () => {
    expect(SessionProxy.getSession({ accessKeyId: 'a', secretAccessKey: 'b' }, 'us-east-1')?.configuration.region).toBe(
      'us-east-1',
    );
  });

  test('says what to use instead if something uses it', () => {
    expect(() => stub.default.S3).toThrow(/AWS SDK v2 is not part of this package.*"S3".*entrypoint\.ts/s);
    expect(() => new stub()).toThrow(/AWS SDK v2/);
    expect(() => SessionProxy.getSession({ accessKeyId: 'a', secretAccessKey: 'b' })?.client('S3')).toThrow(
      /AWS SDK v2/,
    );
  });
});
