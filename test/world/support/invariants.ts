import schema from '../../../aws-dataexchange-job.json';
import type { Properties } from '../../../src/job/properties';
import { SECRET } from '../../job/examples';
import { type Invocation, type ProgressEvent, TIMEOUT_MS } from '../../support/contract';
import { callsWithoutPermission } from '../../support/rights';
import { SECRETS_OF_THE_EVENT } from '../../support/wire';
import type { Call } from './network';

/** What holds after every step of every life, whatever happens in it. */

/** What the service shows of a job, of the revision that it fills, and of its data set. */
export interface Facts {
  /** Absent: the service does not know the job. */
  readonly job?: { readonly State: string; readonly Errors?: readonly { readonly Code: string }[] };
  readonly revision?: {
    readonly Id: string;
    readonly Comment?: string;
    readonly Finalized?: boolean;
    readonly Revoked?: boolean;
    readonly Tags?: Readonly<Record<string, string>>;
  };
}

/** One invocation, and what came of it. */
export interface Step {
  readonly invocation: Invocation;
  readonly event: ProgressEvent;
  /** The identifier that CloudFormation had before. */
  readonly knownId: unknown;
  /** What the function called in this invocation. */
  readonly calls: readonly Call[];
  /** What the function called since the operation began. */
  readonly callsOfOperation: readonly Call[];
  /** What the function called since the resource's life began. */
  readonly callsOfLife: readonly Call[];
  /** Milliseconds from the beginning of the invocation. */
  readonly took: number;
  /** Milliseconds from the beginning of the operation. */
  readonly elapsed: number;
  readonly log: readonly string[];
  /** Whether the job makes a revision of its own. */
  readonly ownRevision: boolean;
  /** What the service shows now; undefined while there is no identifier. */
  readonly facts?: Facts;
}

export interface Invariant {
  readonly name: string;
  readonly sentence: string;
  /** What breaks it; undefined if nothing does. */
  readonly brokenBy: (step: Step) => string | undefined;
}

const BUDGET_MS = { READ: 25_000, LIST: 25_000, CREATE: 45_000, UPDATE: 45_000, DELETE: 45_000 };
const SIGNATURE = 'X-Amz-Signature=';

export const INVARIANTS: readonly Invariant[] = [
  {
    name: 'one run',
    sentence: 'The service accepts at most one StartJob in the life of a resource.',
    brokenBy({ callsOfLife }) {
      const accepted = callsOfLife.filter(({ operation, status }) => operation === 'StartJob' && status === 202);
      return accepted.length > 1 ? `${accepted.length} were accepted` : undefined;
    },
  },
  {
    name: 'known before it runs',
    sentence: 'StartJob is called only for a job whose identifier CloudFormation has.',
    brokenBy({ calls, knownId }) {
      const unknown = calls.find(({ operation, jobId }) => operation === 'StartJob' && jobId !== knownId);
      return unknown && `${unknown.jobId} is started, and CloudFormation knows ${knownId}`;
    },
  },
  {
    name: 'true success',
    sentence: 'SUCCESS says what the service shows at that moment, and after a delete there is nothing to show.',
    brokenBy({ invocation: { action, model }, event: { status, resourceModel }, ownRevision, facts = {} }) {
      if (status !== 'SUCCESS' || action === 'LIST') {
        return undefined;
      }
      // Without the data set's id nobody finds the revision of a job that is gone.
      const mayRemain = facts.job === undefined && model.DataSetId === undefined;
      return action === 'DELETE'
        ? leftBehind(facts, ownRevision && !mayRemain)
        : untrue(resourceModel ?? {}, facts, ownRevision);
    },
  },
  {
    name: 'failure with identifier and cause',
    sentence: 'FAILED, once a job exists, carries its identifier and a message that names the cause.',
    brokenBy({ invocation: { action }, event, knownId, callsOfOperation, facts }) {
      const { status, errorCode, message = '', resourceModel } = event;
      const id = knownId ?? resourceModel?.Id;
      if (status !== 'FAILED' || id === undefined || action === 'READ' || action === 'LIST') {
        return undefined;
      }
      if (errorCode !== 'NotFound' && resourceModel?.Id !== id) {
        return 'the identifier is missing';
      }
      const causes = causesOf(callsOfOperation, facts ?? {});
      return causes.some((cause) => message.includes(cause))
        ? undefined
        : `the cause is not in the message; known are ${causes.slice(0, -PROPERTIES.length)}`;
    },
  },
  {
    name: 'an end in time',
    sentence: 'Every operation ends before CloudFormation gives it up.',
    brokenBy({ invocation: { action }, elapsed }) {
      const limit = TIMEOUT_MS[action];
      return limit > 0 && elapsed > limit ? `it took ${elapsed} ms` : undefined;
    },
  },
  {
    name: 'within the rights',
    sentence: 'Every call is among the permissions that the schema declares for the handler.',
    brokenBy({ invocation: { action }, calls }) {
      const made = calls.map(({ operation }) => ({ action, operation }));
      return callsWithoutPermission(made)[0];
    },
  },
  {
    name: 'within the budget',
    sentence: 'An invocation is answered within 25 s (read, list) or 45 s (others).',
    brokenBy: ({ invocation: { action }, took }) => (took > BUDGET_MS[action] ? `it took ${took} ms` : undefined),
  },
  {
    name: 'no fault of its own',
    sentence: 'No handler throws: nothing is answered with InternalFailure.',
    brokenBy: ({ event: { errorCode, message } }) => (errorCode === 'InternalFailure' ? message : undefined),
  },
  {
    name: 'no secret',
    sentence: 'No credential, content, API key or signed URL is in an event, a context or the log.',
    brokenBy({ event, log }) {
      // A signed URL is an attribute, and nothing else shows one.
      const { resourceModel, resourceModels, ...rest } = event;
      const said = [JSON.stringify(rest), ...log].join('\n');
      const shown = `${said}${JSON.stringify([resourceModel, resourceModels])}`;
      return said.includes(SIGNATURE)
        ? 'a signed URL is shown'
        : [...SECRETS_OF_THE_EVENT, SECRET].find((secret) => shown.includes(secret)) && 'a secret is shown';
    },
  },
];

