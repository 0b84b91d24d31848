import {
  CancelResourceRequestCommand,
  CreateResourceCommand,
  DeleteResourceCommand,
  GetResourceRequestStatusCommand,
  type ProgressEvent,
} from '@aws-sdk/client-cloudcontrol';
import type { Finding } from '../probe';
import { type Experiment, experiment, type Findings } from './experiment';
import { callbackDelays, pause, visibleDelay } from './pause';
import { type Call, type ProbeType, type Properties, type Script, USUAL_SESSION } from './probe-type';
import type { End } from './stacks';

/** The error codes after which CloudFormation tries again. */
const RETRIABLE = ['Throttling', 'ServiceInternalError', 'NetworkFailure', 'ResourceConflict'] as const;
/** An operation that is repeated more often than that then succeeds: pauses that double must come to an end. */
const MOST_REPEATS = 6;
/** Longer than CloudFormation waits for an answer, in seconds. */
const TOO_LONG = 90;
/** Characters. Lambda takes 6 MB in and out. */
const CONTEXT_SIZES = { '100 KB': 100_000, '1 MB': 1_000_000, '5 MB': 5_000_000 };

const VALUES = { Flag: true, Unreadable: 'no answer returns it' };
const FAILURE = { status: 'FAILED', errorCode: 'InvalidRequest', message: 'failed on purpose' };
const PROGRESS = { status: 'IN_PROGRESS', callbackDelaySeconds: 1 };

