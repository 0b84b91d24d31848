import { inspect } from 'node:util';
import fc from 'fast-check';
import { MARK, Redactor } from '../../src/runtime/redaction';
import { CALLER, event, PROVIDER, runtime, SUCCESS } from './toy';

/** FC_SEED=<printed seed> repeats a run. */
const seed = process.env.FC_SEED ? Number(process.env.FC_SEED) : Date.now() % 2 ** 31;
const runs = { seed, numRuns: 300 };
beforeAll(() => console.info(`redaction: FC_SEED=${seed}`));

const URL_SIGNED =
  'https://bucket.s3.eu-west-1.amazonaws.com/key%20a?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAX%2F2026&X-Amz-Security-Token=tok&X-Amz-Signature=0123abcd';

// Nothing of the marker and of the words around it, so that what is found afterwards was not there by chance.
const CHARS = [...'AZ09zq/+=&"\'\\ \n\t%?#!*é€😀\u0000\ud800'];
const secretText = fc
  .string({ unit: fc.constantFrom(...CHARS), minLength: 4, maxLength: 40 })
  .filter((s) => s.trim().length >= 4);
const filler = fc.string({ unit: fc.constantFrom(...'xyvw :,;{}()'), maxLength: 12 });

const WAYS: [name: string, spell: (secret: string) => string][] = [
  ['plain', (s) => s],
  ['JSON', (s) => JSON.stringify(s)],
  ['JSON in JSON', (s) => JSON.stringify(JSON.stringify({ key: s }))],
  ['URL', (s) => encodeURIComponent(s)],
  ['URL, lower case', (s) => encodeURIComponent(s).replace(/%../g, (code) => code.toLowerCase())],
  ['form', (s) => new URLSearchParams({ s }).toString().slice(2)],
  ['inspect', (s) => inspect(s, { compact: true, breakLength: Infinity })],
  ['JSON as Go writes it', (s) => JSON.stringify(s).replaceAll('&', '\\u0026').replaceAll('=', '\\u003D')],
  ['URL in JSON', (s) => JSON.stringify({ url: new URLSearchParams({ s }).toString() }).replaceAll('=', '\\u003d')],
  ['base64', (s) => Buffer.from(s).toString('base64')],
  ['XML', (s) => s.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')],
];

const wellFormed = (s: string): boolean => !/[\ud800-\udfff]/.test(s.replace(/[\ud800-\udbff][\udc00-\udfff]/g, ''));

describe('secrets that are known', () => {
  test.each(WAYS)('leave no trace, spelt as %s', (name, spell) => {
    fc.assert(
      fc.property(secretText, filler, filler, (secret, before, after) => {
        fc.pre(wellFormed(secret) || name === 'plain' || name.startsWith('JSON'));
        const spelt = spell(secret);
        const redacted = new Redactor([{ deep: [secret] }]).text(before + spelt + after);
        const core = spelt.replace(/^[\\"'`{:key]+|[\\"'`}=]+$/g, '');
        expect(redacted).toContain(MARK);
        if (core.trim().length >= 4) expect(redacted).not.toContain(core);
        expect(redacted).not.toContain(secret);
      }),
      runs,
    );
  });

  test('leave no rest where they overlap', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('A', 'B', 'Z'), minLength: 4, maxLength: 9 }), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.string({ unit: fc.constantFrom('A', 'B', 'Z', ' '), maxLength: 60 }),
        (secrets, text) => {
          const redacted = new Redactor(secrets).text(text);
          const covered = Array.from(text, () => false);
          for (const secret of secrets) {
            for (let i = 0; i + secret.length <= text.length; i += 1) {
              if (text.startsWith(secret, i)) covered.fill(true, i, i + secret.length);
            }
          }
          const kept = Array.from(text)
            .filter((_, i) => !covered[i])
            .join('');
          expect(redacted.replaceAll(MARK, '')).toBe(kept);
        },
      ),
      runs,
    );
  });

  test('text without them is not touched', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(!/https?:|=|%3d|\\u003d/i.test(text));
        expect(new Redactor(['\u0001secret\u0001']).text(text)).toBe(text);
      }),
      runs,
    );
  });

  test('short ones are cut out only where they stand alone', () => {
    const { text } = { text: (given: string) => new Redactor(['ab', '']).text(given) };
    expect(text('key=ab, about "ab" cab abc ab')).toBe(`key=${MARK}, about "${MARK}" cab abc ${MARK}`);
  });

  test('of long ones a quoted beginning is cut out too', () => {
    const secret = Array.from({ length: 300 }, (_, i) => String.fromCharCode(97 + (i % 26))).join('');
    expect(new Redactor([secret]).text(`sent "${secret.slice(0, 120)}..."`)).toBe(`sent "${MARK}..."`);
  });

  test('numbers are secrets too, and only strings and numbers are', () => {
    expect(new Redactor([123456, null, true, undefined]).text('a 123456 true null undefined')).toBe(
      `a ${MARK} true null undefined`,
    );
  });

  test('a long hostile text comes to an end', () => {
    const redactor = new Redactor(['A'.repeat(1_000), 'secret-value']);
    // Work that grew with the square of the length would keep this test going for minutes.
    for (const part of ['http://', 'http://a?', 'https%3A', 'signature=', 'A', 'sig'])
      expect(redactor.text(`${part.repeat(20_000)} secret-value`)).not.toContain('secret-value');
  });
});

