import type { Phase } from '../../src/decision/callback-context';
import { decide } from '../../src/decision/decide';
import type { CallName, Operation, Outcome, Refusal, Step } from '../../src/decision/steps';
import type { Properties } from '../../src/job/properties';
import { JOB_ID } from '../job/examples';
import {
  brief,
  context,
  DESIRED,
  IMPORT,
  KINDS,
  look,
  MIN,
  NOW,
  refused,
  revision,
  seenRevision,
  situation,
} from './situations';

const SEEN = ['WAITING', 'IN_PROGRESS', 'COMPLETED', 'ERROR', 'TIMED_OUT', 'CANCELLED', 'ABSENT', 'PAUSED'] as const;
/** One cell for each of SEEN. */
type Row = readonly string[];

/**
 * The same tables hold for a job that fills a revision which the template names: all that such a job adds is a look at the
 * revision, where the plain one ends.
 */
const MODELS: readonly (readonly [string, Properties])[] = [
  ['export', DESIRED],
  ['import', IMPORT],
];

function afterLooks(given: Parameters<typeof situation>[0] & { outcomes: Outcome[] }): Step {
  const step = decide(situation(given));
  return 'call' in step && step.call === 'GetRevision'
    ? decide(situation({ ...given, outcomes: [...given.outcomes, seenRevision(revision())] }))
    : step;
}

describe.each(MODELS)('what follows a look, by operation, phase and state: %s', (_kind, model) => {
  // ten minutes into the operation; ABSENT is long past the minute of grace, PAUSED a state nobody knows
  const TABLE: readonly (readonly [Operation, Phase, Row])[] = [
    [
      'CREATE',
      'idle',
      ['ok', 'ok', 'ok', 'AccessDenied +id', 'NotStabilized +id', 'NotStabilized +id', 'NotStabilized +id', 'ok'],
    ],
    [
      'CREATE',
      'to-start',
      [
        'StartJob',
        'wait started',
        'ok',
        'AccessDenied +id',
        'NotStabilized +id',
        'NotStabilized +id',
        'NotStabilized +id',
        'wait started',
      ],
    ],
    [
      'CREATE',
      'started',
      [
        'wait started',
        'wait started',
        'ok',
        'AccessDenied +id',
        'NotStabilized +id',
        'NotStabilized +id',
        'NotStabilized +id',
        'wait started',
      ],
    ],
    [
      'UPDATE',
      'to-start',
      [
        'StartJob',
        'wait started',
        'ok',
        'AccessDenied +id',
        'NotStabilized +id',
        'NotFound',
        'NotFound',
        'wait started',
      ],
    ],
    [
      'UPDATE',
      'started',
      [
        'wait started',
        'wait started',
        'ok',
        'AccessDenied +id',
        'NotStabilized +id',
        'NotFound',
        'NotFound',
        'wait started',
      ],
    ],
    [
      'DELETE',
      'new',
      [
        'CancelJob',
        'wait leaving',
        'ok, no model',
        'ok, no model',
        'ok, no model',
        'NotFound',
        'NotFound',
        'wait leaving',
      ],
    ],
    [
      'DELETE',
      'leaving',
      [
        'CancelJob',
        'wait leaving',
        'ok, no model',
        'ok, no model',
        'ok, no model',
        'ok, no model',
        'ok, no model',
        'wait leaving',
      ],
    ],
    ['READ', 'new', ['ok', 'ok', 'ok', 'ok', 'ok', 'NotFound', 'NotFound', 'ok']],
    // phases of another operation: nothing is done, and the id is not lost
    ['CREATE', 'leaving', SEEN.map(() => 'InternalFailure +id')],
    ['CREATE', 'new', SEEN.map(() => 'InternalFailure +id')],
    ['UPDATE', 'idle', SEEN.map(() => 'InternalFailure +id')],
    ['UPDATE', 'leaving', SEEN.map(() => 'InternalFailure +id')],
  ];
  const cells = TABLE.flatMap(([operation, phase, row]) =>
    SEEN.map((seen, i) => [operation, phase, seen, row[i] as string] as const),
  );

  it.each(cells)('%s %s %s → %s', (operation, phase, seen, expected) => {
    const startedAt = phase === 'started' ? NOW - MIN : undefined;
    const given = operation === 'READ' ? undefined : context({ phase, startedAt });
    const desired = { ...model, Id: JOB_ID };
    const step = afterLooks({ operation, desired, context: given, outcomes: [look(seen, model)] });
    expect(brief(step)).toBe(expected);
  });
});

