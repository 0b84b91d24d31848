import Ajv, { type ErrorObject } from 'ajv';
import { STATUS_OF_ERROR } from '../errors';
import { JOB_TYPES } from '../jobs/job-types';
import { ABSENT_OPERATIONS, OPERATIONS } from '../operations/operations';
import { ASSUMPTIONS, JOB_ERROR_CODES } from './assumptions';
import type { FaultScript } from './fault-script';

/** What a rule's `on` may name besides operations. */
export const OTHER_CALLS = ['SignedUrlPut', 'SignedUrlGet', 'SignedUrlHead', 'UnknownOperation'];
const CALLS = [
  '*',
  ...OPERATIONS.map(({ name }) => name),
  ...OTHER_CALLS,
  ...ABSENT_OPERATIONS.map(({ name }) => name),
];

const STATES = ['WAITING', 'IN_PROGRESS', 'COMPLETED', 'ERROR', 'CANCELLED', 'TIMED_OUT'];
const seconds = { type: 'number', minimum: 0 };
const count = { type: 'integer', minimum: 0 };
const call = { type: 'integer', minimum: 1 };
const text = { type: 'string' };

function closed(properties: Record<string, object>, required: string[] = []): object {
  return { type: 'object', additionalProperties: false, properties, required };
}

/** A schema by the type that is given, so that each problem is told once and for the form that was meant. */
function either(type: string, yes: object, no: object): object {
  // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON schema.
  return { if: { type }, then: yes, else: no };
}

function oneOrMore(values: string[]): object {
  return either('array', { minItems: 1, items: { enum: values } }, { enum: values });
}

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
  urlSeconds: { type: 'number', minimum: 1 },
});

const action = closed({
  delay: { ...closed({ seconds, milliseconds: seconds }), minProperties: 1 },
  error: either(
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
      jobAge: closed({ atLeast: seconds, below: seconds }),
    }),
    calls: either(
      'object',
      {
        ...closed({ from: call, to: call, every: call, chance: { type: 'number', minimum: 0, maximum: 1 } }),
        minProperties: 1,
      },
      either('array', { minItems: 1, items: call }, either('integer', call, { enum: ['all'] })),
    ),
    per: { enum: ['all', 'job'] },
    do: { ...action, minProperties: 1 },
  },
  ['on', 'do'],
);

/** JSON schema of a fault script. */
export const FAULT_SCRIPT_SCHEMA = closed({
  $schema: text,
  seed: { type: 'integer' },
  assumptions: closed(Object.fromEntries(Object.entries(ASSUMPTIONS).map(([name, { schema }]) => [name, schema]))),
  faults: { type: 'array', items: rule },
});

const validate = new Ajv({ allErrors: true, ownProperties: true, strict: false, verbose: true }).compile(
  FAULT_SCRIPT_SCHEMA,
);

/** A script that is not one. Every problem says where it is, what is wrong and what would be right. */
export class FaultScriptError extends Error {
  constructor(readonly problems: string[]) {
    super(`the fault script is not valid:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}

/** @throws FaultScriptError */
export function checkFaultScript(script: unknown): FaultScript {
  // A copy, so that whoever gave it can change theirs without changing what is loaded.
  const copy: unknown = script === undefined ? undefined : JSON.parse(JSON.stringify(script));
  if (validate(copy)) {
    const contradictions = ((copy as FaultScript).faults ?? []).flatMap((given, at) =>
      contradictionsOf(given.do, `faults[${at}].do`),
    );
    if (contradictions.length) throw new FaultScriptError(contradictions);
    return copy as FaultScript;
  }
  const errors = (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if' && keyword !== 'anyOf');
  throw new FaultScriptError([...new Set(errors.map(describe))]);
}

function contradictionsOf(given: object, where: string): string[] {
  const ends = ['error', 'answer', 'connection'].filter((name) => name in given);
  const problems = ends.length > 1 ? [`${where} has ${ends.join(' and ')}: only one of them can happen`] : [];
  if ('effect' in given && !ends.length) problems.push(`${where}.effect needs error, answer or connection beside it`);
  return problems;
}

function describe({ keyword, instancePath, params, parentSchema, data, message }: ErrorObject): string {
  const where =
    instancePath
      .split('/')
      .slice(1)
      .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path ? `${path}.${part}` : part), '') ||
    'the script';
  const shown = JSON.stringify(data) ?? String(data);
  const given = shown.length > 80 ? `${shown.slice(0, 80)}…` : shown;
  switch (keyword) {
    case 'additionalProperties': {
      const known = Object.keys((parentSchema as { properties?: object } | undefined)?.properties ?? {}).filter(
        (name) => name !== '$schema',
      );
      return `${where} has the unknown member "${params.additionalProperty}"; it may have ${known.join(', ')}`;
    }
    case 'required':
      return `${where} lacks "${params.missingProperty}"`;
    case 'enum':
      return `${where} is ${given}; it must be one of ${(params.allowedValues as unknown[]).join(', ')}`;
    case 'type':
      return `${where} is ${given}; it must be ${String(params.type) === 'array' ? 'a list' : `of type ${String(params.type)}`}`;
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