/** Each stands for itself: they can run in any order and side by side. The longest come first. */
export const EXPERIMENTS: Readonly<Record<string, Experiment<ProbeType>>> = {
  registration: experiment(
    90,
    {
      'registry.registration': ['COMPLETE', 'the status of a registration right after RegisterType has answered'],
      'registry.contractTests': ['none', 'whether registering a type runs contract tests on its handlers'],
      'registry.firstVersion': ['the default', 'what the first version of a type is once it is registered'],
      'registry.session': [
        `at most ${USUAL_SESSION} s`,
        'how long a session of the handlers’ role CloudFormation asks for',
      ],
    },
    async ({ registration, session }: ProbeType) => ({
      'registry.registration': {
        seen: registration.firstStatus,
        evidence: `it was complete after ${registration.seconds.toFixed(1)} s`,
      },
      'registry.contractTests': {
        seen: registration.calls.length === 0 ? 'none' : 'some',
        evidence: `calls of the handlers before anybody used the type: ${operations(registration.calls)}`,
      },
      'registry.firstVersion': {
        seen: registration.isFirstVersionDefault ? 'the default' : 'not the default',
        evidence: 'IsDefaultVersion of ListTypeVersions before any SetTypeDefaultVersion',
      },
      'registry.session': {
        seen: `${session.isUsual ? 'at most' : 'more than'} ${USUAL_SESSION} s`,
        evidence: session.said || `an operation ran while the role's MaxSessionDuration was ${USUAL_SESSION}`,
      },
    }),
  ),

  silence: experiment(
    420,
    { 'registry.silentCalls': [3, 'how many calls in a row give no answer in time before the operation fails'] },
    async (type: ProbeType) => {
      const end = await type.create('silent', { CREATE: repeated({ sleep: TOO_LONG }) });
      const calls = await type.calls('silent', 'CREATE');
      return {
        'registry.silentCalls': { seen: calls.length, evidence: `calls ${apart(calls)} s apart; ${said(end)}` },
      };
    },
  ),

  life: experiment(
    120,
    {
      'registry.scalars': ['typed', 'whether events have numbers and booleans, or every scalar as a text'],
      'registry.modelOfInProgress': ['next desired state', 'what becomes of the model of IN_PROGRESS'],
      'registry.messageOfInProgress': ['not in stack events', 'where the message of IN_PROGRESS shows'],
      'registry.readEvent': ['identifier', 'what READ gets'],
      'registry.updateEvent': ['template and identifier', 'what UPDATE gets'],
      'registry.deleteEvent': ['template and identifier', 'what DELETE gets from a stack'],
    },
    async (type: ProbeType) => {
      const text = 'said in progress';
      const script = { CREATE: [{ event: { ...PROGRESS, message: text }, set: { Made: text } }] };
      const end = await type.create('life', script, { Count: 1, ...VALUES });
      if (!end.succeeded) {
        throw new Error(`the resource cannot be made: ${said(end)}`);
      }
      const [created, again] = await type.calls('life', 'CREATE');
      const [read] = await type.calls('life', 'READ');
      await type.update('life', type.template('life', script, { Count: 2, ...VALUES }));
      await type.delete('life');
      const [updated] = await type.calls('life', 'UPDATE');
      const [deleted] = await type.calls('life', 'DELETE');
      const reasons = end.events.flatMap(({ ResourceStatusReason }) => ResourceStatusReason || []);
      const { Count, Flag } = propertiesOf(created);
      const { Made } = propertiesOf(again);
      return {
        'registry.scalars': {
          seen: typeof Count === 'number' && typeof Flag === 'boolean' ? 'typed' : 'texts',
          evidence: `CREATE had Count ${JSON.stringify(Count)} and Flag ${JSON.stringify(Flag)}`,
        },
        'registry.modelOfInProgress': {
          seen: Made === text ? 'next desired state' : 'forgotten',
          evidence: `the second call of CREATE had Made ${JSON.stringify(Made)}`,
        },
        'registry.messageOfInProgress': {
          seen: reasons.some((reason) => reason.includes(text)) ? 'in stack events' : 'not in stack events',
          evidence: `reasons of the events: ${reasons.join('; ')}`,
        },
        'registry.readEvent': carried(read),
        'registry.updateEvent': carried(updated),
        'registry.deleteEvent': carried(deleted),
      };
    },
  ),

  rollback: experiment(
    120,
    { 'registry.rollbackEvent': ['template and identifier, rollback true', 'what UPDATE gets in a rollback'] },
    async (type: ProbeType) => {
      const end = await rollBack(type, 'rollback', {});
      const [call] = await type.calls('rollback', 'ROLLBACK');
      const found = carried(call);
      if (!call || !('seen' in found)) {
        return { 'registry.rollbackEvent': { undecided: `there was no UPDATE in a rollback: ${said(end)}` } };
      }
      const previous = members(call.event.requestData.previousResourceProperties);
      return {
        'registry.rollbackEvent': {
          seen: `${found.seen}, rollback ${call.event.rollback}`,
          evidence: `${found.evidence}; previous: ${previous}; ${end.status}`,
        },
      };
    },
  ),

  stuckRollback: experiment(
    180,
    {
      'registry.notUpdatableInRollback': [
        'UPDATE_ROLLBACK_FAILED',
        'how a rollback ends in which UPDATE answers NotUpdatable',
      ],
    },
    async (type: ProbeType) => {
      const event = { status: 'FAILED', errorCode: 'NotUpdatable', message: 'cannot go back' };
      const end = await rollBack(type, 'stuck', { ROLLBACK: repeated({ event }) });
      const evidence = `calls: ${operations(await type.calls('stuck'))}; ${said(end)}`;
      return { 'registry.notUpdatableInRollback': { seen: end.status, evidence } };
    },
  ),

  importing: experiment(
    120,
    { 'registry.importEvents': ['READ', 'what the handlers are called for when a stack imports a resource'] },
    async (type: ProbeType) => {
      const made = await endOf(type, await createByCloudControl(type, 'imported', {}));
      const before = await type.calls('imported');
      const end = await type.import('imported', made.Identifier as string);
      const calls = (await type.calls('imported')).slice(before.length);
      const kinds = [...new Set(calls.map(({ operation }) => operation))].join(', ');
      return { 'registry.importEvents': { seen: kinds, evidence: `calls: ${operations(calls)}; ${end.status}` } };
    },
  ),

  ...Object.fromEntries(
    RETRIABLE.map((code) => [
      code,
      experiment(
        180,
        {
          [`registry.retriesOf${code}`]: [3, `how often a CREATE is tried again that answers ${code}`],
          [`registry.pausesAfter${code}`]: ['growing', `how the pauses before these retries follow one another`],
          [`registry.retryAfter${code}`]: [
            'first model, no context, same token',
            'what such a retry brings with it of the calls before',
          ],
        },
        (type: ProbeType) => retry(type, code),
      ),
    ]),
  ),

  failedCreate: experiment(
    120,
    {
      'registry.deleteAfterFailedCreate': ['called', 'DELETE after a CREATE that failed with an identifier'],
      'registry.deleteAfterNothing': ['not called', 'DELETE after a CREATE that failed without an identifier'],
    },
    async (type: ProbeType) => {
      const [named, unnamed] = await Promise.all([
        type.create('failed', { CREATE: [{ event: FAILURE }] }),
        type.create('unnamed', { CREATE: [{ event: FAILURE, model: 'none' }] }),
      ]);
      async function deletion(name: string, end: End): Promise<Finding> {
        const calls = await type.calls(name);
        const isDeleted = calls.some(({ operation }) => operation === 'DELETE');
        return { seen: isDeleted ? 'called' : 'not called', evidence: `calls: ${operations(calls)}; ${end.status}` };
      }
      return {
        'registry.deleteAfterFailedCreate': await deletion('failed', named),
        'registry.deleteAfterNothing': await deletion('unnamed', unnamed),
      };
    },
  ),

  goneBeforeDelete: experiment(
    60,
    { 'registry.notFoundOnDelete': ['DELETE_COMPLETE', 'how a stack ends whose DELETE answers NotFound'] },
    async (type: ProbeType) => {
      await type.create('gone', { DELETE: [{ gone: true }] });
      const end = await type.delete('gone');
      const calls = await type.calls('gone', 'DELETE');
      return { 'registry.notFoundOnDelete': { seen: end.status, evidence: `DELETE was called ${times(calls)}` } };
    },
  ),

  missingIdentifier: experiment(
    60,
    {
      'registry.inProgressWithoutIdentifier': ['InternalFailure', 'a first IN_PROGRESS without the identifier'],
      'registry.successWithoutIdentifier': ['InternalFailure', 'a SUCCESS of CREATE without the identifier'],
    },
    async (type: ProbeType) => {
      const [progress, success] = await Promise.all([
        type.create('noidprogress', { CREATE: [{ event: PROGRESS, model: 'anonymous' }] }),
        type.create('noidsuccess', { CREATE: [{ model: 'anonymous' }] }),
      ]);
      return {
        'registry.inProgressWithoutIdentifier': await outcome(type, progress, 'noidprogress'),
        'registry.successWithoutIdentifier': await outcome(type, success, 'noidsuccess'),
      };
    },
  ),

  noAnswer: experiment(
    180,
    {
      'registry.crash': ['InternalFailure after 1 call', 'a handler whose process ends'],
      'registry.thrownError': ['InternalFailure after 1 call', 'a handler that throws'],
      'registry.answerThatIsNoEvent': ['InternalFailure after 1 call', 'an answer that is no JSON object'],
    },
    async (type: ProbeType) => {
      const [crash, thrown, raw] = await Promise.all([
        type.create('crash', { CREATE: repeated({ exit: true }) }),
        type.create('thrown', { CREATE: repeated({ throw: 'thrown on purpose' }) }),
        type.create('noevent', { CREATE: repeated({ raw: 'no event' }) }),
      ]);
      async function counted(end: End, name: string): Promise<Finding> {
        const { seen, evidence } = await outcome(type, end, name);
        return { seen: `${seen} after ${times(await type.calls(name, 'CREATE'), 'call')}`, evidence };
      }
      return {
        'registry.crash': await counted(crash, 'crash'),
        'registry.thrownError': await counted(thrown, 'thrown'),
        'registry.answerThatIsNoEvent': await counted(raw, 'noevent'),
      };
    },
  ),

  lateAnswer: experiment(
    150,
    { 'registry.lateAnswer': ['lost', 'what becomes of an answer that comes when the call has been repeated'] },
    async (type: ProbeType) => {
      function from(name: string) {
        return { ...PROGRESS, callbackContext: { from: name } };
      }
      // The first call answers while the second one goes on, and the second one well after that.
      const late = { until: 'events/CREATE/1', event: from('the late call') };
      const second = { until: 'ended/CREATE/0', sleep: 2, event: from('the second call') };
      const end = await type.create('late', { CREATE: [late, second] });
      const calls = await type.calls('late', 'CREATE');
      const contexts = calls.slice(2).map(({ event }) => event.callbackContext?.from ?? 'none');
      const evidence = `calls ${apart(calls)} s apart; later ones had the context of: ${contexts.join(', ')}; ${said(end)}`;
      return {
        'registry.lateAnswer':
          contexts.length === 0
            ? { undecided: 'there was no further call', evidence }
            : { seen: contexts.includes('the late call') ? 'counts' : 'lost', evidence },
      };
    },
  ),

  delays: experiment(
    540,
    { 'registry.callbackDelay': ['honoured', 'whether the next call waits as long as callbackDelaySeconds says'] },
    async (type: ProbeType) => {
      const measured = await Promise.all(
        callbackDelays(type.context).map(async (callbackDelaySeconds) => {
          const name = `delay${callbackDelaySeconds}`;
          await type.create(name, { CREATE: [{ event: { ...PROGRESS, callbackDelaySeconds } }] });
          const [first, second] = await type.calls(name, 'CREATE');
          return { asked: callbackDelaySeconds, waited: first && second ? (second.at - first.at) / 1_000 : 0 };
        }),
      );
      return {
        'registry.callbackDelay': {
          // The clocks of two Lambda functions may differ a little.
          seen: measured.every(({ asked, waited }) => waited > asked - 0.5) ? 'honoured' : 'shortened',
          evidence: measured.map(({ asked, waited }) => `${asked} s asked, ${waited.toFixed(1)} s waited`).join('; '),
        },
      };
    },
  ),

  largeContext: experiment(
    90,
    {
      'registry.largestContext': [
        '5 MB',
        `the largest callback context that is kept, of ${Object.keys(CONTEXT_SIZES).join(', ')}`,
      ],
      'registry.compressedEvents': ['none', 'whether large events come in __COMPRESSED__'],
    },
    async (type: ProbeType) => {
      const steps = Object.values(CONTEXT_SIZES).map((contextBytes) => ({ event: PROGRESS, contextBytes }));
      const end = await type.create('context', { CREATE: steps });
      const calls = await type.calls('context', 'CREATE');
      const sizes = calls.map(({ event }) => event.callbackContext?.filling);
      const kept = Object.entries(CONTEXT_SIZES).filter(([, size]) => sizes.includes(size));
      const compressed = calls.filter((call) => call.compressed);
      const received = calls.map(({ bytes }) => bytes).join(', ');
      return {
        'registry.largestContext': {
          seen: kept.at(-1)?.[0] ?? 'none',
          evidence: `events of ${received} characters; ${said(end)}`,
        },
        'registry.compressedEvents': {
          seen: compressed.length === 0 ? 'none' : 'some',
          evidence: `of events of ${received} characters ${compressed.length} came in __COMPRESSED__`,
        },
      };
    },
  ),

  cloudControl: experiment(
    120,
    {
      'registry.cloudControlMessage': ['the message of IN_PROGRESS', 'StatusMessage of a request that goes on'],
      'registry.cloudControlDeleteEvent': ['identifier', 'what DELETE gets from Cloud Control API'],
      'registry.repeatedClientToken': ['the same request', 'a request that repeats another with its client token'],
      'registry.clientTokenOfAnother': [
        'ClientTokenConflictException',
        'another request with a client token that is known',
      ],
      'registry.cancelOfEnded': [
        'ConcurrentModificationException',
        'CancelResourceRequest for a request that has ended',
      ],
    },
    cloudControl,
  ),
};

