import { event, runtime, SUCCESS } from './toy';

function fail(): never {
  throw new Error('no');
}

test('logging never throws, and every line stays JSON', async () => {
  const circular: Record<string, unknown> = {
    big: 10n,
    nan: Number.NaN,
    date: new Date(Number.NaN),
    action: () => 1,
    symbol: Symbol('s'),
  };
  circular.self = circular;
  let deep: unknown = 'bottom';
  for (let level = 0; level < 10_000; level += 1) {
    deep = [deep];
  }
  const trap = {
    get broken(): never {
      return fail();
    },
    fine: 1,
  };
  const values = [
    circular,
    deep,
    trap,
    new Proxy({}, { ownKeys: fail, get: fail, getPrototypeOf: fail }),
    Object.defineProperty(new Error('e'), 'message', { get: fail }),
    Array.from({ length: 100_000 }, (_item, index) => ({ index })),
    10n,
    undefined,
    null,
    Symbol('x'),
    'x'.repeat(1e6),
    new Map([[{}, 1]]),
    new Set([1, null]),
    new Date(0),
    new Uint8Array(9),
    { toJSON: fail },
    JSON.parse('{"__proto__":{"a":1}}'),
    { toString: null },
  ];

  const { entrypoint, printed } = runtime(({ logger }) => {
    for (const value of values) {
      logger.log(value);
      logger.log('text', value);
      logger.log('text %s %d %j', value, value, value);
      logger.log('text', { value });
      logger.bind({ value });
      logger.bind(value as never);
      logger.bind({ value: 0 });
    }
    for (let line = 0; line < 5_000; line += 1) {
      logger.log(`line ${line}`);
    }
    return SUCCESS;
  });
  expect(await entrypoint(event())).toEqual({ status: 'SUCCESS' });
  for (const line of printed) {
    expect(JSON.parse(line)).toMatchObject({ time: expect.any(String), action: 'READ' });
  }
  expect(printed.length).toBeLessThanOrEqual(1_002);
  expect(JSON.parse(printed.at(-1) as string)).toMatchObject({ status: 'SUCCESS' });
  expect(printed.join('\n')).toContain('more lines were left out');
});
