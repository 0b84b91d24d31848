import type { Plain } from '../../src/runtime/wire-request';
import { LogsServer } from './logs-server';
import { type Behaviour, event, PROVIDER, runtime, SUCCESS } from './toy';

const GROUP = 'acme-things-toy-logs';
const FIRST_CALLS = ['CreateLogGroup', 'CreateLogStream', 'PutLogEvents'];
const NOON = Date.UTC(2026, 10, 22, 12);
const DAY_MS = 86_400_000;

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

/** An event of a type that has a logging role. */
function loggedEvent(members: Plain = {}, data: Plain = {}): Plain {
  return event(members, { providerCredentials: PROVIDER, providerLogGroupName: GROUP, ...data });
}

function sayHello({ logger }: Parameters<Behaviour>[0]): unknown {
  logger.log('hello', { job: 'job-1' });
  return SUCCESS;
}

describe('an invocation makes one PutLogEvents', () => {
  test('after two calls that make the log stream, in the first invocation', async () => {
    const { entrypoint, printed } = runtime(sayHello);
    await entrypoint(loggedEvent());
    expect(server.operations).toEqual(FIRST_CALLS);
    await entrypoint(loggedEvent());
    await entrypoint(loggedEvent());
    expect(server.operations).toEqual([...FIRST_CALLS, 'PutLogEvents', 'PutLogEvents']);
    expect(printed).toEqual([]);
  });

  test('into a log group that exists already', async () => {
    server.groups.add(GROUP);
    await runtime(sayHello).entrypoint(loggedEvent());
    expect(server.operations).toEqual(FIRST_CALLS);
    expect(server.lines).toHaveLength(2);
  });

  test('into a stream of its own for each container and day', async () => {
    let clock = NOON;
    const { entrypoint } = runtime(sayHello, { now: () => clock });
    const other = runtime(sayHello, { now: () => clock });
    await entrypoint(loggedEvent());
    await entrypoint(loggedEvent());
    await other.entrypoint(loggedEvent());
    clock += DAY_MS;
    await entrypoint(loggedEvent());
    expect([...server.streams].map((stream) => stream.replace(/[0-9a-f-]{36}$/, 'ID'))).toEqual([
      `${GROUP}|2026/11/22/ID`,
      `${GROUP}|2026/11/22/ID`,
      `${GROUP}|2026/11/23/ID`,
    ]);
    expect(server.operations.slice(-2)).toEqual(['CreateLogStream', 'PutLogEvents']);
  });

  test('before it responds, in the order of time even if the clock goes backwards', async () => {
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
    await entrypoint(loggedEvent());
    expect(server.events.map(({ timestamp }) => timestamp - NOON)).toEqual([5, 5, 5, 5]);
    expect(server.lines.map(({ message }) => message)).toEqual(['step 5', 'step -3', 'step 2', 'SUCCESS']);
  });

  test('into a new stream if somebody removed the old one', async () => {
    const { entrypoint } = runtime(sayHello);
    await entrypoint(loggedEvent());
    server.streams.clear();
    server.received.length = 0;
    await entrypoint(loggedEvent());
    expect(server.operations).toEqual(['PutLogEvents', 'CreateLogStream', 'PutLogEvents']);
    expect(server.streams.size).toBe(1);
  });

  test('into a new group from the next invocation on, if somebody removed the old one', async () => {
    const { entrypoint } = runtime(sayHello);
    await entrypoint(loggedEvent());
    server.streams.clear();
    server.groups.clear();
    server.received.length = 0;
    await entrypoint(loggedEvent());
    expect(server.operations).toEqual(['PutLogEvents', 'CreateLogStream']);
    server.received.length = 0;
    await entrypoint(loggedEvent());
    expect(server.operations).toEqual(FIRST_CALLS);
    expect(server.lines).toHaveLength(2);
  });

  test('and tries only once to make a group and a stream that it has no right to make', async () => {
    server.trouble = ({ operation }, response) => {
      if (operation === 'PutLogEvents') {
        return false;
      }
      response.writeHead(400).end('{"__type":"com.amazonaws.logs#AccessDeniedException","message":"no"}');
      return true;
    };
    const { entrypoint, printed } = runtime(sayHello);
    expect(await entrypoint(loggedEvent())).toEqual({ status: 'SUCCESS' });
    expect(await entrypoint(loggedEvent())).toEqual({ status: 'SUCCESS' });
    expect(server.operations).toEqual([...FIRST_CALLS, 'PutLogEvents']);
    expect(printed.join()).toContain('ResourceNotFoundException');
  });

  test('over a new connection if the old one died while the container was frozen', async () => {
    const { entrypoint } = runtime(sayHello);
    await entrypoint(loggedEvent());
    server.dropConnections();
    await entrypoint(loggedEvent());
    expect(server.operations).toEqual([...FIRST_CALLS, 'PutLogEvents']);
    expect(server.lines).toHaveLength(4);
  });

  test('to AWS_ENDPOINT_URL if the more specific variable is not set', async () => {
    process.env.AWS_ENDPOINT_URL = process.env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS;
    delete process.env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS;
    await runtime(sayHello).entrypoint(loggedEvent());
    expect(server.lines).toHaveLength(2);
  });

  test('only with credentials and a group for it; otherwise lines are printed', async () => {
    for (const missing of [{ providerCredentials: undefined }, { providerLogGroupName: undefined }]) {
      const { entrypoint, printed } = runtime(sayHello);
      await entrypoint(loggedEvent({}, missing));
      expect(printed.map((line) => JSON.parse(line).message)).toEqual(['hello', 'SUCCESS']);
      expect(printed.join()).not.toContain('_aws');
    }
    expect(server.received).toEqual([]);
  });

  test('also for a malformed event and for a handler that throws', async () => {
    const { entrypoint } = runtime(() => {
      throw new TypeError('broken');
    });
    await entrypoint(loggedEvent());
    await entrypoint(loggedEvent({ action: 'DESTROY' }));
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

describe('log lines', () => {
  test('are JSON with the names of the invocation and of what the handler binds', async () => {
    const { entrypoint } = runtime(({ logger }) => {
      logger.log('before');
      logger.bind({ job: 'job-1', action: 'overwritten by the real one' });
      logger.log('with %s', 'arguments');
      logger.log('with fields', { attempt: 2, _aws: { forged: true }, HandlerInvocationCount: 99 });
      return SUCCESS;
    });
    await entrypoint(loggedEvent({ action: 'CREATE' }), { awsRequestId: 'lambda-1' });
    const common = {
      action: 'CREATE',
      stack: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/s/1',
      logicalId: 'MyToy',
      token: expect.stringMatching(/^[0-9a-f]{16}$/),
      requestId: 'lambda-1',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
    };
    expect(server.lines).toEqual([
      { ...common, message: 'before' },
      { ...common, job: 'job-1', message: 'with arguments' },
      { ...common, job: 'job-1', message: 'with fields', attempt: 2 },
      expect.objectContaining({ ...common, job: 'job-1', message: 'SUCCESS', status: 'SUCCESS' }),
    ]);
  });

  test('that are too many or too long are left out, but never the last', async () => {
    const { entrypoint } = runtime(({ logger }) => {
      for (let line = 0; line < 1_500; line += 1) {
        logger.log(`${line} ${'é'.repeat(3_000)}`);
      }
      logger.log('beyond the limit of an event', { fields: Array.from({ length: 40 }, () => 'é'.repeat(8_000)) });
      return SUCCESS;
    });
    await entrypoint(loggedEvent());
    const bytes = server.events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + 26, 0);
    expect(bytes).toBeLessThanOrEqual(1_048_576);
    expect(server.lines.at(-1)).toMatchObject({ status: 'SUCCESS' });
  });
});

describe('the last line holds metrics in embedded metric format', () => {
  /** The metrics of a line, whose dimensions and values must be there too. */
  function metricsIn(line: Plain = {}): string[] {
    const { Timestamp, CloudWatchMetrics } = line._aws as {
      Timestamp: number;
      CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string; Unit: string }[] }[];
    };
    expect(Number.isInteger(Timestamp)).toBe(true);
    return CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) => {
      expect(Namespace).toBe('CloudFormation/Acme/Things/Toy');
      for (const name of Dimensions.flat()) {
        expect(line[name]).toEqual(expect.any(String));
      }
      return Metrics.map(({ Name, Unit }) => {
        expect(line[Name]).toEqual(expect.any(Number));
        return `${Name} ${Unit} by ${Dimensions.flat().join()}`;
      });
    });
  }
  const INVOCATION = [
    'HandlerInvocationCount Count by DimensionKeyActionType,DimensionKeyResourceType',
    'HandlerInvocationDuration Milliseconds by DimensionKeyActionType,DimensionKeyResourceType',
  ];
  const FAILURE = 'HandlerException Count by DimensionKeyActionType,DimensionKeyExceptionType,DimensionKeyResourceType';

  test('invocations and their duration', async () => {
    let clock = NOON;
    const { entrypoint } = runtime(
      () => {
        clock += 40;
        return SUCCESS;
      },
      { now: () => clock },
    );
    await entrypoint(loggedEvent({ action: 'CREATE' }));
    const [line] = server.lines;
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
    await entrypoint(loggedEvent({ action: 'DELETE' }));
    const [line] = server.lines;
    expect(metricsIn(line)).toEqual([...INVOCATION, FAILURE]);
    expect(line).toMatchObject({ DimensionKeyExceptionType: 'NotFound', HandlerException: 1 });
  });

  test('even if their names are secrets of the event', async () => {
    for (const Secret of ['HandlerInvocationCount', 'DimensionKeyActionType', 'CloudWatchMetrics', 'CloudFormation']) {
      await runtime(sayHello).entrypoint(loggedEvent({}, { resourceProperties: { Secret } }));
      expect(metricsIn(server.lines.at(-1))).toEqual(INVOCATION);
    }
  });
});