async function retry(type: ProbeType, code: (typeof RETRIABLE)[number]): Promise<Findings> {
  const name = `retries${code}`;
  // A first answer that is not final tells the model and context of a retry from those of the first call.
  const first = {
    event: { ...PROGRESS, callbackContext: { from: 'the first call' } },
    set: { Made: 'by the first call' },
  };
  const failure = { event: { status: 'FAILED', errorCode: code, message: `${code} on purpose` } };
  const end = await type.create(name, { CREATE: [first, ...repeated(failure)] });
  const calls = await type.calls(name, 'CREATE');
  const [started, failed, ...retries] = calls;
  const pauses = [...retries].map(({ at }, index) => (at - (calls[index + 1]?.at ?? at)) / 1_000);
  const evidence = `${pauses.map((each) => each.toFixed(1)).join(', ') || 'no'} s between the retries; ${said(end)}`;
  const [again] = retries;
  const parts = [
    propertiesOf(again).Made === undefined ? 'first model' : 'last model',
    again?.event.callbackContext ? 'context' : 'no context',
    again?.event.bearerToken === started?.event.bearerToken ? 'same token' : 'another token',
  ];
  return {
    [`registry.retriesOf${code}`]: failed
      ? { seen: retries.length >= MOST_REPEATS ? `${MOST_REPEATS} or more` : retries.length, evidence }
      : { undecided: `there was no second call: ${said(end)}` },
    [`registry.pausesAfter${code}`]:
      pauses.length < 2
        ? { undecided: 'there were not two retries', evidence }
        : { seen: isGrowing(pauses) ? 'growing' : 'constant', evidence },
    [`registry.retryAfter${code}`]: again
      ? { seen: parts.join(', '), evidence: `the first retry carried ${members(propertiesOf(again))}` }
      : { undecided: 'there was no retry', evidence },
  };
}

