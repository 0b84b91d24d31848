import { gzipSync } from 'node:zlib';
import { ProgressEvent, SessionProxy } from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib';
import type { Plain } from '../../src/runtime/wire-request';
import { WireRequest } from '../../src/runtime/wire-request';
import { CALLER, event, type Given, runtime, SUCCESS, Toy } from './toy';

const pack = (content: unknown, method: unknown = 'gzip_base64'): Plain => ({
  __COMPRESSED__: gzipSync(typeof content === 'string' ? content : JSON.stringify(content)).toString('base64'),
  __COMPRESSION_METHOD__: method,
});

describe('events', () => {
  test.each(['CREATE', 'READ', 'UPDATE', 'DELETE', 'LIST'])(
    '%s reaches its handler, plain and compressed',
    async (action) => {
      const seen: string[] = [];
      const { entrypoint } = runtime(({ action: called }) => {
        seen.push(called);
        return SUCCESS;
      });
      const expected = action === 'LIST' ? { status: 'SUCCESS', resourceModels: [] } : { status: 'SUCCESS' };
      expect(await entrypoint(event({ action }), {})).toEqual(expected);
      expect(await entrypoint(pack(event({ action })), {})).toEqual(expected);
      expect(seen).toEqual([action, action]);
    },
  );

  test('the handler gets everything that the event says, with the library signature', async () => {
    let given: Given | undefined;
    const { entrypoint } = runtime((got) => {
      given = got;
      return SUCCESS;
    });
    await entrypoint(
      event(
        { action: 'UPDATE', nextToken: 'page-2', maxResults: 7, rollback: true, callbackContext: { step: 1 } },
        {
          resourceProperties: { Id: 'toy-1', Colour: 'red', Unknown: { deep: [1] } },
          previousResourceProperties: { Id: 'toy-1', Colour: 'blue' },
          stackTags: { a: 'b' },
          previousStackTags: { a: 'c' },
          systemTags: { 'aws:x': 'y' },
          typeConfiguration: {},
        },
      ),
    );
    expect(given?.session).toBeInstanceOf(SessionProxy);
    expect(given?.session.configuration).toEqual({ credentials: CALLER, region: 'eu-west-1' });
    expect(given?.request).toBeInstanceOf(WireRequest);
    expect(given?.request).toMatchObject({
      clientRequestToken: 'bearer-0f1e2d3c',
      desiredProperties: { Id: 'toy-1', Colour: 'red', Unknown: { deep: [1] } },
      previousProperties: { Id: 'toy-1', Colour: 'blue' },
      desiredResourceTags: { a: 'b' },
      previousResourceTags: { a: 'c' },
      systemTags: { 'aws:x': 'y' },
      awsAccountId: '123456789012',
      awsPartition: 'aws',
      logicalResourceIdentifier: 'MyToy',
      nextToken: 'page-2',
      maxResults: 7,
      region: 'eu-west-1',
      rollback: true,
      stackId: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/s/1',
    });
    expect(given?.request.desiredResourceState).toBeInstanceOf(Toy);
    expect(given?.request.desiredResourceState?.colour).toBe('red');
    expect(given?.request.previousResourceState?.colour).toBe('blue');
    expect(given?.callbackContext).toEqual({ step: 1 });
    expect(given?.typeConfiguration).toBeUndefined();
  });

  test('what is absent is undefined, the callback context is an own and open copy', async () => {
    let given: Given | undefined;
    const { entrypoint } = runtime((got) => {
      given = got;
      (got.callbackContext.list as number[] | undefined)?.push(2);
      return SUCCESS;
    });
    const sent = event({ callbackContext: { list: [1] } }, { resourceProperties: null });
    await entrypoint(sent);
    expect(sent.callbackContext).toEqual({ list: [1] });
    expect(given?.callbackContext).toEqual({ list: [1, 2] });
    expect(given?.request).toMatchObject({ desiredProperties: {}, rollback: false });
    for (const name of ['previousProperties', 'previousResourceState', 'nextToken', 'maxResults'] as const) {
      expect(given?.request[name]).toBeUndefined();
    }
    await entrypoint(event({ callbackContext: null }));
    expect(given?.callbackContext).toEqual({});
  });

  test('properties that the model cannot hold are left to the handler', async () => {
    let given: Given | undefined;
    const { entrypoint } = runtime((got) => {
      given = got;
      return SUCCESS;
    });
    expect(await entrypoint(event({}, { resourceProperties: { Colour: 5 } }))).toEqual({ status: 'SUCCESS' });
    expect(given?.request.desiredResourceState).toBeUndefined();
    expect(given?.request.desiredProperties).toEqual({ Colour: 5 });
  });

  test.each([
    ['eu-west-1', 'aws'],
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['us-iso-east-1', 'aws-iso'],
    ['us-isob-east-1', 'aws-iso-b'],
    ['eu-isoe-west-1', 'aws-iso-e'],
    ['us-isof-south-1', 'aws-iso-f'],
    ['eusc-de-east-1', 'aws-eusc'],
    ['us-gov-new-9', 'aws-us-gov'],
  ])('%s is in %s', async (region, partition) => {
    let given: Given | undefined;
    const { entrypoint } = runtime((got) => {
      given = got;
      return SUCCESS;
    });
    await entrypoint(event({ region }));
    expect(given?.request.awsPartition).toBe(partition);
  });
});

