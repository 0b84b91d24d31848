import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { HandlerResponse } from '../../src/runtime/response';
import type { Plain } from '../../src/runtime/wire-request';
import { checkAsync } from '../job/seed';
import { CALLER, event, runtime, SUCCESS } from './toy';

function nested(levels: number, open: string, close: string): string {
  return `${open.repeat(levels)}1${close.repeat(levels)}`;
}

/** Values that a member of an event may have by mistake or malice, by name; undefined removes the member. */
const VALUES = {
  missing: undefined,
  null: null,
  true: true,
  zero: 0,
  'empty text': '',
  text: 'text',
  'odd text': '../\u0000\ud800\n    at here (x.js:1:1) %s __proto__',
  'huge text': 'READ '.repeat(5_000),
  list: [],
  'huge list': Array.from({ length: 1_000 }, (_item, index) => `item ${index}`),
  object: {},
  'object with a prototype': JSON.parse('{"__proto__": {"action": "READ"}, "constructor": {"prototype": 1}}'),
  'wide object': Object.fromEntries(Array.from({ length: 200 }, (_item, index) => [`name ${index}`, { index }])),
  'deep list': JSON.parse(nested(500, '[', ']')),
  'deep object': JSON.parse(nested(500, '{"a":', '}')),
};
type ValueName = keyof typeof VALUES;
const VALUE_NAMES = Object.keys(VALUES) as ValueName[];

const TEXTS: readonly ValueName[] = ['text', 'odd text', 'huge text'];
const OBJECTS: readonly ValueName[] = ['object', 'object with a prototype', 'wide object'];
const OPTIONAL_OBJECTS: readonly ValueName[] = [...OBJECTS, 'missing', 'null'];
const ANYTHING_SHALLOW = VALUE_NAMES.filter((name) => !name.startsWith('deep'));

/** Members of an event and the values that do no harm there. */
const HARMLESS: Readonly<Record<string, readonly ValueName[]>> = {
  action: [],
  region: [],
  requestData: [],
  'requestData.callerCredentials': [],
  'requestData.callerCredentials.accessKeyId': TEXTS,
  'requestData.callerCredentials.secretAccessKey': TEXTS,
  'requestData.callerCredentials.sessionToken': ANYTHING_SHALLOW,
  'requestData.resourceProperties': OPTIONAL_OBJECTS,
  'requestData.resourceProperties.Secret': ANYTHING_SHALLOW,
  'requestData.resourceProperties.Parts': ANYTHING_SHALLOW,
  'requestData.resourceProperties.Content': ANYTHING_SHALLOW,
  'requestData.previousResourceProperties': OPTIONAL_OBJECTS,
  callbackContext: OPTIONAL_OBJECTS,
  ...Object.fromEntries(
    [
      ...['awsAccountId', 'bearerToken', 'maxResults', 'nextToken', 'resourceType', 'rollback', 'stackId', '__proto__'],
      ...['logicalResourceId', 'providerCredentials', 'providerLogGroupName', 'stackTags', 'systemTags'].map(
        (name) => `requestData.${name}`,
      ),
    ].map((member) => [member, ANYTHING_SHALLOW]),
  ),
};

type Change = readonly [member: string, value: ValueName];
const CHANGES = Object.keys(HARMLESS).flatMap((member) => VALUE_NAMES.map((value): Change => [member, value]));
const [harmless, harmful] = [true, false].map((wanted) =>
  fc.constantFrom(...CHANGES.filter(([member, value]) => HARMLESS[member]?.includes(value) === wanted)),
) as [fc.Arbitrary<Change>, fc.Arbitrary<Change>];

/** Sets a member, unless an earlier change replaced the object that holds it. */
function change(target: Plain, [member, value]: Change): void {
  const path = member.split('.');
  const name = path.pop() as string;
  let holder: unknown = target;
  for (const step of path) {
    holder = (holder as Plain | null | undefined)?.[step];
  }
  if (typeof holder === 'object' && holder !== null && !VALUE_NAMES.some((name) => VALUES[name] === holder)) {
    Object.defineProperty(holder, name, { value: VALUES[value], enumerable: true, configurable: true, writable: true });
  }
}

function changedEvent(changes: readonly Change[]): Plain {
  const changed = structuredClone(event());
  for (const one of changes) {
    change(changed, one);
  }
  return changed;
}

function packBytes(bytes: Buffer): Plain {
  return { __COMPRESSED__: bytes.toString('base64'), __COMPRESSION_METHOD__: 'gzip_base64' };
}

function pack(text: string): Plain {
  return packBytes(gzipSync(text, { level: 1 }));
}

/** What is no event, or cannot be unpacked to one. */
const NO_EVENTS: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(VALUE_NAMES.map((name) => [name, VALUES[name]])),
  'packed text': pack('not json'),
  'packed huge list': pack(JSON.stringify(VALUES['huge list'])),
  'packed list of ten thousand levels': pack(nested(10_000, '[', ']')),
  'packed object of ten thousand levels': pack(nested(10_000, '{"a":', '}')),
  'packed NUL bytes': pack('\u0000'.repeat(1_000)),
  'packed half of an event': pack(JSON.stringify(event()).slice(0, -40)),
  'packed twice': pack(JSON.stringify(pack(JSON.stringify(event())))),
  'no packed bytes': packBytes(Buffer.alloc(0)),
  'packed as text': { ...packBytes(Buffer.alloc(0)), __COMPRESSED__: JSON.stringify(event()) },
  'packed as a list': { ...pack('{}'), __COMPRESSED__: VALUES['huge list'] },
  'packed in another way': { ...pack('{}'), __COMPRESSION_METHOD__: VALUES['huge text'] },
  'packed in a deep way': { ...pack('{}'), __COMPRESSION_METHOD__: VALUES['deep object'] },
};