describe('signed URLs, known or not', () => {
  const redact = (text: string) => new Redactor([]).text(text);

  test('keep their address and lose what signs them', () => {
    expect(redact(`PUT "${URL_SIGNED}" failed`)).toBe(
      `PUT "https://bucket.s3.eu-west-1.amazonaws.com/key%20a?${MARK}" failed`,
    );
    expect(redact('http://h/p?AWSAccessKeyId=AKIA&Signature=abc&Expires=1 next')).toBe(`http://h/p?${MARK} next`);
    expect(redact('http://h/p?page=2 next')).toBe('http://h/p?page=2 next');
  });

  test.each([
    ['JSON', JSON.stringify({ url: URL_SIGNED })],
    ['JSON in JSON', JSON.stringify(JSON.stringify({ url: URL_SIGNED }))],
    ['JSON with escaped slashes', JSON.stringify({ url: URL_SIGNED }).replaceAll('/', '\\/')],
    [
      'JSON with escaped ampersands',
      JSON.stringify({ url: URL_SIGNED }).replaceAll('&', '\\u0026').replaceAll('=', '\\u003d'),
    ],
    ['a URL', encodeURIComponent(URL_SIGNED)],
    ['a URL twice', encodeURIComponent(encodeURIComponent(URL_SIGNED))],
    ['XML', `<Url>${URL_SIGNED.replaceAll('&', '&amp;')}</Url>`],
    ['its query alone', URL_SIGNED.slice(URL_SIGNED.indexOf('?') + 1)],
  ])('also in %s', (_name, text) => {
    expect(redact(text)).not.toMatch(/0123abcd|AKIAX|Token=tok/);
  });
});

