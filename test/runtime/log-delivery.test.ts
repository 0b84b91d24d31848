import type { Plain } from '../../src/runtime/wire-request';
import { LogsServer } from './logs-server';
import { type Behaviour, event, PROVIDER, runtime, SUCCESS } from './toy';

const GROUP = 'acme-things-toy-logs';
const FIRST = ['CreateLogGroup', 'CreateLogStream', 'PutLogEvents'];
const NOON = Date.UTC(2026, 10, 22, 12);

let server: LogsServer;
beforeEach(async () => {
  server = new LogsServer();
  process.env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS = await server.start();
});
afterEach(async () => {
  delete process.env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS;
  delete process.env.AWS_ENDPOINT_URL;
  await server.stop();
});

const logged = (members: Plain = {}, data: Plain = {}) =>
  event(members, { providerCredentials: PROVIDER, providerLogGroupName: GROUP, ...data });

const speaking: Behaviour = ({ logger }) => {
  logger.log('hello', { job: 'job-1' });
  return SUCCESS;
};

describe('one PutLogEvents per invocation', () => {
  test('and no more than three calls for the first of a log stream', async () => {
    const { entrypoint, printed } = runtime(speaking);
    await entrypoint(logged());
    expect(server.operations).toEqual(FIRST);
    for (let i = 0; i < 3; i += 1) await entrypoint(logged());
    expect(server.operations).toEqual([...FIRST, 'PutLogEvents', 'PutLogEvents', 'PutLogEvents']);
    expect(printed).toEqual([]);
  });

  test('a group that exists is as good', async () => {
    server.groups.add(GROUP);
    await runtime(speaking).entrypoint(logged());
    expect(server.operations).toEqual(FIRST);
    expect(server.lines).toHaveLength(2);
  });

  test('one stream per container and day', async () => {
    let clock = NOON;
    const { entrypoint } = runtime(speaking, { now: () => clock });
    const other = runtime(speaking, { now: () => clock });
    await entrypoint(logged());
    await entrypoint(logged());
    await other.entrypoint(logged());
    clock += 86_400_000;
    await entrypoint(logged());
    expect([...server.streams].map((stream) => stream.replace(/[0-9a-f-]{36}$/, 'ID'))).toEqual([
      `${GROUP}|2026/11/22/ID`,
      `${GROUP}|2026/11/22/ID`,
      `${GROUP}|2026/11/23/ID`,
    ]);
    expect(server.operations.slice(-2)).toEqual(['CreateLogStream', 'PutLogEvents']);
  });

  test('is delivered before the answer, in the order of time', async () => {
    let clock = NOON;
    const { entrypoint } = runtime(
      ({ logger }) => {
        for (const step of [5, -3, 2]) {
          clock += step;
          logger.log(`step ${step}`);
        }
        return SUCCESS;
      },
      { now: () => clock },
    );
    await entrypoint(logged());
    const times = server.events.map(({ timestamp }) => timestamp);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(server.lines.map(({ message }) => message)).toEqual(['step 5', 'step -3', 'step 2', 'SUCCESS']);
  });

  test('a stream that was removed is made again', async () => {
    const { entrypoint } = runtime(speaking);
    await entrypoint(logged());
    server.streams.clear();
    server.received.length = 0;
    await entrypoint(logged());
    expect(server.operations).toEqual(['PutLogEvents', 'CreateLogStream', 'PutLogEvents']);
    expect(server.streams.size).toBe(1);
  });

  test('a group that was removed is made again by the next', async () => {
    const { entrypoint } = runtime(speaking);
    await entrypoint(logged());
    server.streams.clear();
    server.groups.clear();
    server.received.length = 0;
    await entrypoint(logged());
    expect(server.operations).toEqual(['PutLogEvents', 'CreateLogStream']);
    server.received.length = 0;
    await entrypoint(logged());
    expect(server.operations).toEqual(FIRST);
    expect(server.lines).toHaveLength(2);
  });

  test('who may make neither group nor stream tries once, then only puts', async () => {
    server.trouble = ({ operation }, response) => {
      if (operation === 'PutLogEvents') return false;
      response.writeHead(400).end('{"__type":"com.amazonaws.logs#AccessDeniedException","message":"no"}');
      return true;
    };
    const { entrypoint, printed } = runtime(speaking);
    expect(await entrypoint(logged())).toEqual({ status: 'SUCCESS' });
    expect(await entrypoint(logged())).toEqual({ status: 'SUCCESS' });
    expect(server.operations).toEqual([...FIRST, 'PutLogEvents']);
    expect(printed.join()).toContain('ResourceNotFoundException');
  });

  test('a connection that died while the container was frozen is replaced', async () => {
    const { entrypoint } = runtime(speaking);
    await entrypoint(logged());
    server.dropConnections();
    await entrypoint(logged());
    expect(server.operations).toEqual([...FIRST, 'PutLogEvents']);
    expect(server.lines).toHaveLength(4);
  });

  test('AWS_ENDPOINT_URL is honoured where the more specific one is absent', async () => {
    process.env.AWS_ENDPOINT_URL = process.env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS;
    delete process.env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS;
    await runtime(speaking).entrypoint(logged());
    expect(server.lines).toHaveLength(2);
  });

  test('only with credentials and a group for it; else lines are printed', async () => {
    for (const lacking of [{ providerCredentials: undefined }, { providerLogGroupName: undefined }]) {
      const { entrypoint, printed } = runtime(speaking);
      await entrypoint(logged({}, lacking));
      expect(printed.map((line) => JSON.parse(line).message)).toEqual(['hello', 'SUCCESS']);
      expect(printed.join()).not.toContain('_aws');
    }
    expect(server.received).toEqual([]);
  });

  test('also for an event that is refused, and a handler that throws', async () => {
    const { entrypoint } = runtime(() => {
      throw new TypeError('broken');
    });
    await entrypoint(logged());
    await entrypoint(logged({ action: 'DESTROY' }));
    expect(server.lines).toMatchObject([
      {
        message: 'READ failed unexpectedly',
        error: { name: 'TypeError', message: 'broken', stack: expect.stringMatching(/log-delivery\.test/) },
      },
      { status: 'FAILED', errorCode: 'InternalFailure', action: 'READ' },
      { status: 'FAILED', errorCode: 'InvalidRequest', action: 'DESTROY', DimensionKeyActionType: 'UNKNOWN' },
    ]);
  });
});

