import {
  Action,
  BaseModel,
  BaseResource,
  handlerEvent,
  OperationStatus,
} from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib';
import { Expose, Transform } from 'class-transformer';
import { makeEntrypoints, type RuntimeOptions } from '../../src/runtime/entrypoint';
import type { Logger } from '../../src/runtime/log';
import type { Plain, WireRequest } from '../../src/runtime/wire-request';

/** A resource type that has nothing to do with jobs, since the runtime has not either. */

export class Toy extends BaseModel {
  static override readonly TYPE_NAME: string = 'Acme::Things::Toy';

  @Expose({ name: 'Id' })
  id?: string;

  @Expose({ name: 'Colour' })
  @Transform(({ value }) => (typeof value === 'string' || value == null ? value : fail()), { toClassOnly: true })
  colour?: string | null;

  @Expose({ name: 'Tags' })
  tags?: unknown;
}

const fail = (): never => {
  throw new Error('not a colour');
};

export interface Given {
  action: string;
  session: { configuration: Plain };
  request: WireRequest<Toy>;
  callbackContext: Plain;
  logger: Logger;
  typeConfiguration: unknown;
}

export type Behaviour = (given: Given) => unknown;

export class ToyResource extends BaseResource<Toy> {
  constructor(private readonly behaviour: Behaviour) {
    super(Toy.TYPE_NAME, Toy);
  }

  @handlerEvent(Action.Create)
  create(...given: unknown[]) {
    return this.behave('CREATE', given);
  }

  @handlerEvent(Action.Read)
  read(...given: unknown[]) {
    return this.behave('READ', given);
  }

  @handlerEvent(Action.Update)
  update(...given: unknown[]) {
    return this.behave('UPDATE', given);
  }

  @handlerEvent(Action.Delete)
  delete(...given: unknown[]) {
    return this.behave('DELETE', given);
  }

  @handlerEvent(Action.List)
  list(...given: unknown[]) {
    return this.behave('LIST', given);
  }

  private async behave(action: string, given: unknown[]): Promise<unknown> {
    const [session, request, callbackContext, logger, typeConfiguration] = given;
    return this.behaviour({ action, session, request, callbackContext, logger, typeConfiguration } as Given);
  }
}

export const SUCCESS = { status: OperationStatus.Success };

/** The runtime over a toy: printed lines are kept instead of shown. */
export function runtime(behaviour: Behaviour = () => SUCCESS, options: RuntimeOptions = {}) {
  const printed: string[] = [];
  const entrypoints = makeEntrypoints(new ToyResource(behaviour), {
    secretPaths: ['/properties/Secret', '/properties/Parts/*/Secret'],
    print: (line) => printed.push(line),
    ...options,
  });
  return { ...entrypoints, printed };
}

export const CALLER = { accessKeyId: 'AKIACALLER', secretAccessKey: 'caller/secret+key', sessionToken: 'caller-token' };
export const PROVIDER = {
  accessKeyId: 'AKIAPROVIDER',
  secretAccessKey: 'provider-key',
  sessionToken: 'provider-token',
};

export function event(members: Plain = {}, data: Plain = {}): Plain {
  return {
    action: 'READ',
    region: 'eu-west-1',
    awsAccountId: '123456789012',
    bearerToken: 'bearer-0f1e2d3c',
    resourceType: 'Acme::Things::Toy',
    stackId: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/s/1',
    ...members,
    requestData: {
      callerCredentials: CALLER,
      logicalResourceId: 'MyToy',
      resourceProperties: { Id: 'toy-1', Colour: 'red' },
      ...data,
    },
  };
}
