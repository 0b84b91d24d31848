import { gzipSync } from 'node:zlib';
import { SessionProxy } from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib';
import { type Plain, WireRequest } from '../../src/runtime/wire-request';
import { CALLER, event, type Given, runtime, SUCCESS } from './toy';

function pack(content: string, method: unknown = 'gzip_base64'): Plain {
  return { __COMPRESSED__: gzipSync(content).toString('base64'), __COMPRESSION_METHOD__: method };
}

/** What the handler is called with for an event; the event must reach it. */
async function received(sent: Plain): Promise<Given> {
  const calls: Given[] = [];
  await runtime((given) => {
    calls.push(given);
    return SUCCESS;
  }).entrypoint(sent);
  expect(calls).toHaveLength(1);
  return calls[0] as Given;
}

describe('a well-formed event', () => {
  test.each(['CREATE', 'READ', 'UPDATE', 'DELETE', 'LIST'])('reaches the handler of %s', async (action) => {
    expect((await received(event({ action }))).action).toBe(action);
  });

  test('may be compressed', async () => {
    const { request } = await received(pack(JSON.stringify(event())));
    expect(request.desiredProperties).toEqual({ Id: 'toy-1', Colour: 'red' });
  });

  test('gives the handler everything that it says, with the signature of the library', async () => {
    const { session, request, callbackContext } = await received(
      event(
        { action: 'UPDATE', nextToken: 'page-2', maxResults: 7, rollback: true, callbackContext: { step: 1 } },
        {
          resourceProperties: { Id: 'toy-1', Colour: 5, Unknown: { deep: [1] } },
          previousResourceProperties: { Id: 'toy-1', Colour: 'blue' },
          stackTags: { team: 'blue' },
          previousStackTags: { team: 'red' },
          systemTags: { 'aws:cloudformation:stack-name': 's' },
        },
      ),
    );
    expect(session).toBeInstanceOf(SessionProxy);
    expect(session.configuration).toEqual({ credentials: CALLER, region: 'eu-west-1' });
    expect(request).toBeInstanceOf(WireRequest);
    expect(request).toMatchObject({
      clientRequestToken: 'bearer-0f1e2d3c',
      desiredProperties: { Id: 'toy-1', Colour: 5, Unknown: { deep: [1] } },
      previousProperties: { Id: 'toy-1', Colour: 'blue' },
      desiredResourceTags: { team: 'blue' },
      previousResourceTags: { team: 'red' },
      systemTags: { 'aws:cloudformation:stack-name': 's' },
      awsAccountId: '123456789012',
      awsPartition: 'aws',
      logicalResourceIdentifier: 'MyToy',
      nextToken: 'page-2',
      maxResults: 7,
      region: 'eu-west-1',
      rollback: true,
      stackId: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/s/1',
    });
    expect(callbackContext).toEqual({ step: 1 });
  });

  test('may leave out, or set to null, what is optional', async () => {
    const { request, callbackContext } = await received(event({ callbackContext: null }, { resourceProperties: null }));
    expect(callbackContext).toEqual({});
    expect(request).toMatchObject({ desiredProperties: {}, rollback: false });
    for (const name of ['previousProperties', 'nextToken', 'maxResults'] as const) {
      expect(request[name]).toBeUndefined();
    }
  });

  test.each([
    ['cn-north-1', 'aws-cn'],
    ['us-gov-new-9', 'aws-us-gov'],
  ])('from %s comes from the partition %s', async (region, partition) => {
    expect((await received(event({ region }))).request.awsPartition).toBe(partition);
  });
});