describe('lines', () => {
  test('are JSON and name what they are about', async () => {
    const { entrypoint } = runtime(({ logger }) => {
      logger.log('before');
      logger.bind({ job: 'job-1', action: 'not mine to say' });
      logger.log('with %s', 'arguments');
      logger.log('with fields', { attempt: 2, _aws: { forged: true }, HandlerInvocationCount: 99 });
      return SUCCESS;
    });
    await entrypoint(logged({ action: 'CREATE' }), { awsRequestId: 'lambda-1' });
    const about = {
      action: 'CREATE',
      stack: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/s/1',
      logicalId: 'MyToy',
      token: expect.stringMatching(/^[0-9a-f]{16}$/),
      requestId: 'lambda-1',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
    };
    expect(server.lines).toEqual([
      { ...about, message: 'before' },
      { ...about, job: 'job-1', message: 'with arguments' },
      { ...about, job: 'job-1', message: 'with fields', attempt: 2 },
      expect.objectContaining({ ...about, job: 'job-1', message: 'SUCCESS', status: 'SUCCESS' }),
    ]);
  });

  test('too many and too long ones still fit, and the last is there', async () => {
    const { entrypoint } = runtime(({ logger }) => {
      for (let i = 0; i < 1_500; i += 1) logger.log(`${i} ${'é'.repeat(3_000)}`);
      return SUCCESS;
    });
    await entrypoint(logged());
    const bytes = server.events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + 26, 0);
    expect(bytes).toBeLessThanOrEqual(1_048_576);
    expect(server.lines.at(-1)).toMatchObject({ status: 'SUCCESS' });
  });
});

describe('metrics ride along in embedded metric format', () => {
  const metricsIn = (line: Plain): string[] => {
    const { Timestamp, CloudWatchMetrics } = line._aws as {
      Timestamp: number;
      CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string; Unit: string }[] }[];
    };
    expect(Number.isInteger(Timestamp)).toBe(true);
    return CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) => {
      expect(Namespace).toBe('CloudFormation/Acme/Things/Toy');
      for (const name of Dimensions.flat()) expect(typeof line[name]).toBe('string');
      for (const { Name } of Metrics) expect(typeof line[Name]).toBe('number');
      return Metrics.map(({ Name, Unit }) => `${Name} ${Unit} by ${Dimensions.flat().join()}`);
    });
  };
  const INVOCATION = [
    'HandlerInvocationCount Count by DimensionKeyActionType,DimensionKeyResourceType',
    'HandlerInvocationDuration Milliseconds by DimensionKeyActionType,DimensionKeyResourceType',
  ];
  const FAILURE = 'HandlerException Count by DimensionKeyActionType,DimensionKeyExceptionType,DimensionKeyResourceType';

  test('invocations and duration', async () => {
    let clock = NOON;
    const { entrypoint } = runtime(
      () => {
        clock += 40;
        return SUCCESS;
      },
      { now: () => clock },
    );
    await entrypoint(logged({ action: 'CREATE' }));
    const [line] = server.lines as [Plain];
    expect(metricsIn(line)).toEqual(INVOCATION);
    expect(line).toMatchObject({
      _aws: { Timestamp: NOON + 40 },
      DimensionKeyActionType: 'CREATE',
      DimensionKeyResourceType: 'Acme::Things::Toy',
      HandlerInvocationCount: 1,
      HandlerInvocationDuration: 40,
    });
    expect(server.received.at(-1)?.headers['x-amzn-logs-format']).toBe('json/emf');
  });

  test('failures by action and code', async () => {
    const { entrypoint } = runtime(() => ({ status: 'FAILED', errorCode: 'NotFound', message: 'gone' }));
    await entrypoint(logged({ action: 'DELETE' }));
    const [line] = server.lines as [Plain];
    expect(metricsIn(line)).toEqual([...INVOCATION, FAILURE]);
    expect(line).toMatchObject({ DimensionKeyExceptionType: 'NotFound', HandlerException: 1 });
  });

  test('redaction does not break them, whatever the secrets are', async () => {
    for (const Secret of ['HandlerInvocationCount', 'Count', 'READ', '_aws', '1', 'Acme', '"', '{']) {
      server.received.length = 0;
      await runtime(speaking).entrypoint(logged({}, { resourceProperties: { Secret } }));
      expect(metricsIn(server.lines.at(-1) as Plain)).toEqual(INVOCATION);
    }
  });
});

