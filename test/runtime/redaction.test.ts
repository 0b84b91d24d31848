import { inspect } from 'node:util';
import fc from 'fast-check';
import { MARK, Redactor } from '../../src/runtime/redaction';
import { check } from '../job/seed';
import { CALLER, event, PROVIDER, runtime } from './toy';

const RUNS = 300;

const URL_SIGNED =
  'https://bucket.s3.eu-west-1.amazonaws.com/key%20a?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAX%2F2026&X-Amz-Security-Token=tok&X-Amz-Signature=0123abcd';

// No character of the mark or of the words around a secret, so that what is found afterwards was not there by chance.
const CHARACTERS = [...'AZ09zq/+=&"\'\\ \n\t%?#!*é€😀\u0000\ud800'];
const secretText = fc
  .string({ unit: fc.constantFrom(...CHARACTERS), minLength: 8, maxLength: 40 })
  .filter((text) => text.trim().length >= 8);
const filler = fc.string({ unit: fc.constantFrom(...'xyvw :,;{}()'), maxLength: 12 });

const SPELLINGS: readonly (readonly [name: string, spell: (secret: string) => string])[] = [
  ['plain text', (secret) => secret],
  ['JSON', (secret) => JSON.stringify(secret)],
  ['JSON in JSON', (secret) => JSON.stringify(JSON.stringify({ key: secret }))],
  ['part of a URL', (secret) => encodeURIComponent(secret)],
  ['part of a URL in lower case', (secret) => encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())],
  ['a form', (secret) => new URLSearchParams({ s: secret }).toString().slice(2)],
  ['inspect writes it', (secret) => inspect(secret, { compact: true, breakLength: Number.POSITIVE_INFINITY })],
  ['JSON as Go writes it', (secret) => JSON.stringify(secret).replaceAll('&', '\\u0026').replaceAll('=', '\\u003D')],
  [
    'a form in JSON',
    (secret) => JSON.stringify({ url: new URLSearchParams({ s: secret }).toString() }).replaceAll('=', '\\u003d'),
  ],
  ['base64', (secret) => Buffer.from(secret).toString('base64')],
  ['XML', escapeXml],
];

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function isWellFormed(text: string): boolean {
  return !/[\ud800-\udfff]/.test(text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, ''));
}

describe('a known secret', () => {
  test.each(SPELLINGS)('leaves no trace as %s', (name, spell) => {
    check(
      fc.property(secretText, filler, filler, (secret, before, after) => {
        fc.pre(isWellFormed(secret) || name === 'plain text' || name.startsWith('JSON'));
        const spelt = spell(secret);
        const redacted = new Redactor([{ deep: [secret] }]).text(before + spelt + after);
        const core = spelt.replace(/^[\\"'`{:key]+|[\\"'`}=]+$/g, '');
        expect(redacted).toContain(MARK);
        if (core.trim().length >= 8) {
          expect(redacted).not.toContain(core);
        }
        expect(redacted).not.toContain(secret);
      }),
      RUNS,
    );
  });

  test('leaves no rest where it overlaps another', () => {
    check(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('A', 'A', 'B'), minLength: 8, maxLength: 12 }), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.string({ unit: fc.constantFrom('A', 'A', 'B', ' '), maxLength: 80 }),
        (secrets, text) => {
          const covered = Array.from(text, () => false);
          for (const secret of secrets) {
            for (let from = text.indexOf(secret); from >= 0; from = text.indexOf(secret, from + 1)) {
              covered.fill(true, from, from + secret.length);
            }
          }
          const kept = [...text].filter((_character, index) => !covered[index]).join('');
          expect(new Redactor(secrets).text(text).replaceAll(MARK, '')).toBe(kept);
        },
      ),
      RUNS,
    );
  });

  test('changes no text that does not hold it', () => {
    check(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(!/https?:|=|%3d|\\u003d/i.test(text));
        expect(new Redactor(['\u0001secret\u0001']).text(text)).toBe(text);
      }),
      RUNS,
    );
  });

  test('that is long is found by a quoted beginning', () => {
    const secret = Array.from({ length: 300 }, (_item, index) => String.fromCharCode(97 + (index % 26))).join('');
    expect(new Redactor([secret]).text(`sent "${secret.slice(0, 120)}..."`)).toBe(`sent "${MARK}..."`);
  });

  test('may be a number', () => {
    expect(new Redactor([12345678]).text('the key 12345678 is wrong')).toBe(`the key ${MARK} is wrong`);
  });

  test('is found in a long hostile text without work that grows with the square of the length', () => {
    const redactor = new Redactor(['READ '.repeat(20_000), 'secret-value']);
    for (const part of ['http://', 'http://a?', 'https%3A', 'signature=', 'READ ', 'sig']) {
      expect(redactor.text(`${part.repeat(20_000)} secret-value`)).not.toContain('secret-value');
    }
  });
});