describe('the message about a malformed event says what is wrong and what would be right', () => {
  const deep = JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`);
  test.each<[name: string, given: unknown, message: RegExp]>([
    ['nothing', undefined, /event is missing; it must be a JSON object/],
    ['a list', [], /event is an array; it must be a JSON object/],
    ['no action', event({ action: undefined }), /"action" of the event is missing; it must be one of CREATE, DELETE/],
    ['another action', event({ action: 'DESTROY' }), /"DESTROY".*no handler; it must be one of CREATE/],
    ['an inherited action', event({ action: 'constructor' }), /"constructor".*no handler/],
    ['no requestData', { ...event(), requestData: undefined }, /"requestData".*missing; it must be an object/],
    [
      'a list as properties',
      event({}, { resourceProperties: [] }),
      /"requestData.resourceProperties".*an array; .*object/,
    ],
    [
      'a text as previous properties',
      event({}, { previousResourceProperties: 'x' }),
      /"requestData.previous.*a string/,
    ],
    ['a text as context', event({ callbackContext: 'x' }), /"callbackContext".*a string; it must be an object/],
    ['no Region', event({ region: undefined }), /"region" of the event is missing; it must be a name such as/],
    ['a Region that is a host', event({ region: 'evil.example/' }), /"region".*not the name of a Region/],
    ['a context that is too deep', event({ callbackContext: { deep } }), /nested more than 64 levels deep/],
    ['another compression', pack('{}', 'zip'), /"zip"; it must be "gzip_base64"/],
    ['no compression method', pack('{}', null), /null; it must be "gzip_base64"/],
    ['a packed number', { ...pack('{}'), __COMPRESSED__: 5 }, /a number; it must be a base64 string/],
    ['what is not gzip', { ...pack('{}'), __COMPRESSED__: 'garbage!' }, /cannot be unpacked; it must be the base64/],
    ['packed text', pack('not json'), /not JSON; it must be a JSON object/],
    ['a packed list', pack('[1]'), /unpacks to an array; it must be a JSON object/],
  ])('%s', async (_name, given, message) => {
    const response = await runtime().entrypoint(given);
    expect(response).toEqual({
      status: 'FAILED',
      errorCode: 'InvalidRequest',
      message: expect.stringMatching(message),
    });
  });
});

describe('credentials', () => {
  test.each([
    ['missing', undefined, /has no credentials/],
    ['null', null, /has no credentials/],
    ['half', { accessKeyId: 'AKIAX' }, /lack an accessKeyId or a secretAccessKey/],
    ['not text', { accessKeyId: 1, secretAccessKey: 2 }, /lack an accessKeyId or a secretAccessKey/],
  ])('that are %s end in InvalidCredentials, which says what to do', async (_name, callerCredentials, problem) => {
    const { errorCode, message } = await runtime().entrypoint(event({}, { callerCredentials }));
    expect(errorCode).toBe('InvalidCredentials');
    expect(message).toMatch(problem);
    expect(message).toMatch(/execution role/);
  });

  test('are not kept for the next invocation', async () => {
    const seen: unknown[] = [];
    const { entrypoint } = runtime(({ session }) => {
      seen.push(session.configuration.credentials);
      return SUCCESS;
    });
    await entrypoint(event());
    const second = await entrypoint(event({}, { callerCredentials: undefined }));
    expect(second.errorCode).toBe('InvalidCredentials');
    expect(seen).toEqual([CALLER]);
  });

  test('are those of their own event in concurrent invocations', async () => {
    const waiting: (() => void)[] = [];
    const { entrypoint } = runtime(async ({ session, request }) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      const { accessKeyId } = session.configuration.credentials as typeof CALLER;
      return { ...SUCCESS, resourceModel: { Id: request.desiredProperties.Id, Key: accessKeyId } };
    });
    const ids = ['a', 'b', 'c'];
    const responses = ids.map((Id) =>
      entrypoint(event({}, { callerCredentials: { ...CALLER, accessKeyId: `AKIA${Id}` }, resourceProperties: { Id } })),
    );
    while (waiting.length < ids.length) {
      await new Promise(setImmediate);
    }
    for (const resume of waiting.reverse()) {
      resume();
    }
    expect((await Promise.all(responses)).map(({ resourceModel }) => resourceModel)).toEqual(
      ids.map((Id) => ({ Id, Key: `AKIA${Id}` })),
    );
  });
});

describe('the test entrypoint', () => {
  const testEvent = {
    credentials: CALLER,
    action: 'LIST',
    request: {
      clientRequestToken: 'token-1234',
      desiredResourceState: { Id: 'toy-1' },
      previousResourceState: { Id: 'toy-0' },
      logicalResourceIdentifier: 'MyToy',
      nextToken: 'page-2',
    },
    callbackContext: { step: 1 },
  };

  test('responds to its own kind of event', async () => {
    let given: Given | undefined;
    const { testEntrypoint, printed } = runtime((call) => {
      given = call;
      return { ...SUCCESS, resourceModels: [{ Id: 'x' }], nextToken: 'page-3' };
    });
    expect(await testEntrypoint({ ...testEvent, region: 'us-west-2' })).toEqual({
      status: 'SUCCESS',
      resourceModels: [{ Id: 'x' }],
      nextToken: 'page-3',
    });
    expect(given?.request).toMatchObject({
      desiredProperties: { Id: 'toy-1' },
      previousProperties: { Id: 'toy-0' },
      nextToken: 'page-2',
      region: 'us-west-2',
      clientRequestToken: 'token-1234',
    });
    expect(given?.callbackContext).toEqual({ step: 1 });
    for (const secret of [...Object.values(CALLER), 'token-1234']) {
      expect(printed.join('\n')).not.toContain(secret);
    }
  });

  test('responds with an error if the event has no credentials or no request', async () => {
    const { testEntrypoint } = runtime();
    expect(await testEntrypoint({ ...testEvent, credentials: undefined })).toMatchObject({
      errorCode: 'InvalidCredentials',
    });
    expect(await testEntrypoint({ ...testEvent, request: 5 })).toMatchObject({
      errorCode: 'InvalidRequest',
      message: expect.stringMatching(/"request" of the test event is a number/),
    });
  });
});
