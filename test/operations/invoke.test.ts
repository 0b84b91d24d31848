import type { Properties } from '../../src/job/properties';
import type { Exchange } from '../../src/operations/exchange';
import { invoke } from '../../src/operations/invoke';
import type { OperationName } from '../../src/operations/request';
import { JOB_ID } from '../job/examples';
import { withoutJob } from './support/answers';
import { context, NOW, SECOND, TOKEN } from './support/invocation';
import { EXPORT, exportIn, IMPORT, importIn } from './support/jobs';
import { play } from './support/transcript';

describe('a request without a job', () => {
  it.each(['READ', 'UPDATE', 'DELETE'] as const)('of %s is NotFound', async (operation) => {
    const missing = withoutJob('NotFound', 'The model names no job: Id is missing.');
    expect(await play({ operation, desired: EXPORT }, [])).toEqual(missing);
    for (const Id of ['', 7, 'short', '../../x', `${JOB_ID}\n`]) {
      expect(await play({ operation, desired: { ...EXPORT, Id } }, [])).toEqual(withoutJob('NotFound', ''));
    }
  });
});

describe('a callback context that this type has not returned', () => {
  it.each([
    ['CREATE', 7],
    ['CREATE', 'text'],
    ['CREATE', [1]],
    ['CREATE', { ...context('started'), phase: 'nonsense' }],
    ['CREATE', { ...context('started'), beganAt: undefined }],
    ['CREATE', { ...context('started'), beganAt: 'yesterday' }],
    ['CREATE', { ...context('started'), jobId: undefined }],
    ['CREATE', { ...context('started'), jobId: 7 }],
    ['CREATE', { ...context('started'), lastSeen: {} }],
    ['CREATE', { ...context('started'), startedAt: 'now' }],
    ['CREATE', { ...context('started'), finalise: 'yes' }],
    ['CREATE', context('new')],
    ['CREATE', context('leaving')],
    ['UPDATE', context('idle')],
    ['UPDATE', { ...context('new'), change: 'start' }],
    ['UPDATE', { ...context('new'), change: { change: 'nonsense' } }],
    ['UPDATE', { ...context('new'), change: { change: 'constructor' } }],
    ['UPDATE', { ...context('new'), change: { change: 'start', finalise: 'yes' } }],
    ['UPDATE', { ...context('new'), change: { change: 'replace' } }],
    ['UPDATE', { ...context('new'), change: { change: 'replace', properties: [7] } }],
    ['UPDATE', { ...context('new'), change: { change: 'invalid' } }],
    ['DELETE', context('started')],
    ['READ', context('started')],
    ['LIST', context('started')],
  ] as const)('fails %s, calls nothing, and keeps the identifier: %j', async (operation, callbackContext) => {
    const answer = await play({ operation, desired: { ...EXPORT, Id: JOB_ID }, callbackContext }, []);
    const message = 'callbackContext is not one that this type has returned';
    expect(answer).toEqual({ status: 'FAILED', errorCode: 'InternalFailure', message, resourceModel: { Id: JOB_ID } });
  });

  it('does not begin a create anew, and keeps an identifier that it holds', async () => {
    const create = { operation: 'CREATE', desired: EXPORT } as const;
    const without = await play({ ...create, callbackContext: 7 }, []);
    expect(without).toMatchObject({ errorCode: 'InternalFailure' });
    expect(without).not.toHaveProperty('resourceModel');
    const withId = await play({ ...create, callbackContext: { jobId: JOB_ID } }, []);
    expect(withId).toMatchObject({ errorCode: 'InternalFailure', resourceModel: { Id: JOB_ID } });
  });
});

/** An exchange in which every call takes time. */
function slowExchange(calls: Partial<Exchange>) {
  let now = NOW;
  const get = (_: Exchange, method: string) => async () => {
    now += 30 * SECOND;
    return (calls[method as keyof Exchange] as () => Promise<unknown>)();
  };
  return { exchange: new Proxy({} as Exchange, { get } as ProxyHandler<Exchange>), now: () => now };
}

function firstInvocation(operation: OperationName, desired: Properties) {
  return { operation, desired, token: TOKEN, rollback: false, callbackContext: null };
}

describe('the age of an operation counts from the beginning of its first invocation', () => {
  it.each<[OperationName, Properties, Partial<Exchange>]>([
    ['CREATE', IMPORT, { createJob: async () => importIn('WAITING') }],
    ['UPDATE', { ...EXPORT, Id: JOB_ID }, { getJob: async () => exportIn('WAITING'), startJob: async () => {} }],
    ['DELETE', { Id: JOB_ID }, { getJob: async () => exportIn('IN_PROGRESS') }],
  ])('%s, though its calls are slow', async (operation, desired, calls) => {
    const { exchange, now } = slowExchange(calls);
    const environment = { now, random: () => 0.5, log: () => {} };
    const answer = await invoke(firstInvocation(operation, desired), exchange, environment);
    expect(answer).toMatchObject({ status: 'IN_PROGRESS', callbackContext: { beganAt: NOW } });
  });
});

describe('an error of the handler itself', () => {
  const bug = new TypeError('a bug');
  const internalFailure = {
    status: 'FAILED',
    errorCode: 'InternalFailure',
    message: expect.not.stringContaining('bug'),
  };

  async function throwBug(): Promise<never> {
    throw bug;
  }

  it.each<[OperationName, Properties, object]>([
    ['CREATE', IMPORT, internalFailure],
    ['READ', { Id: JOB_ID }, { ...internalFailure, resourceModel: { Id: JOB_ID } }],
    ['UPDATE', { ...IMPORT, Id: JOB_ID }, { ...internalFailure, resourceModel: { Id: JOB_ID } }],
    ['LIST', {}, internalFailure],
  ])('in %s is logged whole, and answered without its text', async (operation, desired, expected) => {
    const log = jest.fn();
    const exchange: Partial<Exchange> = { createJob: throwBug, getJob: throwBug, listJobs: throwBug };
    const environment = { now: () => NOW, random: () => 0.5, log };
    expect(await invoke(firstInvocation(operation, desired), exchange as Exchange, environment)).toEqual(expected);
    expect(log.mock.calls).toEqual([['the handler itself failed', { error: bug }]]);
  });
});
