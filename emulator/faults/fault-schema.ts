import Ajv, { type ErrorObject } from 'ajv';
import { STATUS_OF_ERROR, shorten } from '../errors';
import { JOB_TYPES } from '../jobs/job-types';
import { ABSENT_OPERATIONS, OPERATIONS } from '../operations/operations';
import { LONGEST_URL_LIFE } from '../signed-urls';
import { ASSUMPTIONS, JOB_ERROR_CODES } from '../store/assumptions';
import { memberName } from '../validation/check-shape';
import type { FaultAction, FaultScript } from './fault-script';

/** What a rule's `on` may name besides operations. */
export const OTHER_CALLS = ['SignedUrlPut', 'SignedUrlGet', 'SignedUrlHead', 'UnknownOperation'];

const CALLS = ['*', ...[...OPERATIONS, ...ABSENT_OPERATIONS].map(({ name }) => name), ...OTHER_CALLS];
const STATES = ['WAITING', 'IN_PROGRESS', 'COMPLETED', 'ERROR', 'CANCELLED', 'TIMED_OUT'];

/** A script that is not valid. Every problem names its place, what is wrong and what would be right. */
export class FaultScriptError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`the fault script is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

const seconds = { type: 'number', minimum: 0 };
const count = { type: 'integer', minimum: 0 };
const callNumber = { type: 'integer', minimum: 1 };
const text = { type: 'string' };

const plan = closed({
  hidden: closed({ calls: count, seconds }),
  lag: closed({ reads: count, seconds }),
  seconds,
  end: { enum: ['COMPLETED', 'ERROR', 'TIMED_OUT', 'CANCELLED', 'VANISHED'] },
  errors: {
    type: 'array',
    minItems: 1,
    items: closed(
      {
        Code: { enum: JOB_ERROR_CODES },
        Message: text,
        Details: { type: 'object' },
        LimitName: text,
        LimitValue: { type: 'number' },
        ResourceId: text,
        ResourceType: text,
      },
      ['Code', 'Message'],
    ),
  },
  moves: { type: 'boolean' },
  becomes: closed(
    { state: { enum: ['ERROR', 'TIMED_OUT', 'CANCELLED', 'VANISHED', 'COMPLETED'] }, afterSeconds: seconds },
    ['state'],
  ),
  urlSeconds: { type: 'number', minimum: 1, maximum: LONGEST_URL_LIFE },
});

const action = closed({
  delay: { ...closed({ seconds, milliseconds: seconds }), minProperties: 1 },
  error: byType(
    'string',
    { enum: Object.keys(STATUS_OF_ERROR) },
    closed(
      {
        name: text,
        status: { type: 'integer', minimum: 400, maximum: 599 },
        message: text,
        members: { type: 'object' },
      },
      ['name'],
    ),
  ),
  denied: { type: 'string', pattern: '^[a-z0-9-]+:[A-Za-z]+$' },
  answer: closed(
    {
      status: { type: 'integer', minimum: 200, maximum: 599 },
      contentType: text,
      text,
      headers: { type: 'object', additionalProperties: text },
    },
    ['status'],
  ),
  connection: { enum: ['reset', 'silent'] },
  effect: { enum: ['none', 'done'] },
  job: plan,
  revision: { enum: ['published'] },
});

const rule = closed(
  {
    name: text,
    on: oneOrMore(CALLS),
    where: closed({
      region: text,
      jobType: oneOrMore([...JOB_TYPES.keys()]),
      jobState: oneOrMore(STATES),
      jobId: text,
      dataSetId: text,
      revisionId: text,
      lacksTag: text,
      jobAge: closed({ atLeast: seconds, below: seconds }),
    }),
    calls: byType(
      'object',
      {
        ...closed({
          from: callNumber,
          to: callNumber,
          every: callNumber,
          chance: { type: 'number', minimum: 0, maximum: 1 },
        }),
        minProperties: 1,
      },
      byType('array', { minItems: 1, items: callNumber }, byType('integer', callNumber, { enum: ['all'] })),
    ),
    per: { enum: ['all', 'job'] },
    do: { ...action, minProperties: 1 },
  },
  ['on', 'do'],
);

const validate = new Ajv({ allErrors: true, ownProperties: true, strict: false, verbose: true }).compile(
  closed({
    $schema: text,
    seed: { type: 'integer' },
    assumptions: closed(Object.fromEntries(Object.entries(ASSUMPTIONS).map(([name, { schema }]) => [name, schema]))),
    faults: { type: 'array', items: rule },
  }),
);

/** A copy of a valid script, which its giver cannot change any more. @throws FaultScriptError */
export function checkFaultScript(script: unknown): FaultScript {
  const copy: unknown = script === undefined ? undefined : JSON.parse(JSON.stringify(script));
  if (!validate(copy)) {
    const errors = (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if' && keyword !== 'anyOf');
    throw new FaultScriptError([...new Set(errors.map(describe))]);
  }
  const checked = copy as FaultScript;
  const problems = (checked.faults ?? []).flatMap((given, at) => contradictionsOf(given.do, `faults[${at}].do`));
  if (problems.length) {
    throw new FaultScriptError(problems);
  }
  return checked;
}

function contradictionsOf(given: FaultAction, where: string): string[] {
  const endings = ['error', 'denied', 'answer', 'connection'].filter((name) => name in given);
  const problems = endings.length > 1 ? [`${where} has ${endings.join(' and ')}: only one of them can happen`] : [];
  if ('effect' in given && !endings.length) {
    problems.push(`${where}.effect needs error, denied, answer or connection beside it`);
  }
  return problems;
}

function closed(properties: Readonly<Record<string, object>>, required: readonly string[] = []): object {
  return { type: 'object', additionalProperties: false, properties, required };
}

/** Chooses a schema by the type of the value, so that each problem is reported once and for the form that was meant. */
function byType(type: string, yes: object, no: object): object {
  // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON schema.
  return { if: { type }, then: yes, else: no };
}

function oneOrMore(values: readonly string[]): object {
  return byType('array', { minItems: 1, items: { enum: values } }, { enum: values });
}

function describe({ keyword, instancePath, params, parentSchema, data, message }: ErrorObject): string {
  const where = memberName(instancePath) || 'the script';
  const given = shorten(JSON.stringify(data) ?? String(data), 80);
  switch (keyword) {
    case 'additionalProperties': {
      const { properties = {} } = parentSchema as { properties?: object };
      const known = Object.keys(properties).filter((name) => name !== '$schema');
      return `${where} has the unknown member "${params.additionalProperty}"; it may have ${known.join(', ')}`;
    }
    case 'required':
      return `${where} lacks "${params.missingProperty}"`;
    case 'enum':
      return `${where} is ${given}; it must be one of ${(params.allowedValues as unknown[]).join(', ')}`;
    case 'type': {
      const wanted = params.type === 'array' ? 'a list' : `of type ${params.type}`;
      return `${where} is ${given}; it must be ${wanted}`;
    }
    case 'pattern':
      return `${where} is ${given}; it must match ${params.pattern}`;
    case 'minimum':
    case 'maximum':
      return `${where} is ${given}; it must be ${params.comparison} ${params.limit}`;
    case 'minProperties':
    case 'minItems':
      return `${where} is empty`;
    default:
      return `${where} ${message ?? 'is not valid'}`;
  }
}
