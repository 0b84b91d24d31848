import { SessionProxy } from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib';
import {
  CancelJobCommand,
  CreateJobCommand,
  CreateRevisionCommand,
  DataExchangeClient,
  DeleteRevisionCommand,
  GetJobCommand,
  GetRevisionCommand,
  ListDataSetRevisionsCommand,
  ListJobsCommand,
  StartJobCommand,
  TagResourceCommand,
  UpdateRevisionCommand,
} from '@aws-sdk/client-dataexchange';
import { mockClient } from 'aws-sdk-client-mock';
import type { Answer, CallName } from '../../src/decision/steps';
import type { CreateJobInput } from '../../src/job/translate';
import { Resource } from '../../src/resource';
import type { Request } from '../../src/run-operation';
import type { Invoke } from '../decision/driver';
import type { Clock, ServiceModel } from '../decision/service-model';

export const sdk = mockClient(DataExchangeClient);

export const COMMANDS = {
  CreateJob: CreateJobCommand,
  GetJob: GetJobCommand,
  StartJob: StartJobCommand,
  CancelJob: CancelJobCommand,
  ListJobs: ListJobsCommand,
  ListDataSetRevisions: ListDataSetRevisionsCommand,
  CreateRevision: CreateRevisionCommand,
  GetRevision: GetRevisionCommand,
  UpdateRevision: UpdateRevisionCommand,
  DeleteRevision: DeleteRevisionCommand,
  TagResource: TagResourceCommand,
} as const;

/** Expects exactly these calls, and no other to the service. */
export function expectCalls(...names: CallName[]): void {
  for (const name of Object.keys(COMMANDS) as (keyof typeof COMMANDS)[]) {
    expect(sdk).toHaveReceivedCommandTimes(COMMANDS[name] as never, names.filter((other) => other === name).length);
  }
}

const session = SessionProxy.getSession(
  { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example', sessionToken: 'example' } as never,
  'us-east-1',
);

/** What the handlers logged in a test. */
export const logged: unknown[][] = [];
const logger = { log: (...line: unknown[]) => logged.push(line) };

/** The class that CloudFormation's library calls, with its answers as they go over the wire. */
export function realHandlers(clock: Clock, random: () => number = () => 0.5): Invoke {
  const resource = new Resource({ now: () => clock.now, random, budgetFor: () => new AbortController().signal });
  return async (request: Request) => {
    const { operation, desired, token, previous, callbackContext, rollback, nextToken, maxResults } = request;
    const wire = {
      desiredProperties: desired,
      previousProperties: previous,
      clientRequestToken: token,
      rollback,
      nextToken,
      maxResults,
    };
    const method = operation.toLowerCase() as 'create' | 'read' | 'update' | 'delete' | 'list';
    const event = await resource[method](
      session as SessionProxy,
      wire as never,
      callbackContext ?? {},
      logger as never,
    );
    return answerOf(JSON.parse(JSON.stringify(event.serialize())));
  };
}

function answerOf(event: Record<string, unknown>): Answer {
  const { status, message, errorCode, resourceModel, resourceModels, nextToken } = event;
  switch (status) {
    case 'IN_PROGRESS':
      return {
        status,
        message,
        model: resourceModel,
        context: event.callbackContext,
        delaySeconds: event.callbackDelaySeconds,
      } as Answer;
    case 'FAILED':
      return { status, code: errorCode, message, ...(resourceModel ? { model: resourceModel } : {}) } as Answer;
    default:
      return (
        resourceModels
          ? { status, models: resourceModels, ...(nextToken ? { nextToken } : {}) }
          : { status, ...(resourceModel ? { model: resourceModel } : {}) }
      ) as Answer;
  }
}

/** What befalls a call: nothing, an error instead of it, or an error although it had its effect. */
export type Befalls = 'nothing' | { readonly error: unknown; readonly when: 'before' | 'after' };

/** Puts a model of the service behind the SDK. */
export function serve(service: ServiceModel, befalls: (call: CallName) => Befalls = () => 'nothing'): void {
  const answer =
    <I, O>(call: CallName, work: (input: I) => O) =>
    (input: I): O => {
      service.calls.push(call);
      const what = befalls(call);
      if (what !== 'nothing' && what.when === 'before') {
        throw what.error;
      }
      const output = work(input);
      if (what !== 'nothing') {
        throw what.error;
      }
      return output;
    };
  const asSdk = (job: object): never => withDates(job) as never;
  sdk.reset();
  sdk.on(CreateJobCommand).callsFake(answer('CreateJob', (input: CreateJobInput) => asSdk(service.create(input))));
  sdk.on(GetJobCommand).callsFake(answer('GetJob', ({ JobId }: { JobId: string }) => asSdk(service.get(JobId))));
  sdk.on(StartJobCommand).callsFake(answer('StartJob', ({ JobId }: { JobId: string }) => service.start(JobId) ?? {}));
  sdk
    .on(CancelJobCommand)
    .callsFake(answer('CancelJob', ({ JobId }: { JobId: string }) => service.cancel(JobId) ?? {}));
  type Of = { RevisionId: string };
  sdk
    .on(ListJobsCommand)
    .callsFake(answer('ListJobs', ({ RevisionId }: Partial<Of>) => ({ Jobs: service.list(RevisionId).map(asSdk) })));
  sdk
    .on(ListDataSetRevisionsCommand)
    .callsFake(answer('ListDataSetRevisions', () => ({ Revisions: service.listRevisions().map(asSdk) })));
  sdk
    .on(CreateRevisionCommand)
    .callsFake(
      answer('CreateRevision', ({ Comment, Tags = {} }: { Comment?: string; Tags?: Record<string, string> }) =>
        asSdk(service.createRevision(Comment, Tags)),
      ),
    );
  sdk
    .on(GetRevisionCommand)
    .callsFake(answer('GetRevision', ({ RevisionId }: Of) => asSdk(service.getRevision(RevisionId))));
  sdk
    .on(UpdateRevisionCommand)
    .callsFake(
      answer('UpdateRevision', ({ RevisionId, Finalized }: Of & { Finalized: boolean }) =>
        asSdk(service.updateRevision(RevisionId, Finalized)),
      ),
    );
  sdk
    .on(DeleteRevisionCommand)
    .callsFake(answer('DeleteRevision', ({ RevisionId }: Of) => service.deleteRevision(RevisionId) ?? {}));
  sdk.on(TagResourceCommand).callsFake(
    answer('TagResource', ({ ResourceArn, Tags }: { ResourceArn: string; Tags: Record<string, string> }) => {
      service.tag(ResourceArn, Tags);
      return {};
    }),
  );
}

/** A job as the SDK shows it: times are Dates, and there is metadata. */
export function withDates(job: object): object {
  const record = job as Record<string, unknown>;
  const dates = ['CreatedAt', 'UpdatedAt'].flatMap((name) =>
    record[name] === undefined ? [] : [[name, new Date(record[name] as string)]],
  );
  return { ...record, ...Object.fromEntries(dates), $metadata: { httpStatusCode: 200 } };
}