describe.each(MODELS)('the first look of an update, by change and state: %s', (_kind, model) => {
  const started = { ...model, Id: JOB_ID };
  const waiting = { ...started, StartOnCreation: false };
  const other = { ...started, DataSetId: 'x'.repeat(30) };
  // create-only and wrong besides: the replacement's create says what is wrong with it
  const wrong = { ...started, DataSetId: 'x' };
  const unknown = { ...started, Foo: 1 };
  const malformed = { ...started, StartOnCreation: 'maybe' };
  const invalid = [...Array(5).fill('InvalidRequest +id'), 'NotFound', 'NotFound', 'InvalidRequest +id'];
  const no = 'NotUpdatable +id';
  const TABLE: readonly (readonly [string, Properties, Properties, Row])[] = [
    ['none', started, started, ['ok', 'ok', 'ok', 'ok', 'ok', 'NotFound', 'NotFound', 'ok']],
    ['start', started, waiting, ['StartJob', 'wait started', 'ok', no, no, 'NotFound', 'NotFound', 'wait started']],
    ['stop', waiting, started, ['ok', no, no, no, no, 'NotFound', 'NotFound', no]],
    ['replace', other, started, [no, no, no, no, no, 'NotFound', 'NotFound', no]],
    ['replace by what is invalid', wrong, started, [no, no, no, no, no, 'NotFound', 'NotFound', no]],
    ['unknown', unknown, started, invalid],
    ['malformed', malformed, started, invalid],
    ['malformed and replace', { ...malformed, DataSetId: 'x' }, started, invalid],
  ];
  const cells = TABLE.flatMap(([change, desired, previous, row]) =>
    SEEN.map((seen, i) => [change, seen, row[i] as string, desired, previous] as const),
  );

  it.each(cells)('%s, %s → %s', (_change, seen, expected, desired, previous) => {
    const step = afterLooks({ operation: 'UPDATE', desired, previous, outcomes: [look(seen, model)] });
    expect(brief(step)).toBe(expected);
  });

  it.each(cells)('in a rollback: %s, %s', (_change, seen, _expected, desired, previous) => {
    const outcomes = [look(seen, model)];
    const step = afterLooks({ operation: 'UPDATE', desired, previous, rollback: true, outcomes });
    if (seen === 'CANCELLED' || seen === 'ABSENT') {
      expect(brief(step)).toBe('NotFound');
    } else {
      expect(step).toMatchObject({
        status: 'SUCCESS',
        model: { Id: JOB_ID, State: seen, StartOnCreation: seen !== 'WAITING', DataSetId: model.DataSetId },
      });
    }
  });
});

