import { randomUUID } from 'node:crypto';
import {
  Action,
  BaseResource,
  type Constructor,
  handlerEvent,
  type LoggerProxy,
  type SessionProxy,
} from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib';
import { normalise } from './job/normalise';
import type { Properties } from './job/properties';
import { schema } from './job/schema';
import type { ResourceModel } from './models';
import type { Answer } from './operations/answer';
import { invoke } from './operations/invoke';
import type { OperationName } from './operations/request';
import type { Logger } from './runtime/log';
import type { WireRequest } from './runtime/wire-request';
import { budgetFor } from './service/budget';
import { type Caller, clientFor } from './service/client';
import { DataExchange } from './service/data-exchange';

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
  readonly budgetFor: (operation: OperationName) => AbortSignal;
}

/** The class that CloudFormation's library calls. Nothing in it is thrown: every end is a progress event. */
export class Resource extends BaseResource<ResourceModel> {
  private readonly surroundings: Surroundings;

  /** @param model for the library's own runtime, which makes instances of it; ours takes the properties as they are */
  constructor(surroundings: Partial<Surroundings> = {}, model?: Constructor<ResourceModel>) {
    super(schema.typeName, model as Constructor<ResourceModel>);
    this.surroundings = { now: Date.now, random: Math.random, budgetFor, ...surroundings };
  }

  @handlerEvent(Action.Create)
  async create(...given: Arguments): Promise<Answer> {
    return this.run('CREATE', ...given);
  }

  @handlerEvent(Action.Read)
  async read(...given: Arguments): Promise<Answer> {
    return this.run('READ', ...given);
  }

  @handlerEvent(Action.Update)
  async update(...given: Arguments): Promise<Answer> {
    return this.run('UPDATE', ...given);
  }

  @handlerEvent(Action.Delete)
  async delete(...given: Arguments): Promise<Answer> {
    return this.run('DELETE', ...given);
  }

  @handlerEvent(Action.List)
  async list(...given: Arguments): Promise<Answer> {
    return this.run('LIST', ...given);
  }

  protected run(operation: OperationName, ...[session, request, callbackContext, logger]: Arguments): Promise<Answer> {
    const { now, random } = this.surroundings;
    const log = (message: string, fields?: Record<string, unknown>): void => writeLine(logger, message, fields);
    const caller = session.configuration as Caller;
    const exchange = new DataExchange(clientFor(operation, caller), {
      signal: this.surroundings.budgetFor(operation),
      region: caller.region,
      now,
      log,
    });
    return invoke(
      {
        operation,
        desired: normalise(request.desiredProperties ?? request.desiredResourceState?.serialize()),
        previous: previousModel(request),
        token: request.clientRequestToken || randomUUID(),
        rollback: request.rollback === true,
        callbackContext,
        nextToken: request.nextToken,
        maxResults: request.maxResults,
      },
      exchange,
      { now, random, log },
    );
  }
}

/**
 * Logs a line. Once a job is known, every later line of the invocation names it (where the logger is our runtime's).
 */
function writeLine(logger: LoggerProxy & Partial<Logger>, message: string, fields: Record<string, unknown> = {}): void {
  if (fields.jobId !== undefined) {
    logger.bind?.({ jobId: fields.jobId });
  }
  logger.log(message, fields);
}

/** The model before an update; undefined where the event has none (Cloud Control may leave it out). */
function previousModel(request: WireRequest<ResourceModel>): Properties | undefined {
  const previous = normalise(request.previousProperties ?? request.previousResourceState?.serialize());
  return Object.keys(previous).length > 0 ? previous : undefined;
}
