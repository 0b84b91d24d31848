import * as sdk from '@aws-sdk/client-dataexchange';
import type { CallName, Refusal } from '../../src/decision/steps';
import { refusalOf, UnusableAnswer } from '../../src/service/errors';

const CALLS: readonly CallName[] = ['CreateJob', 'GetJob', 'StartJob', 'CancelJob', 'ListJobs'];

/** An error as the SDK throws it. */
function thrown(name: string, httpStatusCode?: number, members: object = {}): Error {
  const $metadata = httpStatusCode === undefined ? undefined : { httpStatusCode };
  return Object.assign(new Error(`the text of ${name}`), { name, $metadata, ...members });
}

const said = (error: unknown, call: CallName = 'GetJob'): string => {
  const { kind, code } = refusalOf(error, call);
  return `${kind} ${code}`;
};

describe('by name, whatever the status', () => {
  it.each([
    ['ValidationException', 'final InvalidRequest'],
    ['ResourceNotFoundException', 'absent NotFound'],
    ['AccessDeniedException', 'final AccessDenied'],
    ['ConflictException', 'conflict ResourceConflict'],
    ['ThrottlingException', 'fault Throttling'],
    ['ServiceLimitExceededException', 'quota ServiceLimitExceeded'],
    ['InternalServerException', 'fault ServiceInternalError'],
    ['ExpiredTokenException', 'fault InvalidCredentials'],
    ['UnrecognizedClientException', 'fault InvalidCredentials'],
    ['InvalidSignatureException', 'fault InvalidCredentials'],
    ['TooManyRequestsException', 'fault Throttling'],
    ['ServiceUnavailable', 'fault ServiceInternalError'],
    ['TimeoutError', 'fault NetworkFailure'],
    ['AbortError', 'fault NetworkFailure'],
  ])('%s → %s', (name, expected) => {
    expect(said(thrown(name))).toBe(expected);
    expect(said(thrown(name, 418))).toBe(expected);
  });

  it('knows every exception of the SDK’s model', () => {
    for (const name of Object.keys(sdk).filter((name) => name.endsWith('Exception'))) {
      if (name !== 'DataExchangeServiceException') {
        expect(said(thrown(name))).not.toBe('final InternalFailure');
      }
    }
  });

  it.each(['constructor', '__proto__', 'toString'])('%s is no name that it knows', (name) =>
    expect(said(thrown(name, 500))).toBe('fault ServiceInternalError'),
  );
});

describe('by status, where the name says nothing', () => {
  it.each([
    [301, 'final InvalidRequest'],
    [400, 'final InvalidRequest'],
    [401, 'fault InvalidCredentials'],
    [402, 'quota ServiceLimitExceeded'],
    [403, 'final AccessDenied'],
    [404, 'absent NotFound'],
    [409, 'conflict ResourceConflict'],
    [413, 'final InvalidRequest'],
    [429, 'fault Throttling'],
    [500, 'fault ServiceInternalError'],
    [503, 'fault ServiceInternalError'],
    [599, 'fault ServiceInternalError'],
  ])('%d → %s', (status, expected) => {
    expect(said(thrown('SomethingNew', status))).toBe(expected);
    // a body that is no JSON, HTML for one, fails in the parser
    expect(said(thrown('SyntaxError', status))).toBe(expected);
    const { message } = refusalOf(thrown('SyntaxError', status), 'GetJob');
    expect(message).toContain(`an answer that is not JSON (HTTP status ${status})`);
    expect(said(Object.assign(new Error('x'), { $response: { statusCode: status } }))).toBe(expected);
  });

  it.each([
    ['a body that is no JSON with a good status', thrown('SyntaxError', 200)],
    ['a body that is no JSON, status unknown', thrown('SyntaxError')],
    ['an answer without a job', new UnusableAnswer('the answer shows no job')],
    ['times of the wrong shape', Object.assign(new TypeError('RFC-3339'), { $response: { statusCode: 200 } })],
  ])('%s → ServiceInternalError', (_name, error) => expect(said(error)).toBe('fault ServiceInternalError'));
});

describe('no answer', () => {
  it.each(['ECONNRESET', 'ECONNREFUSED', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'CERT_HAS_EXPIRED'])(
    '%s → NetworkFailure, with the code in the message',
    (code) => {
      const refusal = refusalOf(Object.assign(new Error('socket'), { code }), 'StartJob');
      expect(refusal).toMatchObject({ kind: 'fault', code: 'NetworkFailure' });
      expect(refusal.message).toBe(`No answer from AWS Data Exchange to StartJob (${code})`);
    },
  );

  it('the budget’s own end', () => expect(said(new DOMException('late', 'TimeoutError'))).toBe('fault NetworkFailure'));
});