describe('malformed events are refused, saying what is wrong and what would be right', () => {
  const BAD: [name: string, given: unknown, text: RegExp][] = [
    ['nothing', undefined, /event is nothing; a JSON object/],
    ['null', null, /event is null; a JSON object/],
    ['a list', [], /event is an array; a JSON object/],
    ['a string', 'x', /event is a string; a JSON object/],
    ['no action', event({ action: undefined }), /"action" of the event is nothing; expected is one of CREATE, DELETE/],
    ['another action', event({ action: 'DESTROY' }), /"DESTROY".*no handler for; expected is one of CREATE/],
    ['an inherited action', event({ action: 'constructor' }), /"constructor".*no handler for/],
    ['no requestData', { ...event(), requestData: undefined }, /"requestData" of the event is nothing; an object/],
    [
      'a list as properties',
      event({}, { resourceProperties: [] }),
      /"requestData.resourceProperties".*an array; an object/,
    ],
    [
      'text as previous',
      event({}, { previousResourceProperties: 'x' }),
      /"requestData.previousResourceProperties".*a string/,
    ],
    ['text as context', event({ callbackContext: 'x' }), /"callbackContext".*a string; an object/],
    ['no region', event({ region: undefined }), /"region" of the event is nothing; a name such as/],
    ['a region that is a host', event({ region: 'evil.example/' }), /"region".*not the name of a Region/],
    ['another compression', pack(event(), 'zip'), /"zip".*"gzip_base64" is expected/],
    ['no compression method', pack(event(), null), /null.*"gzip_base64" is expected/],
    ['compressed nothing', { __COMPRESSED__: 5, __COMPRESSION_METHOD__: 'gzip_base64' }, /a number; a base64 string/],
    ['what is not gzip', { __COMPRESSED__: 'garbage!', __COMPRESSION_METHOD__: 'gzip_base64' }, /cannot be unpacked/],
    ['compressed text', pack('not json'), /not JSON; a JSON object/],
    ['a compressed list', pack([1]), /unpacks to an array; a JSON object/],
  ];
  test.each(BAD)('%s', async (_name, given, text) => {
    const { entrypoint } = runtime(() => {
      throw new Error('must not be called');
    });
    const answer = await entrypoint(given, {});
    expect(answer).toEqual({ status: 'FAILED', errorCode: 'InvalidRequest', message: expect.stringMatching(text) });
  });
});

describe('credentials', () => {
  test.each([
    ['none', undefined],
    ['null', null],
    ['empty', {}],
    ['half', { accessKeyId: 'AKIAX' }],
    ['not text', { accessKeyId: 1, secretAccessKey: 2 }],
  ])('%s: InvalidCredentials, saying what to do', async (_name, callerCredentials) => {
    const { entrypoint } = runtime(() => {
      throw new Error('must not be called');
    });
    const answer = await entrypoint(event({}, { callerCredentials }));
    expect(answer).toEqual({
      status: 'FAILED',
      errorCode: 'InvalidCredentials',
      message: expect.stringMatching(/execution role/),
    });
  });

  test('none is kept for the next call', async () => {
    const sessions: unknown[] = [];
    const { entrypoint } = runtime(({ session }) => {
      sessions.push(session.configuration.credentials);
      return SUCCESS;
    });
    await entrypoint(event());
    const second = await entrypoint(event({}, { callerCredentials: undefined }));
    expect(second.errorCode).toBe('InvalidCredentials');
    expect(sessions).toEqual([CALLER]);
  });

  test('calls beside each other see their own', async () => {
    const waiting: (() => void)[] = [];
    const { entrypoint } = runtime(async ({ session, request, logger }) => {
      logger.bind({ mine: request.desiredProperties.Id });
      await new Promise<void>((resolve) => waiting.push(resolve));
      const { accessKeyId } = session.configuration.credentials as { accessKeyId: string };
      return { ...SUCCESS, resourceModel: { Id: request.desiredProperties.Id, Key: accessKeyId } };
    });
    const ids = ['a', 'b', 'c'];
    const calls = ids.map((Id) =>
      entrypoint(event({}, { callerCredentials: { ...CALLER, accessKeyId: `AKIA${Id}` }, resourceProperties: { Id } })),
    );
    while (waiting.length < ids.length) await new Promise(setImmediate);
    for (const resume of waiting.reverse()) resume();
    expect((await Promise.all(calls)).map((answer) => answer.resourceModel)).toEqual(
      ids.map((Id) => ({ Id, Key: `AKIA${Id}` })),
    );
  });
});

describe('the test entrypoint', () => {
  const test1 = {
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

  test('gives the same answers to its own kind of event', async () => {
    let given: Given | undefined;
    const { testEntrypoint, printed } = runtime((got) => {
      given = got;
      return { ...SUCCESS, resourceModels: [{ Id: 'x', Colour: null }], nextToken: 'page-3' };
    });
    expect(await testEntrypoint({ ...test1, region: 'us-west-2' })).toEqual({
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
    for (const secret of [...Object.values(CALLER), 'token-1234']) expect(printed.join('\n')).not.toContain(secret);
  });

  test('refuses without credentials, or without a request', async () => {
    const { testEntrypoint } = runtime();
    expect(await testEntrypoint({ ...test1, credentials: undefined })).toMatchObject({
      errorCode: 'InvalidCredentials',
    });
    expect(await testEntrypoint({ ...test1, request: 5 })).toMatchObject({
      errorCode: 'InvalidRequest',
      message: expect.stringMatching(/"request" of the test event is a number/),
    });
  });
});

test('the library ProgressEvent with models is an answer too', async () => {
  const { entrypoint } = runtime(({ request }) => ProgressEvent.success(request.desiredResourceState));
  expect(await entrypoint(event())).toEqual({ status: 'SUCCESS', resourceModel: { Id: 'toy-1', Colour: 'red' } });
});
