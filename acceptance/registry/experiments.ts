import {
  CancelResourceRequestCommand,
  CreateResourceCommand,
  DeleteResourceCommand,
  GetResourceRequestStatusCommand,
  type ProgressEvent,
} from '@aws-sdk/client-cloudcontrol';
import {
  CreateChangeSetCommand,
  DescribeChangeSetCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import { type Call, type ProbeType, type Script, USUAL_SESSION } from './probe-type';
import type { End } from './stacks';

/** What one row of the report says. */
export interface Finding {
  readonly seen: string;
  readonly evidence: string;
}

/** One resource of the probe type, or a few, whose life shows several things at once. */
export interface Experiment<Row extends string = string> {
  /** By the name of a row what local AWS does. */
  readonly defaults: Readonly<Record<Row, string>>;
  run(type: ProbeType): Promise<Record<Row, Finding>>;
}

function experiment<Row extends string>(
  defaults: Readonly<Record<Row, string>>,
  run: (type: ProbeType) => Promise<Record<Row, Finding>>,
): Experiment {
  return { defaults, run };
}

/** The error codes after which CloudFormation tries again. */
const RETRIABLE = ['Throttling', 'ServiceInternalError', 'NetworkFailure', 'ResourceConflict'] as const;
/** An operation that is repeated more often than that then succeeds: pauses that double must come to an end. */
const MOST_RETRIES = 6;
const CONTEXT_SIZES = { '100 KB': 100_000, '1 MB': 1_000_000, '5 MB': 5_000_000 };

/** Each stands for itself: they can run in any order and side by side. */
export const EXPERIMENTS: Readonly<Record<string, Experiment>> = {
  registration: experiment(
    {
      'registry.registrationAtOnce': 'COMPLETE',
      'registry.contractTestsAtRegistration': 'none',
      'registry.firstVersion': 'the default',
      'registry.session': `at most ${USUAL_SESSION} s`,
    },
    async ({ registration, usualSession }) => ({
      'registry.registrationAtOnce': {
        seen: registration.firstStatus,
        evidence: `DescribeTypeRegistration right after RegisterType; complete after ${registration.seconds.toFixed(1)} s`,
      },
      'registry.contractTestsAtRegistration': {
        seen: registration.calls.length === 0 ? 'none' : 'run',
        evidence: `calls of the handlers by the end of the registration: ${operations(registration.calls) || 'none'}`,
      },
      'registry.firstVersion': {
        seen: registration.firstVersionIsDefault ? 'the default' : 'not the default',
        evidence: 'IsDefaultVersion of ListTypeVersions before any SetTypeDefaultVersion',
      },
      'registry.session': {
        seen: usualSession.enough ? `at most ${USUAL_SESSION} s` : `more than ${USUAL_SESSION} s`,
        evidence: usualSession.said || `an operation ran while MaxSessionDuration of the role was ${USUAL_SESSION}`,
      },
    }),
  ),

  life: experiment(
    {
      'registry.scalars': 'typed',
      'registry.modelOfInProgress': 'next desired state',
      'registry.messageOfInProgress': 'not in stack events',
      'registry.readEvent': 'identifier',
      'registry.updateEvent': 'template and identifier',
      'registry.deleteEvent': 'template and identifier',
    },
    async (type) => {
      const said = 'said in progress';
      const progress = { status: 'IN_PROGRESS', message: said, callbackDelaySeconds: 1 };
      const script = { CREATE: [{ event: progress, set: { Made: said } }] };
      const end = await type.create('life', script, { Count: 1, ...VALUES });
      const [created, again] = await type.calls('life', 'CREATE');
      const reads = await type.calls('life', 'READ');
      await type.update('life', script, { Count: 2, ...VALUES });
      await type.stacks.remove(end.name, end.id);
      const [updated] = await type.calls('life', 'UPDATE');
      const [deleted] = await type.calls('life', 'DELETE');
      const reasons = end.events.map(({ ResourceStatusReason = '' }) => ResourceStatusReason);
      const { Count, Flag } = properties(created);
      return {
        'registry.scalars': {
          seen: typeof Count === 'number' && typeof Flag === 'boolean' ? 'typed' : 'strings',
          evidence: `CREATE had Count ${JSON.stringify(Count)} and Flag ${JSON.stringify(Flag)}`,
        },
        'registry.modelOfInProgress': {
          seen: properties(again).Made === said ? 'next desired state' : 'forgotten',
          evidence: `the second call of CREATE had Made ${JSON.stringify(properties(again).Made)}`,
        },
        'registry.messageOfInProgress': {
          seen: reasons.some((reason) => reason.includes(said)) ? 'in stack events' : 'not in stack events',
          evidence: `reasons of the events: ${reasons.filter(Boolean).join('; ') || 'none'}`,
        },
        'registry.readEvent': carried(reads[0]),
        'registry.updateEvent': carried(updated),
        'registry.deleteEvent': carried(deleted),
      };
    },
  ),

  rollback: experiment({ 'registry.rollbackEvent': 'template and identifier, rollback true' }, async (type) => {
    const end = await rolledBack(type, 'rollback', {});
    const [call] = await type.calls('rollback', 'ROLLBACK');
    const { seen, evidence } = carried(call);
    return {
      'registry.rollbackEvent': {
        seen: `${seen}, rollback ${call?.event.rollback}`,
        evidence: `${evidence}; previous ${members(call?.event.requestData.previousResourceProperties)}; ${end.status}`,
      },
    };
  }),

  stuckRollback: experiment({ 'registry.notUpdatableInRollback': 'UPDATE_ROLLBACK_FAILED' }, async (type) => {
    const event = { status: 'FAILED', errorCode: 'NotUpdatable', message: 'cannot go back' };
    const end = await rolledBack(type, 'stuck', { ROLLBACK: Array(MOST_RETRIES).fill({ event }) });
    const calls = await type.calls('stuck');
    return {
      'registry.notUpdatableInRollback': {
        seen: end.status,
        evidence: `calls: ${operations(calls)}; ${reasonsOf(end)}`,
      },
    };
  }),

  importing: experiment({ 'registry.importEvents': 'READ' }, async (type) => {
    const made = await cloudControlEnd(type, await createByCloudControl(type, 'imported'));
    const before = (await type.calls('imported')).length;
    const end = await importStack(type, 'imported', made.Identifier as string);
    const calls = (await type.calls('imported')).slice(before);
    const kinds = [...new Set(calls.map(({ operation }) => operation))].join(', ');
    return {
      'registry.importEvents': { seen: kinds, evidence: `calls: ${operations(calls)}; ${end.status}` },
    };
  }),

  ...Object.fromEntries(
    RETRIABLE.map((code) => [
      `retries${code}`,
      experiment(
        {
          [`registry.retriesOf${code}`]: '3',
          [`registry.pausesAfter${code}`]: 'growing',
          [`registry.retryAfter${code}`]: 'first model, no context, same token',
        },
        (type) => retries(type, code),
      ),
    ]),
  ),

  failedCreate: experiment(
    { 'registry.deleteAfterFailedCreate': 'called', 'registry.deleteAfterFailureWithoutIdentifier': 'not called' },
    async (type) => {
      const event = { status: 'FAILED', errorCode: 'InvalidRequest', message: 'failed on purpose' };
      const [named, unnamed] = await Promise.all([
        type.create('failed', { CREATE: [{ event }] }),
        type.create('unnamed', { CREATE: [{ event, model: 'none' }] }),
      ]);
      const called = async (name: string, end: End): Promise<Finding> => {
        const calls = await type.calls(name);
        const deleted = calls.some(({ operation }) => operation === 'DELETE');
        return { seen: deleted ? 'called' : 'not called', evidence: `calls: ${operations(calls)}; ${end.status}` };
      };
      return {
        'registry.deleteAfterFailedCreate': await called('failed', named),
        'registry.deleteAfterFailureWithoutIdentifier': await called('unnamed', unnamed),
      };
    },
  ),

  goneBeforeDelete: experiment({ 'registry.notFoundOnDelete': 'DELETE_COMPLETE' }, async (type) => {
    const { name, id } = await type.create('gone', { DELETE: [{ gone: true }] });
    const end = await type.stacks.remove(name, id);
    const calls = await type.calls('gone', 'DELETE');
    return { 'registry.notFoundOnDelete': { seen: end.status, evidence: `DELETE was called ${times(calls)}` } };
  }),

  missingIdentifier: experiment(
    {
      'registry.inProgressWithoutIdentifier': 'InternalFailure',
      'registry.successWithoutIdentifier': 'InternalFailure',
    },
    async (type) => {
      const event = { status: 'IN_PROGRESS', callbackDelaySeconds: 1 };
      const [progress, success] = await Promise.all([
        type.create('noidprogress', { CREATE: [{ event, model: 'anonymous' }] }),
        type.create('noidsuccess', { CREATE: [{ model: 'anonymous' }] }),
      ]);
      return {
        'registry.inProgressWithoutIdentifier': await outcome(type, progress, 'noidprogress'),
        'registry.successWithoutIdentifier': await outcome(type, success, 'noidsuccess'),
      };
    },
  ),

  noAnswer: experiment(
    {
      'registry.crash': 'InternalFailure after 1 call',
      'registry.thrownError': 'InternalFailure after 1 call',
      'registry.answerThatIsNoEvent': 'InternalFailure after 1 call',
    },
    async (type) => {
      const many = (step: object) => ({ CREATE: Array(MOST_RETRIES).fill(step) });
      const [crash, thrown, raw] = await Promise.all([
        type.create('crash', many({ exit: true })),
        type.create('thrown', many({ throw: 'thrown on purpose' })),
        type.create('noevent', many({ raw: 'no event' })),
      ]);
      const counted = async (end: End, name: string): Promise<Finding> => {
        const { seen, evidence } = await outcome(type, end, name);
        return { seen: `${seen} after ${times(await type.calls(name, 'CREATE'), 'call')}`, evidence };
      };
      return {
        'registry.crash': await counted(crash, 'crash'),
        'registry.thrownError': await counted(thrown, 'thrown'),
        'registry.answerThatIsNoEvent': await counted(raw, 'noevent'),
      };
    },
  ),

  lateAnswer: experiment({ 'registry.lateAnswer': 'lost' }, async (type) => {
    const { answer } = type.world.times;
    const from = (name: string) => ({
      status: 'IN_PROGRESS',
      callbackContext: { from: name },
      callbackDelaySeconds: 1,
    });
    // The second call begins when the first one is late, and still goes on when the first one answers.
    const late = { sleep: answer * 1.25, event: from('the late call') };
    const second = { sleep: answer * 0.75, event: from('the second call') };
    const end = await type.create('late', { CREATE: [late, second] });
    const calls = await type.calls('late', 'CREATE');
    const contexts = calls.map(({ event }) => event.callbackContext?.from ?? 'none');
    return {
      'registry.lateAnswer': {
        seen: contexts.includes('the late call') ? 'counts' : 'lost',
        evidence: `an answer after ${answer * 1.25} s; calls after ${secondsApart(calls)} s, with the context of: ${contexts.join(', ')}; ${end.status}`,
      },
    };
  }),

  silence: experiment({ 'registry.silentCallsBeforeFailure': '3' }, async (type) => {
    const { answer } = type.world.times;
    const end = await type.create('silent', { CREATE: Array(MOST_RETRIES).fill({ sleep: answer * 1.5 }) });
    const calls = await type.calls('silent', 'CREATE');
    return {
      'registry.silentCallsBeforeFailure': {
        seen: String(calls.length),
        evidence: `calls after ${secondsApart(calls)} s; ${reasonsOf(end)}`,
      },
    };
  }),

  delays: experiment({ 'registry.callbackDelay': 'honoured' }, async (type) => {
    const { delays } = type.world.times;
    const measured = await Promise.all(
      delays.map(async (callbackDelaySeconds) => {
        const name = `delay${callbackDelaySeconds}`;
        await type.create(name, { CREATE: [{ event: { status: 'IN_PROGRESS', callbackDelaySeconds } }] });
        const [first, second] = await type.calls(name, 'CREATE');
        const waited = first && second ? (second.at - first.at) / 1_000 : 0;
        return { asked: callbackDelaySeconds, waited };
      }),
    );
    return {
      'registry.callbackDelay': {
        // A handler's clock may lag behind the registry's a little.
        seen: measured.every(({ asked, waited }) => waited > asked - 0.5) ? 'honoured' : 'shortened',
        evidence: measured.map(({ asked, waited }) => `${asked} s asked, ${waited.toFixed(1)} s waited`).join('; '),
      },
    };
  }),

  hugeContext: experiment(
    { 'registry.callbackContext': 'kept up to 5 MB', 'registry.compressedEvents': 'none' },
    async (type) => {
      const event = { status: 'IN_PROGRESS', callbackDelaySeconds: 1 };
      const steps = Object.values(CONTEXT_SIZES).map((contextBytes) => ({ event, contextBytes }));
      const end = await type.create('context', { CREATE: steps });
      const calls = await type.calls('context', 'CREATE');
      const sizes = calls.map((call) => call.event.callbackContext?.filling);
      const kept = Object.entries(CONTEXT_SIZES).filter(([, size]) => sizes.includes(size));
      const compressed = calls.filter((call) => call.compressed);
      const received = calls.map((call) => call.bytes).join(', ');
      return {
        'registry.callbackContext': {
          seen: kept.length === 0 ? 'lost' : `kept up to ${kept.at(-1)?.[0]}`,
          evidence: `events of ${received} bytes; ${end.status}; ${reasonsOf(end)}`,
        },
        'registry.compressedEvents': {
          seen: compressed.length === 0 ? 'none' : 'large ones',
          evidence: `of events of ${received} bytes ${compressed.length} came in __COMPRESSED__`,
        },
      };
    },
  ),

  cloudControl: experiment(
    {
      'registry.cloudControlStatusMessage': 'the message of IN_PROGRESS',
      'registry.cloudControlDeleteEvent': 'identifier',
      'registry.cloudControlRepeatedClientToken': 'the same request',
      'registry.cloudControlClientTokenOfAnother': 'ClientTokenConflictException',
      'registry.cloudControlCancelOfEnded': 'ConcurrentModificationException',
    },
    cloudControl,
  ),
};

const VALUES = { Flag: true, Unreadable: 'not to be read' };

async function retries(type: ProbeType, code: (typeof RETRIABLE)[number]): Promise<Record<string, Finding>> {
  const name = `retries${code}`;
  // A first answer that is not final, so that the model and the context of a retry are told from those of the first call.
  const progress = {
    event: { status: 'IN_PROGRESS', callbackContext: { from: 'the first call' }, callbackDelaySeconds: 1 },
  };
  const failure = { event: { status: 'FAILED', errorCode: code, message: `${code} on purpose` } };
  const steps = [{ ...progress, set: { Made: 'by the first call' } }, ...Array(MOST_RETRIES).fill(failure)];
  const end = await type.create(name, { CREATE: steps });
  const [first, second, ...repeated] = await type.calls(name, 'CREATE');
  const pauses = [second, ...repeated]
    .map((call) => call?.at ?? 0)
    .map((at, index, all) => at - (all[index - 1] ?? at));
  const seconds = pauses.slice(1).map((pause) => pause / 1_000);
  const model = properties(repeated[0]).Made === undefined ? 'first model' : 'model of IN_PROGRESS';
  const context = repeated[0]?.event.callbackContext ? 'context' : 'no context';
  const token = repeated[0]?.event.bearerToken === first?.event.bearerToken ? 'same token' : 'another token';
  const shown = `the retries came after ${seconds.map((each) => each.toFixed(1)).join(', ')} s; ${reasonsOf(end)}`;
  return {
    [`registry.retriesOf${code}`]: {
      seen: repeated.length >= MOST_RETRIES ? `${MOST_RETRIES} or more` : String(repeated.length),
      evidence: shown,
    },
    [`registry.pausesAfter${code}`]: { seen: growth(seconds), evidence: shown },
    [`registry.retryAfter${code}`]: {
      seen: repeated.length === 0 ? 'none' : `${model}, ${context}, ${token}`,
      evidence: `the first retry carried ${members(properties(repeated[0]))}`,
    },
  };
}

/** Whether pauses get longer. A pause that is a third longer than the one before is no matter of chance. */
function growth(pauses: readonly number[]): string {
  if (pauses.length < 2) {
    return 'none';
  }
  return pauses.slice(1).every((pause, index) => pause > (pauses[index] ?? 0) * 1.33) ? 'growing' : 'constant';
}

async function cloudControl(type: ProbeType): Promise<Record<string, Finding>> {
  const { cloudControl } = type.world.clients;
  const message = 'said in progress';
  const delay = Math.ceil(2 * type.world.times.poll) + 1;
  const script = { CREATE: [{ event: { status: 'IN_PROGRESS', message, callbackDelaySeconds: delay } }] };
  const ClientToken = `${type.world.runId}-token`;
  const started = await createByCloudControl(type, 'control', script, ClientToken);

  const repeated = await answered(() => createByCloudControl(type, 'control', script, ClientToken));
  const another = await answered(() => createByCloudControl(type, 'other', script, ClientToken));
  const messages = new Set<string>();
  const ended = await cloudControlEnd(type, started, (event) => messages.add(event.StatusMessage ?? ''));
  const cancelled = await answered(() =>
    cloudControl.send(new CancelResourceRequestCommand({ RequestToken: started.RequestToken })),
  );
  const { ProgressEvent: deletion } = await cloudControl.send(
    new DeleteResourceCommand({ TypeName: type.name, Identifier: ended.Identifier }),
  );
  await cloudControlEnd(type, deletion as ProgressEvent);
  const [deleted] = await type.calls('control', 'DELETE');
  const isSame = repeated.value?.RequestToken === started.RequestToken;
  return {
    'registry.cloudControlStatusMessage': {
      seen: messages.has(message) ? 'the message of IN_PROGRESS' : 'other',
      evidence: `StatusMessage: ${[...messages].map((each) => JSON.stringify(each)).join(', ')}`,
    },
    'registry.cloudControlDeleteEvent': carried(deleted),
    'registry.cloudControlRepeatedClientToken': {
      seen: repeated.error ?? (isSame ? 'the same request' : 'another request'),
      evidence: repeated.text ?? `status ${repeated.value?.OperationStatus}`,
    },
    'registry.cloudControlClientTokenOfAnother': {
      seen: another.error ?? 'another request',
      evidence: another.text ?? 'no error',
    },
    'registry.cloudControlCancelOfEnded': {
      seen: cancelled.error ?? 'no error',
      evidence: cancelled.text ?? 'no error',
    },
  };
}

// --- Cloud Control ---

async function createByCloudControl(
  type: ProbeType,
  Name: string,
  script: Script = {},
  ClientToken?: string,
): Promise<ProgressEvent> {
  const DesiredState = JSON.stringify({ Name, Script: JSON.stringify(script) });
  const { ProgressEvent: event } = await type.world.clients.cloudControl.send(
    new CreateResourceCommand({ TypeName: type.name, DesiredState, ClientToken }),
  );
  return event as ProgressEvent;
}

/** Waits for the end of a request. @throws Error with its message if it fails */
async function cloudControlEnd(
  type: ProbeType,
  { RequestToken }: ProgressEvent,
  watch: (event: ProgressEvent) => void = () => {},
): Promise<ProgressEvent> {
  for (;;) {
    const found = await type.world.clients.cloudControl.send(new GetResourceRequestStatusCommand({ RequestToken }));
    const event = found.ProgressEvent as ProgressEvent;
    watch(event);
    if (event.OperationStatus === 'SUCCESS') {
      return event;
    }
    if (event.OperationStatus !== 'PENDING' && event.OperationStatus !== 'IN_PROGRESS') {
      throw new Error(`Cloud Control API: ${event.Operation} ended ${event.OperationStatus}: ${event.StatusMessage}`);
    }
    await type.world.sleep(type.world.times.poll);
  }
}

interface Answered<Value> {
  readonly value?: Value;
  readonly error?: string;
  readonly text?: string;
}

async function answered<Value>(call: () => Promise<Value>): Promise<Answered<Value>> {
  try {
    return { value: await call() };
  } catch (error) {
    const { name, message } = error as Error;
    return { error: name, text: message };
  }
}

// --- stacks ---

/** Updates a stack so that its resource is changed, another one fails, and the first is changed back. */
async function rolledBack(type: ProbeType, name: string, script: Script): Promise<End> {
  const stack = type.stackName(name);
  await type.stacks.create(stack, type.template(name, script, { Count: 1, ...VALUES }));
  const failure = { event: { status: 'FAILED', errorCode: 'InvalidRequest', message: 'failed on purpose' } };
  return type.stacks.update(stack, {
    Resources: {
      Probe: type.resource(name, script, { Count: 2, ...VALUES }),
      Broken: type.resource(`${name}broken`, { CREATE: [{ ...failure, model: 'none' }] }, {}, { DependsOn: 'Probe' }),
    },
  });
}

async function importStack(type: ProbeType, name: string, Id: string): Promise<End> {
  const { cloudFormation } = type.world.clients;
  const template = { Resources: { Probe: type.resource(name, {}, {}, { DeletionPolicy: 'Delete' }) } };
  const { Id: ChangeSetName, StackId } = await cloudFormation.send(
    new CreateChangeSetCommand({
      StackName: type.stackName(name),
      ChangeSetName: 'import',
      ChangeSetType: 'IMPORT',
      TemplateBody: JSON.stringify(template),
      ResourcesToImport: [{ ResourceType: type.name, LogicalResourceId: 'Probe', ResourceIdentifier: { Id } }],
    }),
  );
  for (;;) {
    const { Status, StatusReason } = await cloudFormation.send(new DescribeChangeSetCommand({ ChangeSetName }));
    if (Status === 'CREATE_COMPLETE') {
      break;
    }
    if (Status === 'FAILED') {
      throw new Error(`the change set for the import failed: ${StatusReason}`);
    }
    await type.world.sleep(type.world.times.poll);
  }
  await cloudFormation.send(new ExecuteChangeSetCommand({ ChangeSetName }));
  await type.world.sleep(type.world.times.poll);
  return type.stacks.ended(type.stackName(name), StackId as string);
}

/** How the creation of a stack ended: by which code of its resource, or in which status. */
async function outcome(type: ProbeType, end: End, name: string): Promise<Finding> {
  const [reason = ''] = end.failures;
  const code = /HandlerErrorCode: (\w+)/.exec(reason)?.[1];
  const calls = operations(await type.calls(name));
  return {
    seen: code ?? (end.succeeded ? 'goes on' : 'fails without a code'),
    evidence: `calls: ${calls}; ${reasonsOf(end)}`,
  };
}

function reasonsOf({ status, failures }: End): string {
  return [status, ...failures].join(': ');
}

// --- calls ---

function properties(call: Call | undefined): Readonly<Record<string, unknown>> {
  return call?.event.requestData.resourceProperties ?? {};
}

/** Which of the properties an event carries: of the template, the identifier, and what the handlers made. */
function carried(call: Call | undefined): Finding {
  if (call === undefined) {
    return { seen: 'no such event', evidence: 'the handlers were not called' };
  }
  const given = properties(call);
  const parts = [
    given.Unreadable !== undefined ? 'template' : given.Name !== undefined && 'template without write-only properties',
    given.Id !== undefined && 'identifier',
    given.Made !== undefined && 'other read-only properties',
  ];
  const seen = parts.filter(Boolean).join(' and ') || 'nothing';
  return { seen, evidence: `${call.operation} carried ${members(given)}` };
}

function members(properties: object | null | undefined): string {
  return (
    Object.keys(properties ?? {})
      .sort()
      .join(', ') || 'nothing'
  );
}

function operations(calls: readonly Call[]): string {
  return calls.map(({ operation }) => operation).join(', ');
}

function times(calls: readonly Call[], unit = 'time'): string {
  return `${calls.length} ${unit}${calls.length === 1 ? '' : 's'}`;
}

function secondsApart(calls: readonly Call[]): string {
  return (
    calls
      .slice(1)
      .map(({ at }, index) => ((at - (calls[index]?.at ?? at)) / 1_000).toFixed(1))
      .join(', ') || 'no'
  );
}