describe('the whole runtime', () => {
  const SECRETS = { Secret: 'key "of" an API/é', Parts: [{ Secret: 'inner+secret' }, { Secret: 'other&secret' }] };
  const all = [
    ...Object.values(CALLER),
    ...Object.values(PROVIDER),
    'bearer-0f1e2d3c',
    SECRETS.Secret,
    'inner+secret',
    'other&secret',
    'old-secret',
  ];
  const sent = event(
    {},
    {
      providerCredentials: PROVIDER,
      resourceProperties: { Id: 'x', ...SECRETS },
      previousResourceProperties: { Secret: 'old-secret' },
    },
  );

  test('shows no secret of the event in line or message, but answers the true model', async () => {
    const { entrypoint, printed } = runtime(({ session, request, logger }) => {
      const error = Object.assign(new Error(`refused: ${all.join(' ')}`), { sent: request, url: URL_SIGNED });
      logger.log('session', { session, [SECRETS.Secret]: 1 });
      logger.log('%s and %j', all.join(), { request });
      logger.log(error);
      logger.log('it failed', error);
      logger.log(JSON.stringify(JSON.stringify({ request, session })));
      logger.log({ body: encodeURIComponent(all.join(' ')) });
      logger.log('split', CALLER.secretAccessKey.slice(0, 6), CALLER.secretAccessKey.slice(6));
      logger.bind({ credentials: session.configuration });
      return {
        status: 'FAILED',
        errorCode: 'InvalidRequest',
        message: `service said: ${all.join(' ')} ${URL_SIGNED}`,
        resourceModel: { Id: 'x', SignedUrl: URL_SIGNED },
      };
    });
    const answer = await entrypoint(sent);
    expect(answer.resourceModel).toEqual({ Id: 'x', SignedUrl: URL_SIGNED });
    expect(printed).toHaveLength(8);
    for (const text of [answer.message as string, ...printed]) {
      for (const secret of all) {
        expect(text).not.toContain(secret);
        expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
        expect(text).not.toContain(encodeURIComponent(secret));
      }
      expect(text).not.toContain('0123abcd');
    }
    for (const line of printed) expect(JSON.parse(line)).toMatchObject({ action: 'READ', logicalId: 'MyToy' });
  });

  test('an error that nobody expected is told without secrets', async () => {
    const { entrypoint, printed } = runtime(() => {
      throw new Error(`cannot use ${SECRETS.Secret} at ${URL_SIGNED}`);
    });
    const text = `${(await entrypoint(sent)).message} ${printed.join()}`;
    expect(text).not.toContain(SECRETS.Secret);
    expect(text).not.toContain('0123abcd');
    expect(text).toContain(MARK);
  });
});

test('logging never throws, and every line stays JSON', async () => {
  const circle: Record<string, unknown> = {
    big: 10n,
    nan: Number.NaN,
    when: new Date(Number.NaN),
    f: () => 1,
    s: Symbol('s'),
  };
  circle.circle = circle;
  let deep: unknown = 'bottom';
  for (let i = 0; i < 10_000; i += 1) deep = [deep];
  const trap = {
    get broken(): never {
      throw new Error('no');
    },
    fine: 1,
  };
  const hostile = new Proxy({}, { ownKeys: () => fail(), get: () => fail(), getPrototypeOf: () => fail() });
  const fail = (): never => {
    throw new Error('no');
  };
  const error = Object.defineProperty(new Error('e'), 'message', { get: fail });
  const wide = Array.from({ length: 100_000 }, (_, i) => ({ i }));
  const odd = [
    circle,
    deep,
    trap,
    hostile,
    error,
    wide,
    10n,
    undefined,
    null,
    Symbol('x'),
    'x'.repeat(1e6),
    new Map([[{}, 1]]),
    new Uint8Array(9),
    { toJSON: fail },
    JSON.parse('{"__proto__":{"a":1}}'),
    { toString: null },
  ];

  const { entrypoint, printed } = runtime(({ logger }) => {
    for (const value of odd) {
      logger.log(value);
      logger.log('text', value);
      logger.log('text %s %d %j', value, value, value);
      logger.log('text', { value });
      logger.bind({ value });
      logger.bind(value as never);
      logger.bind({ value: 0 });
    }
    for (let i = 0; i < 5_000; i += 1) logger.log(`line ${i}`);
    return SUCCESS;
  });
  expect(await entrypoint(event())).toEqual({ status: 'SUCCESS' });
  for (const line of printed) expect(JSON.parse(line)).toMatchObject({ time: expect.any(String), action: 'READ' });
  expect(printed.length).toBeLessThanOrEqual(1_002);
  expect(JSON.parse(printed.at(-1) as string)).toMatchObject({ status: 'SUCCESS' });
  expect(printed.join('\n')).toContain('more lines were left out');
});
