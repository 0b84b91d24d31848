import {
  Action,
  BaseModel,
  BaseResource,
  handlerEvent,
  OperationStatus,
} from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib';
import { makeEntrypoints, type RuntimeOptions } from '../../src/runtime/entrypoint';
import type { Logger } from '../../src/runtime/log';
import type { Plain, WireRequest } from '../../src/runtime/wire-request';

/** A resource type that has nothing to do with jobs: the runtime knows nothing of jobs either. */
class Toy extends BaseModel {
  static override readonly TYPE_NAME: string = 'Acme::Things::Toy';
}

/** What a handler was called with. */
export interface Given {
  readonly action: string;
  readonly session: { readonly configuration: Plain };
  readonly request: WireRequest;
  readonly callbackContext: Plain;
  readonly logger: Logger;
}

/** What the handlers do; the result, or what it resolves to, is their response. */
export type Behaviour = (given: Given) => unknown;

class ToyResource extends BaseResource<Toy> {
  constructor(private readonly behaviour: Behaviour) {
    super(Toy.TYPE_NAME, Toy);
  }

  @handlerEvent(Action.Create)
  async create(...given: unknown[]): Promise<unknown> {
    return this.behave('CREATE', given);
  }

  @handlerEvent(Action.Read)
  async read(...given: unknown[]): Promise<unknown> {
    return this.behave('READ', given);
  }

  @handlerEvent(Action.Update)
  async update(...given: unknown[]): Promise<unknown> {
    return this.behave('UPDATE', given);
  }

  @handlerEvent(Action.Delete)
  async delete(...given: unknown[]): Promise<unknown> {
    return this.behave('DELETE', given);
  }

  @handlerEvent(Action.List)
  async list(...given: unknown[]): Promise<unknown> {
    return this.behave('LIST', given);
  }

  private behave(action: string, [session, request, callbackContext, logger]: unknown[]): unknown {
    return this.behaviour({ action, session, request, callbackContext, logger } as Given);
  }
}

export const SUCCESS = { status: OperationStatus.Success };

type Runtime = ReturnType<typeof makeEntrypoints> & { readonly printed: readonly string[] };

/** The runtime over a toy. Lines that it prints are collected. */
export function runtime(behaviour: Behaviour = () => SUCCESS, options: RuntimeOptions = {}): Runtime {
  const printed: string[] = [];
  const entrypoints = makeEntrypoints(new ToyResource(behaviour), {
    secretPaths: ['/properties/Secret', '/properties/Parts/*/Secret'],
    contentPaths: ['/properties/Content'],
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

/**
 * A READ event of the toy.
 *
 * @param members replace those of the event
 * @param data replace those of its requestData
 */
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
