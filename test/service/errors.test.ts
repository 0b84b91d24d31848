import * as sdk from '@aws-sdk/client-dataexchange';
import { type CallName, refusalFor, UnusableAnswer } from '../../src/service/errors';

/** An error as the SDK throws it. */
function thrown(name: string, httpStatusCode?: number, members: object = {}): Error {
  const $metadata = httpStatusCode === undefined ? undefined : { httpStatusCode };
  return Object.assign(new Error(`the text of ${name}`), { name, $metadata, ...members });
}

function meaningOf(error: unknown, call: CallName = 'GetJob'): string {
  const { kind, errorCode } = refusalFor(error, call);
  return `${kind} ${errorCode}`;
}

describe('an error’s name decides, whatever its status', () => {
  it.each([
    ['ValidationException', 'permanent InvalidRequest'],
    ['AccessDeniedException', 'permanent AccessDenied'],
    ['ConflictException', 'conflict ResourceConflict'],
    ['ThrottlingException', 'transient Throttling'],
    ['ServiceLimitExceededException', 'quota ServiceLimitExceeded'],
    ['InternalServerException', 'transient ServiceInternalError'],
    ['ExpiredTokenException', 'transient InvalidCredentials'],
    ['TimeoutError', 'transient NetworkFailure'],
  ])('%s is %s', (name, expected) => {
    expect(meaningOf(thrown(name))).toBe(expected);
    expect(meaningOf(thrown(name, 418))).toBe(expected);
  });

  it('which is known for every exception of the SDK’s model', () => {
    const names = Object.keys(sdk).filter((name) => /(?<!Service)Exception$/.test(name));
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) {
      expect(meaningOf(thrown(name))).not.toBe('permanent InternalFailure');
    }
  });

  it.each(['constructor', '__proto__', 'toString'])('but not if the name is %s', (name) => {
    expect(meaningOf(thrown(name, 500))).toBe('transient ServiceInternalError');
  });
});

describe('the status decides where the name says nothing', () => {
  it.each([
    [301, 'permanent InvalidRequest'],
    [400, 'permanent InvalidRequest'],
    [401, 'transient InvalidCredentials'],
    [402, 'quota ServiceLimitExceeded'],
    [403, 'permanent AccessDenied'],
    [404, 'absent NotFound'],
    [408, 'transient NetworkFailure'],
    [409, 'conflict ResourceConflict'],
    [413, 'permanent InvalidRequest'],
    [429, 'transient Throttling'],
    [500, 'transient ServiceInternalError'],
    [599, 'transient ServiceInternalError'],
  ])('%d is %s', (status, expected) => {
    expect(meaningOf(thrown('SomethingNew', status))).toBe(expected);
    expect(meaningOf(Object.assign(new Error('x'), { $response: { statusCode: status } }))).toBe(expected);
    // What the parser throws at a body that is no JSON, HTML for one.
    const unreadable = refusalFor(thrown('SyntaxError', status), 'GetJob');
    expect(`${unreadable.kind} ${unreadable.errorCode}`).toBe(expected);
  });

  it.each([
    ['a body that is no JSON, with a good status', thrown('SyntaxError', 200)],
    ['a body that is no JSON, status unknown', thrown('SyntaxError')],
    ['an answer without a job', new UnusableAnswer('the answer shows no job')],
    ['times of the wrong shape', Object.assign(new TypeError('RFC-3339'), { $response: { statusCode: 200 } })],
  ])('%s is a fault of the service', (_name, error) => {
    expect(meaningOf(error)).toBe('transient ServiceInternalError');
  });
});

describe('no answer', () => {
  it.each(['ECONNRESET', 'ENOTFOUND', 'CERT_HAS_EXPIRED'])(
    '%s is a fault of the network that names the code',
    (code) => {
      const refusal = refusalFor(Object.assign(new Error('socket'), { code }), 'StartJob');
      expect(refusal).toMatchObject({
        kind: 'transient',
        errorCode: 'NetworkFailure',
        message: `No answer from AWS Data Exchange to StartJob (${code})`,
      });
    },
  );

  it('is also an error that the SDK met after it had begun to send', () => {
    expect(meaningOf(Object.assign(new Error('strange'), { $metadata: { attempts: 1 } }))).toBe(
      'transient NetworkFailure',
    );
  });
});

