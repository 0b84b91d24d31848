import type { HandlerResponse } from '../../src/runtime/response';
import { event, runtime, SUCCESS } from './toy';

function respond(returned: unknown, action = 'CREATE'): Promise<HandlerResponse> {
  return runtime(() => returned).entrypoint(event({ action }));
}

describe('a response keeps the wire contract', () => {
  test('it has no null at any depth; empty values stay', async () => {
    const resourceModel = {
      Id: '',
      List: [],
      Nested: { gone: null, list: [null, { gone: undefined, zero: 0, no: false }, undefined], empty: {} },
      NotANumber: Number.NaN,
    };
    expect(await respond({ ...SUCCESS, resourceModel, errorCode: null, message: null, nextToken: null })).toEqual({
      status: 'SUCCESS',
      resourceModel: { Id: '', List: [], Nested: { list: [{ zero: 0, no: false }], empty: {} } },
    });
  });

  test('IN_PROGRESS has a delay in whole seconds and a context, but neither a code nor models', async () => {
    const returned = {
      status: 'IN_PROGRESS',
      message: 'running',
      callbackContext: { step: 1, none: null },
      callbackDelaySeconds: 4.2,
      errorCode: 'NotFound',
      resourceModel: { Id: 'x' },
      resourceModels: [],
    };
    expect(await respond(returned)).toEqual({
      status: 'IN_PROGRESS',
      message: 'running',
      callbackContext: { step: 1 },
      callbackDelaySeconds: 5,
      resourceModel: { Id: 'x' },
    });
    expect(await respond({ status: 'IN_PROGRESS' }, 'DELETE')).toEqual({
      status: 'IN_PROGRESS',
      callbackContext: {},
      callbackDelaySeconds: 0,
    });
  });

  test('SUCCESS has neither a code nor a delay nor a context', async () => {
    const returned = {
      ...SUCCESS,
      errorCode: 'NotFound',
      callbackDelaySeconds: 9,
      callbackContext: { step: 1 },
      message: '',
    };
    expect(await respond(returned)).toEqual({ status: 'SUCCESS' });
  });

  test('FAILED has its code, its model and always a message', async () => {
    const failed = { status: 'FAILED', errorCode: 'NotFound' };
    const resourceModel = { Id: 'x' };
    expect(await respond({ ...failed, message: 'gone', resourceModel })).toEqual({
      ...failed,
      message: 'gone',
      resourceModel,
    });
    expect(await respond({ ...failed, resourceModels: [] })).toEqual({
      ...failed,
      message: 'CREATE failed: NotFound.',
    });
  });

  test('a page of a LIST has its models and the token of the next page', async () => {
    const returned = { ...SUCCESS, resourceModels: [{ Id: 'x', Colour: null }], nextToken: 'page-2' };
    expect(await respond(returned, 'LIST')).toEqual({
      status: 'SUCCESS',
      resourceModels: [{ Id: 'x' }],
      nextToken: 'page-2',
    });
    expect(await respond(SUCCESS, 'LIST')).toEqual({ status: 'SUCCESS', resourceModels: [] });
  });
});

describe('a response that breaks the contract becomes an InternalFailure', () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  test.each([
    ['nothing', undefined, 'CREATE', /it is missing/],
    ['a text', 'SUCCESS', 'CREATE', /it is a string/],
    ['no status', {}, 'CREATE', /status/],
    ['PENDING', { status: 'PENDING' }, 'CREATE', /status/],
    ['FAILED without a code', { status: 'FAILED' }, 'CREATE', /no error code/],
    ['FAILED with another code', { status: 'FAILED', errorCode: 'Oops' }, 'CREATE', /unknown error code/],
    ['a READ in progress', { status: 'IN_PROGRESS' }, 'READ', /READ must end in one invocation/],
    ['a LIST in progress', { status: 'IN_PROGRESS' }, 'LIST', /LIST must end in one invocation/],
    ['a context that is a list', { status: 'IN_PROGRESS', callbackContext: [1] }, 'CREATE', /Context is an array/],
    ['a model that is a text', { ...SUCCESS, resourceModel: 'toy-1' }, 'READ', /resourceModel is a string/],
    ['models that are no list', { ...SUCCESS, resourceModels: {} }, 'LIST', /resourceModels is an object/],
    ['a circular model', { ...SUCCESS, resourceModel: circular }, 'READ', /circular/],
  ])('%s', async (_name, returned, action, message) => {
    expect(await respond(returned, action)).toEqual({
      status: 'FAILED',
      errorCode: 'InternalFailure',
      message: expect.stringMatching(message),
    });
  });
});

describe('a handler that throws', () => {
  async function respondThrowing(error: unknown): Promise<{ response: HandlerResponse; log: string }> {
    const { entrypoint, printed } = runtime(() => {
      throw error;
    });
    return { response: await entrypoint(event()), log: printed.join('\n') };
  }

  test('ends in an InternalFailure, with the stack in the log and not in the message', async () => {
    const { response, log } = await respondThrowing(new TypeError('x is not a function'));
    expect(response).toEqual({
      status: 'FAILED',
      errorCode: 'InternalFailure',
      message: 'READ failed unexpectedly: TypeError: x is not a function',
    });
    expect(log).toMatch(/response\.test/);
  });

  test('does not get a stack into the message through the message of its error', async () => {
    const error = new Error('bad\n    at secretPlace (/var/task/x.js:1:1)');
    expect((await respondThrowing(error)).response.message).toBe('READ failed unexpectedly: Error: bad');
  });

  test.each([[undefined], [null], ['text'], [{ toString: null }], [Symbol('s')]])('may throw %p', async (thrown) => {
    const { response } = await respondThrowing(thrown);
    expect(response).toMatchObject({ status: 'FAILED', errorCode: 'InternalFailure' });
  });
});
