import { BucketError } from '../buckets/buckets';
import { invalid, limitExceeded } from '../errors';
import { encryption, encryptionProblems } from '../jobs/encryption';
import { eventActionArn } from '../store/arns';
import type { AutoExport, EventAction } from '../store/records';
import type { Region } from '../store/region';
import { tagProblems } from '../validation/check-tags';
import { keyPatternProblems } from '../validation/key-pattern';
import { id, structure, text, textMap } from '../validation/shapes';
import { operation, PAGING, type PagingInput } from './operation';
import { eventActionView, pageView, tagsView } from './present';

interface EventActionInput {
  /** The model has no pattern for it, so any other text is an unknown id. */
  readonly EventActionId: string;
}

interface Action {
  readonly ExportRevisionToS3: AutoExport;
}

interface CreateInput {
  readonly Action: Action;
  readonly Event: { readonly RevisionPublished: { readonly DataSetId: string } };
  readonly Tags?: Readonly<Record<string, string>>;
}

/** Quotas of the General Reference, with their LimitName. */
const PER_ACCOUNT = { most: 50, limitName: 'Event actions per account' };
const PER_DATA_SET = { most: 5, limitName: 'Auto export event actions per data set' };

const ACTION = structure({
  ExportRevisionToS3: structure(
    { RevisionDestination: structure({ Bucket: text }, { KeyPattern: text }) },
    { Encryption: encryption },
  ),
});

/** Only for entitled data sets (alchemy's tests against AWS: 400 for an owned one). */
export const createEventAction = operation<CreateInput>({
  name: 'CreateEventAction',
  method: 'POST',
  path: '/v1/event-actions',
  status: 201,
  input: structure(
    { Action: ACTION, Event: structure({ RevisionPublished: structure({ DataSetId: id }) }) },
    { Tags: textMap },
  ),
  async run({ region, input, now }) {
    const { store, name, account, ids } = region;
    const action = input.Action.ExportRevisionToS3;
    const { DataSetId } = input.Event.RevisionPublished;
    const tags = Object.entries(input.Tags ?? {});
    const dataSet = store.dataSets.get(DataSetId);
    const problems = [...tagProblems('Tags', tags), ...actionProblems(region, action)];
    if (!dataSet?.entitlement) {
      problems.push(`Event.RevisionPublished.DataSetId must name an entitled data set, given "${DataSetId}"`);
    }
    if (problems.length) {
      throw invalid(problems);
    }
    await mustBeWritable(region, action);
    const actions = [...store.eventActions.values()];
    refuseTooMany(region, PER_ACCOUNT, actions);
    refuseTooMany(
      region,
      PER_DATA_SET,
      actions.filter(({ dataSetId }) => dataSetId === DataSetId),
    );
    const eventActionId = ids.next();
    const eventAction: EventAction = {
      id: eventActionId,
      arn: eventActionArn(name, account, eventActionId),
      dataSetId: DataSetId,
      export: action,
      createdAt: now,
      updatedAt: now,
      tags: new Map(tags),
    };
    store.eventActions.set(eventActionId, eventAction);
    return { ...eventActionView(eventAction), ...tagsView(eventAction.tags) };
  },
});

export const getEventAction = operation<EventActionInput>({
  name: 'GetEventAction',
  method: 'GET',
  path: '/v1/event-actions/:EventActionId',
  status: 200,
  input: structure({ EventActionId: text }),
  run({ region, input }) {
    const eventAction = region.store.eventAction(input.EventActionId);
    return { ...eventActionView(eventAction), ...tagsView(eventAction.tags) };
  },
});

/** Newest first. */
export const listEventActions = operation<PagingInput & { readonly EventSourceId?: string }>({
  name: 'ListEventActions',
  method: 'GET',
  path: '/v1/event-actions',
  status: 200,
  query: { ...PAGING.query, eventSourceId: { member: 'EventSourceId', type: 'text' } },
  input: structure({}, { ...PAGING.shape, EventSourceId: text }),
  run(call) {
    const { EventSourceId } = call.input;
    const found = [...call.region.store.eventActions.values()].filter(
      ({ dataSetId }) => EventSourceId === undefined || dataSetId === EventSourceId,
    );
    const scope = ['ListEventActions', EventSourceId ?? ''];
    const { page, next } = pageView(call, scope, found, (eventAction) => [eventAction.createdAt, eventAction.id]);
    return { EventActions: page.map(eventActionView), ...next };
  },
});

export const updateEventAction = operation<EventActionInput & { readonly Action?: Action }>({
  name: 'UpdateEventAction',
  method: 'PATCH',
  path: '/v1/event-actions/:EventActionId',
  status: 200,
  input: structure({ EventActionId: text }, { Action: ACTION }),
  async run({ region, input, now }) {
    const action = input.Action?.ExportRevisionToS3;
    region.store.eventAction(input.EventActionId);
    if (action) {
      const problems = actionProblems(region, action);
      if (problems.length) {
        throw invalid(problems);
      }
      await mustBeWritable(region, action);
    }
    const eventAction = region.store.eventAction(input.EventActionId);
    eventAction.export = action ?? eventAction.export;
    eventAction.updatedAt = now;
    return eventActionView(eventAction);
  },
});

export const deleteEventAction = operation<EventActionInput>({
  name: 'DeleteEventAction',
  method: 'DELETE',
  path: '/v1/event-actions/:EventActionId',
  status: 204,
  input: structure({ EventActionId: text }),
  run({ region, input }) {
    region.store.eventActions.delete(region.store.eventAction(input.EventActionId).id);
    return undefined;
  },
});

function actionProblems(region: Region, { RevisionDestination, Encryption }: AutoExport): string[] {
  const assumptions = region.assumptions();
  const { KeyPattern } = RevisionDestination;
  const problems = encryptionProblems(Encryption, assumptions);
  if (KeyPattern !== undefined) {
    const wrong = keyPatternProblems(KeyPattern, assumptions.unknownKeyReferences === 'literal');
    problems.push(...wrong.map((problem) => `RevisionDestination.KeyPattern ${problem}`));
  }
  return problems.map((problem) => `Action.ExportRevisionToS3.${problem}`);
}

/**
 * The service writes a test object into the bucket (User Guide, auto-export). Here it only has to be
 * possible to write one.
 * @throws ServiceError 400
 */
async function mustBeWritable({ buckets, account }: Region, { RevisionDestination }: AutoExport): Promise<void> {
  try {
    await buckets.check(RevisionDestination.Bucket, `_ADX-TEST-${account}`);
  } catch (error) {
    if (!(error instanceof BucketError)) {
      throw error;
    }
    throw invalid(
      [`Action.ExportRevisionToS3.RevisionDestination.Bucket cannot be written to: ${error.message}`],
      error.problem === 'access-denied' ? { ExceptionCause: 'S3AccessDenied' } : {},
    );
  }
}

function refuseTooMany(
  region: Region,
  { most, limitName }: typeof PER_ACCOUNT,
  eventActions: readonly EventAction[],
): void {
  const limit = region.assumptions().limits[limitName] ?? most;
  if (eventActions.length >= limit) {
    throw limitExceeded(limitName, limit);
  }
}