describe('anything else is a fault of the handler, whose text only the log gets', () => {
  it.each<[string, unknown]>([
    ['TypeError', new TypeError('x is not a function')],
    ['TypeError with a code', Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL' })],
    ['plain Error', new Error('at /secret/path')],
    ['text', 'just text'],
    ['undefined', undefined],
    ['null', null],
    ['empty object', {}],
    ['strange members', { name: 7, message: {}, $metadata: null, $response: undefined, code: 7 }],
  ])('%s', (_name, error) => {
    expect(refusalFor(error, 'CreateJob')).toMatchObject({
      kind: 'permanent',
      errorCode: 'InternalFailure',
      message: expect.stringMatching(/^The handler itself failed at CreateJob; its log has the stack\./),
    });
  });
});

describe('not found', () => {
  it.each<[CallName, string | undefined, string]>([
    ['GetJob', 'JOB', 'absent NotFound'],
    ['GetJob', undefined, 'absent NotFound'],
    ['StartJob', 'JOB', 'absent NotFound'],
    ['StartJob', 'REVISION', 'permanent InvalidRequest'],
    ['CancelJob', undefined, 'absent NotFound'],
    ['ListJobs', 'DATA_SET', 'absent NotFound'],
    ['GetRevision', 'REVISION', 'absent NotFound'],
    ['DeleteRevision', 'DATA_SET', 'absent NotFound'],
    ['TagResource', 'JOB', 'permanent InvalidRequest'],
    ['CreateJob', 'REVISION', 'permanent InvalidRequest'],
    ['CreateRevision', 'DATA_SET', 'permanent InvalidRequest'],
    ['ListDataSetRevisions', undefined, 'absent NotFound'],
  ])('by %s of %s is %s', (call, ResourceType, expected) => {
    expect(meaningOf(thrown('ResourceNotFoundException', 404, { ResourceType }), call)).toBe(expected);
  });
});

describe('a refused StartJob', () => {
  function validation(message: string): Error {
    return thrown('ValidationException', 400, { message });
  }

  it.each<[string, Error, string]>([
    ['402', thrown('Anything', 402), 'quota'],
    ['429', thrown('ThrottlingException', 429), 'quota'],
    ['a limit’s name', thrown('ValidationException', 400, { LimitName: 'jobs' }), 'quota'],
    ['"limit"', validation('You have reached the limit'), 'quota'],
    ['"Quota"', validation('Quota of jobs exceeded'), 'quota'],
    ['"MAXIMUM"', validation('the MAXIMUM number of jobs'), 'quota'],
    ['"concurrent"', validation('10 concurrent jobs'), 'quota'],
    ['"too many"', validation('Too many jobs'), 'quota'],
    ['another 400', validation('The revision is finalized'), 'permanent'],
    ['"unlimited"', validation('this is unlimited'), 'permanent'],
    ['409', thrown('ConflictException', 409, { message: 'limit' }), 'conflict'],
    ['403', thrown('AccessDeniedException', 403, { message: 'no limit' }), 'permanent'],
    ['500', thrown('InternalServerException', 500, { message: 'limit' }), 'transient'],
    ['expired credentials', thrown('ExpiredTokenException', 400, { message: 'limit' }), 'transient'],
  ])('with %s is %s', (_name, error, kind) => {
    expect(refusalFor(error, 'StartJob').kind).toBe(kind);
  });

  it('is the only call of which this holds', () => {
    expect(refusalFor(validation('maximum'), 'CreateJob').kind).toBe('permanent');
    expect(refusalFor(thrown('ThrottlingException', 429), 'CreateJob').kind).toBe('transient');
  });
});

describe('a message', () => {
  it.each<[string, Error, string]>([
    [
      'names the resource',
      thrown('ResourceNotFoundException', 404, { message: 'no', ResourceType: 'REVISION', ResourceId: 'r1' }),
      'CreateJob was refused: ResourceNotFoundException: no (REVISION r1)',
    ],
    [
      'names the resource though its type is unknown',
      thrown('ConflictException', 409, { message: 'no', ResourceId: 'r1' }),
      'CreateJob was refused: ConflictException: no (resource r1)',
    ],
    [
      'names the limit and its value, and says what to do',
      thrown('ServiceLimitExceededException', 402, { message: 'full.', LimitName: 'Jobs', LimitValue: 10 }),
      'CreateJob was refused: ServiceLimitExceededException: full (limit: Jobs = 10). ' +
        'Remove what is not needed, or ask AWS to raise the limit.',
    ],
    [
      'does not advise to raise a limit of concurrent jobs, which AWS does not raise',
      thrown('ServiceLimitExceededException', 402, { message: 'full', LimitName: 'Concurrent in progress jobs' }),
      'Wait until other jobs have ended; AWS does not raise this limit.',
    ],
    [
      'names the action that was denied, which may be another than the call',
      thrown('AccessDeniedException', 403, {
        message: 'User: x is not authorized to perform: dataexchange:PublishDataSet on resource: y',
      }),
      "The type's execution role needs dataexchange:PublishDataSet.",
    ],
    [
      'names the limit without a value',
      thrown('ValidationException', 400, { message: 'full', LimitName: 'Jobs' }),
      'CreateJob was refused: ValidationException: full (limit: Jobs = unknown)',
    ],
    [
      'names the action that the execution role needs',
      thrown('AccessDeniedException', 403, { message: 'no.' }),
      "CreateJob was refused: AccessDeniedException: no. The type's execution role needs dataexchange:CreateJob.",
    ],
    ['says once what has no text', thrown('Strange', 400, { message: '' }), 'CreateJob was refused: Strange'],
    ['says what came instead of JSON', thrown('SyntaxError', 403), 'an answer that is not JSON (HTTP status 403)'],
  ])('%s', (_name, error, expected) => expect(refusalFor(error, 'CreateJob').message).toContain(expected));

  it('is not longer than a stack event shows', () => {
    const error = thrown('ValidationException', 400, { message: 'x'.repeat(100_000) });
    expect(refusalFor(error, 'CreateJob').message.length).toBeLessThan(1_500);
  });
});