/** Whether the last pause is clearly longer than the first: by half and half a second, which is no matter of chance. */
function isGrowing(pauses: readonly number[]): boolean {
  return (pauses.at(-1) ?? 0) > (pauses[0] ?? 0) * 1.5 + 0.5;
}

async function cloudControl(type: ProbeType) {
  const client = type.context.clients.cloudControl;
  const message = 'said in progress';
  const callbackDelaySeconds = visibleDelay(type.context);
  const script = { CREATE: [{ event: { ...PROGRESS, callbackDelaySeconds, message } }] };
  const token = `${type.context.runId}-token`;
  const started = await createByCloudControl(type, 'control', script, token);
  const repetition = await answerOf(createByCloudControl(type, 'control', script, token));
  const another = await answerOf(createByCloudControl(type, 'other', script, token));
  const messages = new Set<string>();
  const ended = await endOf(type, started, ({ StatusMessage = '' }) => messages.add(StatusMessage));
  const { RequestToken } = started;
  const cancelled = await answerOf(client.send(new CancelResourceRequestCommand({ RequestToken })));
  const deletion = await client.send(new DeleteResourceCommand({ TypeName: type.name, Identifier: ended.Identifier }));
  await endOf(type, deletion.ProgressEvent as ProgressEvent);
  const [deleted] = await type.calls('control', 'DELETE');
  const isSame = 'answer' in repetition && repetition.answer.RequestToken === RequestToken;
  return {
    'registry.cloudControlMessage': {
      seen: messages.has(message) ? 'the message of IN_PROGRESS' : 'none',
      evidence: `StatusMessage was: ${[...messages].map((each) => JSON.stringify(each)).join(', ')}`,
    },
    'registry.cloudControlDeleteEvent': carried(deleted),
    'registry.repeatedClientToken': isSame
      ? { seen: 'the same request', evidence: `the same RequestToken, ${repetition.answer.OperationStatus}` }
      : refusal(repetition, 'another request'),
    'registry.clientTokenOfAnother': refusal(another, 'another request'),
    'registry.cancelOfEnded': refusal(cancelled, 'no error'),
  };
}