describe('what a refusal leads to', () => {
  type Kinds = readonly [absent: string, conflict: string, quota: string, fault: string, final: string];
  const GET = look('WAITING');
  const TABLE: readonly (readonly [Operation, Phase | undefined, CallName, readonly Outcome[], Kinds])[] = [
    [
      'CREATE',
      undefined,
      'CreateJob',
      [],
      ['NotFound', 'ResourceConflict', 'ServiceLimitExceeded', 'Throttling', 'AccessDenied'],
    ],
    ['CREATE', 'idle', 'GetJob', [], ['NotStabilized +id', 'wait idle', 'wait idle', 'wait idle', 'AccessDenied +id']],
    [
      'CREATE',
      'to-start',
      'StartJob',
      [],
      ['NotStabilized +id', 'GetJob', 'wait to-start', 'wait to-start', 'AccessDenied +id'],
    ],
    [
      'CREATE',
      'started',
      'GetJob',
      [],
      ['NotStabilized +id', 'wait started', 'wait started', 'wait started', 'AccessDenied +id'],
    ],
    [
      'CREATE',
      'started',
      'StartJob',
      [GET],
      ['NotStabilized +id', 'GetJob', 'wait started', 'wait started', 'AccessDenied +id'],
    ],
    [
      'READ',
      undefined,
      'GetJob',
      [],
      ['NotFound', 'ResourceConflict', 'ServiceLimitExceeded', 'Throttling', 'AccessDenied'],
    ],
    ['UPDATE', undefined, 'GetJob', [], ['NotFound', 'wait new', 'wait new', 'wait new', 'AccessDenied +id']],
    ['UPDATE', 'new', 'StartJob', [GET], ['NotFound', 'GetJob', 'wait to-start', 'wait to-start', 'AccessDenied +id']],
    [
      'UPDATE',
      'to-start',
      'StartJob',
      [],
      ['NotFound', 'GetJob', 'wait to-start', 'wait to-start', 'AccessDenied +id'],
    ],
    [
      'UPDATE',
      'started',
      'GetJob',
      [],
      ['NotFound', 'wait started', 'wait started', 'wait started', 'AccessDenied +id'],
    ],
    ['DELETE', undefined, 'GetJob', [], ['NotFound', 'wait new', 'wait new', 'wait new', 'AccessDenied +id']],
    [
      'DELETE',
      'leaving',
      'GetJob',
      [],
      ['ok, no model', 'wait leaving', 'wait leaving', 'wait leaving', 'AccessDenied +id'],
    ],
    [
      'DELETE',
      undefined,
      'CancelJob',
      [GET],
      ['ok, no model', 'GetJob', 'wait leaving', 'wait leaving', 'AccessDenied +id'],
    ],
    [
      'LIST',
      undefined,
      'ListJobs',
      [],
      ['ok 0', 'ResourceConflict', 'ServiceLimitExceeded', 'Throttling', 'AccessDenied'],
    ],
  ];
  const cells = TABLE.flatMap(([operation, phase, call, before, row]) =>
    KINDS.map((kind, i) => [operation, phase ?? 'first', call, kind, row[i] as string, before] as const),
  );

  it.each(cells)('%s (%s): %s refused, %s → %s', (operation, phase, call, kind, expected, before) => {
    const given =
      phase === 'first' ? undefined : context({ phase, startedAt: phase === 'started' ? NOW - 9 * MIN : undefined });
    const desired = call === 'CreateJob' ? DESIRED : { ...DESIRED, Id: JOB_ID };
    const step = decide(situation({ operation, context: given, desired, outcomes: [...before, refused(call, kind)] }));
    expect(brief(step)).toBe(expected);
  });

  it.each<[string, Outcome[], Partial<Parameters<typeof situation>[0]>, string]>([
    ['409 and running', [refused('StartJob', 'conflict'), look('IN_PROGRESS')], {}, 'wait started'],
    ['409 and done', [refused('StartJob', 'conflict'), look('COMPLETED')], {}, 'ok'],
    ['409 and still waiting', [refused('StartJob', 'conflict'), look('WAITING')], {}, 'wait to-start'],
    ['409 and failed', [refused('StartJob', 'conflict'), look('ERROR')], {}, 'AccessDenied +id'],
    ['409 and cancelled', [refused('StartJob', 'conflict'), look('CANCELLED')], {}, 'NotStabilized +id'],
    ['409 and a fault', [refused('StartJob', 'conflict'), refused('GetJob', 'fault')], {}, 'wait to-start'],
    ['a start that is accepted', [{ call: 'StartJob', accepted: true }], {}, 'wait started'],
    [
      'a cancel that comes too late',
      [look('WAITING'), refused('CancelJob', 'conflict'), look('IN_PROGRESS')],
      { operation: 'DELETE', context: undefined },
      'wait leaving',
    ],
    [
      'a cancel refused and still waiting',
      [look('WAITING'), refused('CancelJob', 'conflict'), look('WAITING')],
      { operation: 'DELETE', context: undefined },
      'wait leaving',
    ],
    [
      'a cancel that was somebody else’s',
      [look('WAITING'), refused('CancelJob', 'conflict'), look('CANCELLED')],
      { operation: 'DELETE', context: undefined },
      'ok, no model',
    ],
    [
      'a cancel that is accepted',
      [look('WAITING'), { call: 'CancelJob', accepted: true }],
      { operation: 'DELETE', context: undefined },
      'ok, no model',
    ],
    [
      'an update’s 409 and done',
      [look('WAITING'), refused('StartJob', 'conflict'), look('COMPLETED')],
      { operation: 'UPDATE', context: undefined, previous: { ...DESIRED, StartOnCreation: false } },
      'ok',
    ],
  ])('%s', (_name, outcomes, more, expected) => {
    expect(brief(decide(situation({ context: context({ phase: 'to-start' }), ...more, outcomes })))).toBe(expected);
  });

  it.each(KINDS.filter((kind): kind is Refusal['kind'] => kind !== 'final'))(
    'never answers a retriable code once a job exists: %s',
    (kind) => {
      for (const call of ['GetJob', 'StartJob', 'CancelJob'] as const) {
        const step = decide(
          situation({ context: context({ createdAt: NOW - 10 * MIN }), outcomes: [refused(call, kind)] }),
        );
        expect(brief(step)).not.toMatch(/Throttling|ServiceInternalError|NetworkFailure|ResourceConflict/);
      }
    },
  );
});