describe('an ordinary word stays', () => {
  const MESSAGE = 'true: the import of 1 asset to AWS Data Exchange failed, see https://docs.example/import?page=1.';

  test.each([
    ['values that are no text', [true, false, null, undefined, 1, 0, [], {}]],
    ['placeholders', ['1', 'true', 'import', 'Data', 'asset   ', ' \n \t           ', '']],
  ])('if the secrets are %s', (_name, secrets) => {
    expect(new Redactor(secrets).text(MESSAGE)).toBe(MESSAGE);
  });

  test.each(['import', ' AWS Data Exchange \n', `import${' '.repeat(40)}`, true, 1, ['asset', { word: 'failed' }]])(
    'if the content of a file is %p',
    (content) => {
      expect(new Redactor([], [content]).text(MESSAGE)).toBe(MESSAGE);
    },
  );
});

test('the content of a file is hidden if it is too long to be an ordinary phrase', () => {
  const content = '{"openapi":"3.0.1","info":{"title":"Prices of the day"}}';
  const redactor = new Redactor([], [content]);
  expect(redactor.text(`sent ${content}.`)).toBe(`sent ${MARK}.`);
  expect(redactor.text(`sent ${JSON.stringify({ body: content })}.`)).not.toContain('openapi');
  expect(redactor.text(`sent ${content.slice(0, 40)}…`)).toBe(`sent ${MARK}…`);
});

describe('a signed URL, known or not', () => {
  function redact(text: string): string {
    return new Redactor([]).text(text);
  }

  test('keeps its address and loses what signs it', () => {
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
  ])('loses its signature in %s', (_name, text) => {
    expect(redact(text)).not.toMatch(/0123abcd|AKIAX|Token=tok/);
  });
});

describe('the whole runtime', () => {
  const CONTENT = 'day,price\n2026-11-22,100 and so on, line by line';
  const PROPERTIES = {
    Secret: 'key "of" an API/é',
    Parts: [{ Secret: 'inner+secret' }, { Secret: 'other&secret' }],
    Content: CONTENT,
  };
  const secrets = [
    ...Object.values(CALLER),
    ...Object.values(PROVIDER),
    'bearer-0f1e2d3c',
    PROPERTIES.Secret,
    'inner+secret',
    'other&secret',
    'old-secret',
    CONTENT,
  ];
  const sent = event(
    {},
    {
      providerCredentials: PROVIDER,
      resourceProperties: { Id: 'x', ...PROPERTIES },
      previousResourceProperties: { Secret: 'old-secret', Content: 'failed' },
    },
  );

  test('shows no secret of the event in a log line or the message, but returns the true model', async () => {
    const { entrypoint, printed } = runtime(({ session, request, logger }) => {
      const error = Object.assign(new Error(`refused: ${secrets.join(' ')}`), { sent: request, url: URL_SIGNED });
      logger.log('session', { session, [PROPERTIES.Secret]: 1 });
      logger.log('%s and %j', secrets.join(), { request });
      logger.log(error);
      logger.log('it failed', error);
      logger.log(JSON.stringify(JSON.stringify({ request, session })));
      logger.log({ body: encodeURIComponent(secrets.join(' ')) });
      logger.log('split', CALLER.secretAccessKey.slice(0, 6), CALLER.secretAccessKey.slice(6));
      logger.bind({ credentials: session.configuration });
      return {
        status: 'FAILED',
        errorCode: 'InvalidRequest',
        message: `service said: ${secrets.join(' ')} ${URL_SIGNED}`,
        resourceModel: { Id: 'x', SignedUrl: URL_SIGNED },
      };
    });
    const { resourceModel, message } = await entrypoint(sent);
    expect(resourceModel).toEqual({ Id: 'x', SignedUrl: URL_SIGNED });
    expect(printed).toHaveLength(8);
    for (const text of [message as string, ...printed]) {
      for (const secret of secrets) {
        expect(text).not.toContain(secret);
        expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
        expect(text).not.toContain(encodeURIComponent(secret));
      }
      expect(text).not.toContain('0123abcd');
    }
    for (const line of printed) {
      expect(JSON.parse(line)).toMatchObject({ action: 'READ', logicalId: 'MyToy' });
    }
    expect(printed.join()).toContain('it failed');
  });

  test('shows an unexpected error without its secrets', async () => {
    const { entrypoint, printed } = runtime(() => {
      throw new Error(`cannot use ${PROPERTIES.Secret} at ${URL_SIGNED}`);
    });
    const text = `${(await entrypoint(sent)).message} ${printed.join()}`;
    expect(text).not.toContain(PROPERTIES.Secret);
    expect(text).not.toContain('0123abcd');
    expect(text).toContain(MARK);
  });
});