// --- Cloud Control API ---

async function createByCloudControl(type: ProbeType, Name: string, script: Script, ClientToken?: string) {
  const DesiredState = JSON.stringify({ Name, Script: JSON.stringify(script) });
  const request = new CreateResourceCommand({ TypeName: type.name, DesiredState, ClientToken });
  return (await type.context.clients.cloudControl.send(request)).ProgressEvent as ProgressEvent;
}

/** Waits for the end of a request. @throws Error with its message if it fails */
async function endOf(
  { context }: ProbeType,
  { RequestToken }: ProgressEvent,
  watch: (event: ProgressEvent) => void = () => {},
): Promise<ProgressEvent> {
  for (;;) {
    const found = await context.clients.cloudControl.send(new GetResourceRequestStatusCommand({ RequestToken }));
    const event = found.ProgressEvent as ProgressEvent;
    watch(event);
    if (event.OperationStatus === 'SUCCESS') {
      return event;
    }
    if (event.OperationStatus !== 'PENDING' && event.OperationStatus !== 'IN_PROGRESS') {
      throw new Error(`${event.Operation} by Cloud Control API is ${event.OperationStatus}: ${event.StatusMessage}`);
    }
    await pause(context);
  }
}

type Answer<Value> = { readonly answer: Value } | { readonly error: Error };