describe('trouble with logs never touches the answer', () => {
  const answerWith: Behaviour = ({ logger }) => {
    logger.log('hello');
    return { ...SUCCESS, resourceModel: { Id: 'toy-1' } };
  };
  const ANSWER = { status: 'SUCCESS', resourceModel: { Id: 'toy-1' } };

  test.each<[name: string, trouble: LogsServer['trouble']]>([
    ['is silent', () => true],
    [
      'stops in the middle of its answer',
      (_received, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{');
        return true;
      },
    ],
    [
      'ends the connection',
      (_received, response) => {
        response.destroy();
        return true;
      },
    ],
    [
      'is throttling',
      (_received, response) => {
        response.writeHead(400).end('{"__type":"ThrottlingException","message":"Rate exceeded"}');
        return true;
      },
    ],
    [
      'answers with a page',
      (_received, response) => {
        response.writeHead(503, { 'content-type': 'text/html' }).end('<html>');
        return true;
      },
    ],
    [
      'echoes a secret',
      ({ headers }, response) => {
        response.writeHead(400).end(JSON.stringify({ __type: 'Oops', message: headers['x-amz-security-token'] }));
        return true;
      },
    ],
  ])('the endpoint %s', async (_name, trouble) => {
    server.trouble = trouble;
    const { entrypoint, printed } = runtime(answerWith, { logDeliveryMs: 120 });
    const started = performance.now();
    expect(await entrypoint(logged())).toEqual(ANSWER);
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(server.received.length).toBeLessThanOrEqual(3);
    expect(printed).toHaveLength(1);
    expect(JSON.parse(printed[0] as string).message).toBe('the log could not be delivered');
    expect(printed[0]).not.toContain(PROVIDER.sessionToken);
  });

  test('there is nobody at the endpoint, or it is no URL', async () => {
    for (const url of ['http://127.0.0.1:1', 'nonsense']) {
      process.env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS = url;
      expect(await runtime(answerWith).entrypoint(logged())).toEqual(ANSWER);
    }
  });

  test('credentials that no header can hold', async () => {
    const providerCredentials = { accessKeyId: 'a\nb', secretAccessKey: '\u0000', sessionToken: '\r\n' };
    expect(await runtime(answerWith).entrypoint(logged({}, { providerCredentials }))).toEqual(ANSWER);
  });

  test('a printer that throws', async () => {
    const print = (): never => {
      throw new Error('EPIPE');
    };
    expect(await runtime(answerWith, { print }).entrypoint(event())).toEqual(ANSWER);
  });

  test('the time that Lambda has left counts too', async () => {
    server.trouble = () => true;
    const { entrypoint } = runtime(answerWith);
    const started = performance.now();
    expect(await entrypoint(logged(), { getRemainingTimeInMillis: () => 300 })).toEqual(ANSWER);
    expect(await entrypoint(logged(), { getRemainingTimeInMillis: () => 10 })).toEqual(ANSWER);
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  test('two seconds in all is the cap', async () => {
    jest.useFakeTimers({ doNotFake: ['performance', 'setImmediate', 'nextTick'] });
    try {
      server.trouble = () => true;
      let done = false;
      const answer = runtime(answerWith)
        .entrypoint(logged())
        .finally(() => {
          done = true;
        });
      while (server.received.length === 0) await new Promise(setImmediate);
      jest.advanceTimersByTime(1_999);
      await new Promise(setImmediate);
      expect(done).toBe(false);
      jest.advanceTimersByTime(1);
      expect(await answer).toEqual(ANSWER);
    } finally {
      jest.useRealTimers();
    }
  });
});