/** What the service shows otherwise than the model. */
function untrue(model: Properties, { job, revision }: Facts, ownRevision: boolean): string | undefined {
  if (job === undefined || model.State !== job.State) {
    return `the job is ${job?.State ?? 'gone'}, not ${model.State}`;
  }
  if (model.FinalizeRevision === true && revision?.Finalized !== true) {
    return 'the revision is not finalised';
  }
  if (!ownRevision || revision === undefined) {
    return undefined;
  }
  const tags = Object.entries(revision.Tags ?? {}).filter(([key]) => !key.startsWith('DataExchangeJob.'));
  const shown = ((model.RevisionTags ?? []) as { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value]);
  if (JSON.stringify(tags.sort()) !== JSON.stringify(shown.sort())) {
    return `the revision has the tags ${JSON.stringify(tags)}, not ${JSON.stringify(shown)}`;
  }
  return (revision.Comment ?? '') === model.RevisionComment ? undefined : 'the revision has another comment';
}

function leftBehind({ job, revision }: Facts, ownRevision: boolean): string | undefined {
  if (job?.State === 'WAITING' || job?.State === 'IN_PROGRESS') {
    return `the job is ${job.State}`;
  }
  return ownRevision && revision !== undefined && revision.Revoked !== true ? 'the revision is still there' : undefined;
}

const PROPERTIES = Object.keys(schema.properties).filter((name) => name !== 'Id');

/** Words of which the message of a failure has to have one. */
function causesOf(calls: readonly Call[], { job, revision }: Facts): string[] {
  const refused = calls.flatMap(({ error, status }) => (error === undefined ? [] : [error, `HTTP status ${status}`]));
  const unanswered = refused.some((error) => error === 'TimeoutError' || error === 'ECONNRESET');
  return [
    ...refused,
    ...(unanswered ? ['No answer', 'no answer'] : []),
    ...(job === undefined ? ['is gone', 'There is no job'] : []),
    ...(job?.State === 'CANCELLED' ? ['cancelled'] : []),
    ...(job?.State === 'TIMED_OUT' ? ['TIMED_OUT'] : []),
    ...(job?.Errors ?? []).map(({ Code }) => Code),
    ...(revision === undefined ? ['was removed', 'is gone'] : []),
    ...(revision?.Finalized === true ? ['is finalised', 'is published'] : []),
    ...PROPERTIES,
  ];
}