async function answerOf<Value>(call: Promise<Value>): Promise<Answer<Value>> {
  try {
    return { answer: await call };
  } catch (error) {
    // A missing right is for the kit to report.
    if ((error as Error).name.startsWith('AccessDenied')) {
      throw error;
    }
    return { error: error as Error };
  }
}

function refusal(answer: Answer<unknown>, otherwise: string): Finding {
  return 'error' in answer
    ? { seen: answer.error.name, evidence: answer.error.message }
    : { seen: otherwise, evidence: 'it was accepted' };
}

// --- stacks ---

function repeated<Step>(step: Step): Step[] {
  return Array(MOST_REPEATS + 1).fill(step);
}

/** Updates a stack so that its resource is changed, another one fails, and the first is changed back. */
async function rollBack(type: ProbeType, name: string, script: Script): Promise<End> {
  await type.create(name, script, { Count: 1, ...VALUES });
  const broken = { CREATE: [{ event: FAILURE, model: 'none' as const }] };
  return type.update(name, {
    Resources: {
      Probe: type.resource(name, script, { Count: 2, ...VALUES }),
      Broken: type.resource(`${name}broken`, broken, {}, { DependsOn: 'Probe' }),
    },
  });
}

/** How the creation of a stack ended: by the error code of its resource, if it failed. */
async function outcome(type: ProbeType, end: End, name: string) {
  const code = /HandlerErrorCode: (\w+)/.exec(end.failures[0] ?? '')?.[1];
  const seen = code ?? (end.succeeded ? 'goes on' : 'fails without a code');
  return { seen, evidence: `calls: ${operations(await type.calls(name))}; ${said(end)}` };
}

function said({ status, failures }: End): string {
  return [status, ...failures].join(': ');
}

// --- calls ---

function propertiesOf(call: Call | undefined): Properties {
  return call?.event.requestData.resourceProperties ?? {};
}

/** Which of the properties an event carries: those of the template, the identifier, what else the handlers made. */
function carried(call: Call | undefined): Finding {
  if (call === undefined) {
    return { undecided: 'the handlers were not called for it' };
  }
  const given = propertiesOf(call);
  const readable = given.Name !== undefined && 'template without write-only properties';
  const parts = [
    given.Unreadable === undefined ? readable : 'template',
    given.Id !== undefined && 'identifier',
    given.Made !== undefined && 'other read-only properties',
  ];
  return {
    seen: parts.filter(Boolean).join(' and ') || 'nothing',
    evidence: `${call.operation} had ${members(given)}`,
  };
}

function members(properties: Properties | null | undefined): string {
  return (
    Object.keys(properties ?? {})
      .sort()
      .join(', ') || 'nothing'
  );
}

function operations(calls: readonly Call[]): string {
  return calls.map(({ operation }) => operation).join(', ') || 'none';
}

function times(calls: readonly Call[], unit = 'time'): string {
  return `${calls.length} ${unit}${calls.length === 1 ? '' : 's'}`;
}

/** Seconds between one call and the next. */
function apart(calls: readonly Call[]): string {
  const gaps = calls.slice(1).map(({ at }, index) => (at - (calls[index]?.at ?? at)) / 1_000);
  return gaps.map((gap) => gap.toFixed(1)).join(', ') || '0';
}