describe('anything else is a fault of the handler, and keeps its text to the log', () => {
  it.each<[string, unknown]>([
    ['TypeError', new TypeError('x is not a function')],
    ['TypeError with a code', Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL' })],
    ['plain Error', new Error('at /secret/path')],
    ['text', 'just text'],
    ['undefined', undefined],
    ['null', null],
    ['number', 7],
    ['empty object', {}],
    ['strange members', { name: 7, message: {}, $metadata: null, $response: undefined, code: 7 }],
  ])('%s', (_name, error) => {
    const refusal = refusalOf(error, 'CreateJob');
    expect(refusal).toMatchObject({ kind: 'final', code: 'InternalFailure' });
    expect(refusal.message).not.toMatch(/secret|function/);
  });
});

describe('not found', () => {
  it.each<[CallName, string | undefined, string]>([
    ['CreateJob', 'DATA_SET', 'final InvalidRequest'],
    ['CreateJob', 'REVISION', 'final InvalidRequest'],
    ['CreateJob', undefined, 'final InvalidRequest'],
    ['GetJob', 'JOB', 'absent NotFound'],
    ['GetJob', undefined, 'absent NotFound'],
    ['StartJob', 'JOB', 'absent NotFound'],
    ['StartJob', 'REVISION', 'final InvalidRequest'],
    ['StartJob', 'ASSET', 'final InvalidRequest'],
    ['CancelJob', undefined, 'absent NotFound'],
    ['ListJobs', 'DATA_SET', 'absent NotFound'],
  ])('%s of %s → %s', (call, ResourceType, expected) =>
    expect(said(thrown('ResourceNotFoundException', 404, { ResourceType }), call)).toBe(expected),
  );

  it('names the resource', () => {
    const error = thrown('ResourceNotFoundException', 404, { ResourceType: 'REVISION', ResourceId: 'rev-1' });
    expect(refusalOf(error, 'CreateJob').message).toBe(
      'CreateJob was refused: ResourceNotFoundException: the text of ResourceNotFoundException (REVISION rev-1)',
    );
  });
});

describe('a refused start that smells of a quota', () => {
  const validation = (message: string): Error => thrown('ValidationException', 400, { message });
  it.each<[string, Error, Refusal['kind']]>([
    ['402', thrown('Anything', 402), 'quota'],
    ['402 by name', thrown('ServiceLimitExceededException', 402), 'quota'],
    ['409', thrown('ConflictException', 409), 'conflict'],
    ['429', thrown('ThrottlingException', 429), 'quota'],
    ['a LimitName', thrown('ValidationException', 400, { LimitName: 'jobs' }), 'quota'],
    ['limit', validation('You have reached the limit'), 'quota'],
    ['Quota', validation('Quota of jobs exceeded'), 'quota'],
    ['maximum', validation('the MAXIMUM number of jobs'), 'quota'],
    ['concurrent', validation('10 concurrent jobs'), 'quota'],
    ['too many', validation('Too many jobs'), 'quota'],
    ['another 400', validation('The revision is finalized'), 'final'],
    ['unlimited', validation('this is unlimited'), 'final'],
    ['403', thrown('AccessDeniedException', 403, { message: 'no limit' }), 'final'],
    ['500', thrown('InternalServerException', 500, { message: 'limit' }), 'fault'],
    ['expired', thrown('ExpiredTokenException', 400, { message: 'limit' }), 'fault'],
  ])('%s', (_name, error, kind) => expect(refusalOf(error, 'StartJob').kind).toBe(kind));

  it('smells so at StartJob only', () => {
    for (const call of CALLS.filter((call) => call !== 'StartJob')) {
      expect(refusalOf(validation('maximum'), call).kind).toBe('final');
      expect(refusalOf(thrown('ThrottlingException', 429), call).kind).toBe('fault');
    }
  });

  it('tells the limit’s name and value', () => {
    const error = thrown('ServiceLimitExceededException', 402, { LimitName: 'Concurrent jobs', LimitValue: 10 });
    const refusal = refusalOf(error, 'CreateJob');
    expect(refusal.limitValue).toBe(10);
    expect(refusal.message).toContain('(limit: Concurrent jobs = 10)');
  });
});

it('a denial names the action', () => {
  for (const call of CALLS) {
    expect(refusalOf(thrown('AccessDeniedException', 403), call).message).toContain(`dataexchange:${call}`);
  }
});

it('no message is without end', () => {
  const error = thrown('ValidationException', 400, { message: 'x'.repeat(100_000) });
  expect(refusalOf(error, 'CreateJob').message.length).toBeLessThan(1_500);
});