const PACKED = gzipSync(JSON.stringify(event()));
const HEADER_BYTES = 10;
/** The two checksums, and the byte before them, whose last bits may be of no use. */
const TRAILER_BYTES = 9;

/** A packed event with some bits of its compressed data flipped. */
function flipped(index: number, mask: number): Plain {
  const bytes = Buffer.from(PACKED);
  const at = HEADER_BYTES + (index % (bytes.length - HEADER_BYTES - TRAILER_BYTES));
  bytes[at] = (bytes[at] as number) ^ mask;
  return packBytes(bytes);
}

function truncated(length: number): Plain {
  return packBytes(PACKED.subarray(0, length % PACKED.length));
}

interface Outcome {
  readonly response: HandlerResponse;
  readonly called: boolean;
  readonly printed: readonly string[];
}

async function outcomeOf(given: unknown): Promise<Outcome> {
  let called = false;
  const { entrypoint, printed } = runtime(() => {
    called = true;
    return SUCCESS;
  });
  return { response: await entrypoint(given), called, printed };
}

function expectFailed({ response, called, printed }: Outcome): void {
  // One expectation, since each costs more than the invocation.
  expect({
    response,
    called,
    showsSecret: `${response.message} ${printed.join()}`.includes(CALLER.secretAccessKey),
    showsStack: /\/runtime\/\S+:\d/.test(response.message ?? ''),
  }).toEqual({
    response: {
      status: 'FAILED',
      errorCode: expect.stringMatching(/^(InvalidRequest|InvalidCredentials)$/),
      message: expect.stringMatching(/^.{10,1000}$/),
    },
    called: false,
    showsSecret: false,
    showsStack: false,
  });
}

test('10,000 malformed events each end in a well-formed FAILED, and no handler is called', async () => {
  const malformed = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        harmless: fc.array(harmless, { maxLength: 4 }),
        harmful,
        packed: fc.nat(4).map((number) => number === 0),
      }),
    },
    { weight: 1, arbitrary: fc.record({ noEvent: fc.constantFrom(...Object.keys(NO_EVENTS)) }) },
    { weight: 1, arbitrary: fc.record({ flip: fc.nat(), mask: fc.integer({ min: 1, max: 255 }) }) },
    { weight: 1, arbitrary: fc.record({ truncate: fc.nat() }) },
  );
  await checkAsync(
    fc.asyncProperty(malformed, async (kind) => {
      let given: unknown;
      if ('noEvent' in kind) {
        given = NO_EVENTS[kind.noEvent];
      } else if ('flip' in kind) {
        given = flipped(kind.flip, kind.mask);
      } else if ('truncate' in kind) {
        given = truncated(kind.truncate);
      } else {
        // A harmless change of the same member, or of one around it, would mend the event or hide the harm.
        const beside = kind.harmless.filter(([member]) => !`${kind.harmful[0]}.`.startsWith(`${member}.`));
        const changed = changedEvent([...beside, kind.harmful]);
        given = kind.packed ? pack(JSON.stringify(changed)) : changed;
      }
      expectFailed(await outcomeOf(given));
    }),
    10_000,
  );
}, 60_000);

test('odd values where they do no harm neither fail an event nor reach the response', async () => {
  await checkAsync(
    fc.asyncProperty(fc.array(harmless, { minLength: 1, maxLength: 6 }), async (changes) => {
      const { response, called, printed } = await outcomeOf(changedEvent(changes));
      expect(response).toEqual({ status: 'SUCCESS' });
      expect(called).toBe(true);
      for (const line of printed) {
        expect(JSON.parse(line)).toMatchObject({ message: expect.any(String), time: expect.any(String) });
      }
    }),
    500,
  );
});

test('the test entrypoint ends in a FAILED too', async () => {
  const { testEntrypoint } = runtime();
  const requests = Object.values(VALUES).map((request) => ({ action: 'READ', request }));
  for (const given of [...Object.values(NO_EVENTS), ...requests]) {
    expect(await testEntrypoint(given)).toMatchObject({ status: 'FAILED', message: expect.any(String) });
  }
});

test('what would unpack to a gigabyte is not unpacked', async () => {
  const tenMegabytes = gzipSync(Buffer.alloc(10 * 1024 * 1024));
  const bomb = packBytes(Buffer.concat(Array.from({ length: 100 }, () => tenMegabytes)));
  const before = process.resourceUsage().maxRSS;
  const outcome = await outcomeOf(bomb);
  expectFailed(outcome);
  expect(outcome.response.message).toMatch(/unpacks to more than 16 MB/);
  expect(process.resourceUsage().maxRSS - before).toBeLessThan(200 * 1024); // kilobytes
});
