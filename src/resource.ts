import { randomUUID } from 'node:crypto';
import {
  Action,
  BaseResource,
  handlerEvent,
  type LoggerProxy,
  OperationStatus,
  ProgressEvent,
  type SessionProxy,
} from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib';
import type { Answer, Call, Operation, Outcome } from './decision/steps';
import { normalise } from './job/normalise';
import type { Properties } from './job/properties';
import { ResourceModel } from './models';
import { runOperation } from './run-operation';
import type { Logger } from './runtime/log';
import type { WireRequest } from './runtime/wire-request';
import { budgetFor } from './service/budget';
import { perform } from './service/calls';
import { type Caller, clientFor } from './service/client';
import { refusalOf } from './service/errors';

type Event = ProgressEvent<ResourceModel>;
type Arguments = [
  session: SessionProxy,
  request: WireRequest<ResourceModel>,
  callbackContext: unknown,
  logger: LoggerProxy,
];

/** What surrounds an invocation; tests put their own clock, chance and budget in its place. */
export interface Surroundings {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** 0 to 1. */
  readonly random: () => number;
  /** What ends all calls of an invocation that takes too long. */
  readonly budgetFor: (operation: Operation) => AbortSignal;
}

/** The class that CloudFormation's library calls. Nothing in it is thrown: every end is a progress event. */
export class Resource extends BaseResource<ResourceModel> {
  private readonly surroundings: Surroundings;

  constructor(surroundings: Partial<Surroundings> = {}) {
    super(ResourceModel.TYPE_NAME, ResourceModel);
    this.surroundings = { now: Date.now, random: Math.random, budgetFor, ...surroundings };
  }

  @handlerEvent(Action.Create)
  async create(...given: Arguments): Promise<Event> {
    return this.run('CREATE', ...given);
  }

  @handlerEvent(Action.Read)
  async read(...given: Arguments): Promise<Event> {
    return this.run('READ', ...given);
  }

  @handlerEvent(Action.Update)
  async update(...given: Arguments): Promise<Event> {
    return this.run('UPDATE', ...given);
  }

  @handlerEvent(Action.Delete)
  async delete(...given: Arguments): Promise<Event> {
    return this.run('DELETE', ...given);
  }

  @handlerEvent(Action.List)
  async list(...given: Arguments): Promise<Event> {
    return this.run('LIST', ...given);
  }

  private async run(operation: Operation, ...[session, request, callbackContext, logger]: Arguments): Promise<Event> {
    const { now, random } = this.surroundings;
    const signal = this.surroundings.budgetFor(operation);
    const client = clientFor(operation, session.configuration as Caller);
    const call = async (step: Call): Promise<Outcome> => {
      try {
        return await perform(client, step, signal, now);
      } catch (error) {
        const refusal = refusalOf(error, step.call);
        if (refusal.code === 'InternalFailure') {
          logger.log(error);
        }
        return { call: step.call, refusal };
      }
    };
    const answer = await runOperation(
      {
        operation,
        desired: normalise(request.desiredProperties ?? request.desiredResourceState?.serialize()),
        previous: previousModel(request),
        token: request.clientRequestToken || randomUUID(),
        rollback: request.rollback === true,
        nextToken: request.nextToken,
        maxResults: request.maxResults,
        callbackContext,
      },
      { perform: call, now, random, log: (message, fields) => logged(logger, message, fields) },
    );
    return eventOf(answer);
  }
}

/** Logs a line; once a job is known, every later line of the invocation names it (where the logger is our runtime's). */
function logged(logger: LoggerProxy & Partial<Logger>, message: string, fields: Record<string, unknown> = {}): void {
  if (fields.jobId !== undefined) {
    logger.bind?.({ jobId: fields.jobId });
  }
  logger.log(message, fields);
}

/** The state before an update; undefined where the event has none (Cloud Control may leave it out). */
function previousModel(request: WireRequest<ResourceModel>): ReturnType<typeof normalise> | undefined {
  const previous = normalise(request.previousProperties ?? request.previousResourceState?.serialize());
  return Object.keys(previous).length > 0 ? previous : undefined;
}

/**
 * A model as the library's class. A value that its class cannot take (an update may bring `StartOnCreation: maybe`, and is
 * asked again after a fault) goes back as it came.
 */
function instanceOf(model: Properties): ResourceModel {
  try {
    return ResourceModel.deserialize(model);
  } catch {
    return model as unknown as ResourceModel;
  }
}

function eventOf(answer: Answer): Event {
  return new ProgressEvent<ResourceModel>({ ...members(answer) } as Partial<ProgressEvent>) as Event;
}

function members(answer: Answer): Record<string, unknown> {
  switch (answer.status) {
    case 'IN_PROGRESS':
      return {
        status: OperationStatus.InProgress,
        message: answer.message,
        callbackContext: answer.context,
        callbackDelaySeconds: answer.delaySeconds,
        resourceModel: instanceOf(answer.model),
      };
    case 'FAILED':
      return {
        status: OperationStatus.Failed,
        errorCode: answer.code,
        message: answer.message,
        resourceModel: answer.model && instanceOf(answer.model),
      };
    case 'SUCCESS':
      return 'models' in answer
        ? {
            status: OperationStatus.Success,
            resourceModels: answer.models.map(instanceOf),
            nextToken: answer.nextToken,
          }
        : {
            status: OperationStatus.Success,
            resourceModel: answer.model && instanceOf(answer.model),
          };
  }
}
