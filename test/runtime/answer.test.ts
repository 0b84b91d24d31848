import {
  exceptions,
  HandlerErrorCode,
  ProgressEvent,
} from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib';
import { event, runtime, SUCCESS, Toy } from './toy';

const answer = (given: unknown, action = 'CREATE') => runtime(() => given).entrypoint(event({ action }));

describe('answers hold to the wire contract', () => {
  test('nulls are stripped at any depth; empty values stay', async () => {
    const resourceModel = {
      Id: '',
      List: [],
      Nested: {
        a: null,
        b: [null, { c: undefined, d: 0, e: false }],
        f: new Set([1, null]),
        g: new Map([['h', null]]),
      },
      When: new Date(0),
      Big: 5n,
      NotANumber: Number.NaN,
    };
    expect(await answer({ ...SUCCESS, resourceModel, errorCode: null, message: null, nextToken: null })).toEqual({
      status: 'SUCCESS',
      resourceModel: {
        Id: '',
        List: [],
        Nested: { b: [{ d: 0, e: false }], f: [1], g: {} },
        When: '1970-01-01T00:00:00.000Z',
        Big: 5,
      },
    });
  });

  test('models may be instances, alone and inside plain objects', async () => {
    const toy = new Toy({ id: 'toy-1', colour: null, tags: [{ a: null, b: 1 }] } as Partial<Toy>);
    expect(await answer({ ...SUCCESS, resourceModel: toy })).toEqual({
      status: 'SUCCESS',
      resourceModel: { Id: 'toy-1', Tags: [{ b: 1 }] },
    });
    expect(await answer({ ...SUCCESS, resourceModels: [toy, { Inner: toy }] }, 'LIST')).toEqual({
      status: 'SUCCESS',
      resourceModels: [{ Id: 'toy-1', Tags: [{ b: 1 }] }, { Inner: { Id: 'toy-1', Tags: [{ b: 1 }] } }],
    });
  });

  test('IN_PROGRESS has a delay and a context, and neither code nor models', async () => {
    const given = {
      status: 'IN_PROGRESS',
      message: 'running',
      callbackContext: { step: 1, none: null },
      callbackDelaySeconds: 4.2,
      errorCode: 'NotFound',
      resourceModel: { Id: 'x' },
      resourceModels: [],
    };
    expect(await answer(given)).toEqual({
      status: 'IN_PROGRESS',
      message: 'running',
      callbackContext: { step: 1 },
      callbackDelaySeconds: 5,
      resourceModel: { Id: 'x' },
    });
    expect(await answer({ status: 'IN_PROGRESS' }, 'DELETE')).toEqual({
      status: 'IN_PROGRESS',
      callbackContext: {},
      callbackDelaySeconds: 0,
    });
  });

  test('SUCCESS has neither code nor delay nor context', async () => {
    const given = {
      ...SUCCESS,
      errorCode: 'NotFound',
      callbackDelaySeconds: 9,
      callbackContext: { a: 1 },
      message: '',
    };
    expect(await answer(given)).toEqual({ status: 'SUCCESS' });
    expect(await answer(ProgressEvent.success())).toEqual({ status: 'SUCCESS' });
  });

  test('FAILED has its code, its model and always a message', async () => {
    expect(
      await answer({ status: 'FAILED', errorCode: 'NotFound', message: 'gone', resourceModel: { Id: 'x' } }),
    ).toEqual({
      status: 'FAILED',
      errorCode: 'NotFound',
      message: 'gone',
      resourceModel: { Id: 'x' },
    });
    expect(await answer({ status: 'FAILED', errorCode: 'NotFound', resourceModels: [] })).toEqual({
      status: 'FAILED',
      errorCode: 'NotFound',
      message: 'CREATE failed: NotFound.',
    });
  });

  test('a page of a list carries the token of the next', async () => {
    expect(await answer({ ...SUCCESS, resourceModels: [], nextToken: 'n' }, 'LIST')).toEqual({
      status: 'SUCCESS',
      resourceModels: [],
      nextToken: 'n',
    });
  });
});

describe('what is no answer becomes InternalFailure', () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  test.each([
    ['nothing', undefined, 'CREATE', /empty/],
    ['text', 'SUCCESS', 'CREATE', /empty/],
    ['no status', {}, 'CREATE', /status/],
    ['PENDING', { status: 'PENDING' }, 'CREATE', /status/],
    ['FAILED without a code', { status: 'FAILED' }, 'CREATE', /no error code/],
    ['FAILED with another code', { status: 'FAILED', errorCode: 'Oops' }, 'CREATE', /unknown error code/],
    ['a READ in progress', { status: 'IN_PROGRESS' }, 'READ', /READ has to answer at once/],
    ['a LIST in progress', { status: 'IN_PROGRESS' }, 'LIST', /LIST has to answer at once/],
    ['a model with a circle', { ...SUCCESS, resourceModel: circular }, 'READ', /contains itself/],
  ])('%s', async (_name, given, action, text) => {
    expect(await answer(given, action)).toEqual({
      status: 'FAILED',
      errorCode: 'InternalFailure',
      message: expect.stringMatching(text),
    });
  });
});

describe('a handler that throws', () => {
  const throwing = async (error: unknown) => {
    const { entrypoint, printed } = runtime(() => {
      throw error;
    });
    return { answer: await entrypoint(event()), printed };
  };

  test('is an InternalFailure, with its stack in the log and not in the message', async () => {
    const { answer: given, printed } = await throwing(new TypeError('x is not a function'));
    expect(given).toEqual({
      status: 'FAILED',
      errorCode: 'InternalFailure',
      message: 'READ failed unexpectedly: TypeError: x is not a function',
    });
    expect(printed.join('\n')).toMatch(/answer\.test/);
  });

  test('does not get a stack into the message by its own message', async () => {
    const error = new Error('bad\n    at secretPlace (/var/task/x.js:1:1)');
    expect((await throwing(error)).answer.message).toBe('READ failed unexpectedly: Error: bad');
  });

  test.each([[undefined], [null], ['text'], [{ toString: null }], [Symbol('s')]])('may throw %p', async (thrown) => {
    expect((await throwing(thrown)).answer).toMatchObject({ status: 'FAILED', errorCode: 'InternalFailure' });
  });

  test("may throw the library's exceptions, which keep their code", async () => {
    expect((await throwing(new exceptions.NotUpdatable('no', HandlerErrorCode.NotUpdatable))).answer).toEqual({
      status: 'FAILED',
      errorCode: 'NotUpdatable',
      message: 'no',
    });
  });
});