describe('the response does not depend on the delivery of the log', () => {
  const RESPONSE = { status: 'SUCCESS', resourceModel: { Id: 'toy-1' } };
  function respond({ logger }: Parameters<Behaviour>[0]): unknown {
    logger.log('hello');
    return RESPONSE;
  }

  test.each<[name: string, trouble: LogsServer['trouble']]>([
    ['is silent', () => true],
    [
      'stops in the middle of its response',
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
      'throttles',
      (_received, response) => {
        response.writeHead(400).end('{"__type":"ThrottlingException","message":"Rate exceeded"}');
        return true;
      },
    ],
    [
      'responds with a web page',
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
  ])('if the endpoint %s', async (_name, trouble) => {
    server.trouble = trouble;
    const { entrypoint, printed } = runtime(respond, { logDeliveryMs: 100 });
    expect(await entrypoint(loggedEvent())).toEqual(RESPONSE);
    expect(server.received.length).toBeLessThanOrEqual(3);
    expect(printed).toHaveLength(1);
    expect(JSON.parse(printed[0] as string).message).toBe('the log could not be delivered');
    expect(printed[0]).not.toContain(PROVIDER.sessionToken);
  });

  test.each(['http://127.0.0.1:1', 'nonsense'])('if there is nothing at the endpoint %s', async (url) => {
    process.env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS = url;
    expect(await runtime(respond).entrypoint(loggedEvent())).toEqual(RESPONSE);
  });

  test('if no header can hold the credentials', async () => {
    const providerCredentials = { accessKeyId: 'a\nb', secretAccessKey: '\u0000', sessionToken: '\r\n' };
    expect(await runtime(respond).entrypoint(loggedEvent({}, { providerCredentials }))).toEqual(RESPONSE);
  });

  test('if printing throws', async () => {
    function print(): never {
      throw new Error('EPIPE');
    }
    expect(await runtime(respond, { print }).entrypoint(event())).toEqual(RESPONSE);
  });

  test('if Lambda leaves less time than the delivery may take', async () => {
    server.trouble = () => true;
    const { entrypoint, printed } = runtime(respond);
    expect(await entrypoint(loggedEvent(), { getRemainingTimeInMillis: () => 300 })).toEqual(RESPONSE);
    expect(await entrypoint(loggedEvent(), { getRemainingTimeInMillis: () => 10 })).toEqual(RESPONSE);
    expect(printed.map((line) => JSON.parse(line).error)).toEqual([
      'Error: no answer within 50 ms',
      'Error: no time was left',
    ]);
  });

  test('after two seconds in all', async () => {
    jest.useFakeTimers({ doNotFake: ['performance', 'setImmediate', 'nextTick'] });
    try {
      server.trouble = () => true;
      let responded = false;
      const response = runtime(respond)
        .entrypoint(loggedEvent())
        .finally(() => {
          responded = true;
        });
      while (server.received.length === 0) {
        await new Promise(setImmediate);
      }
      jest.advanceTimersByTime(1_999);
      await new Promise(setImmediate);
      expect(responded).toBe(false);
      jest.advanceTimersByTime(1);
      expect(await response).toEqual(RESPONSE);
    } finally {
      jest.useRealTimers();
    }
  });
});
