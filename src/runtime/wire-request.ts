import {
  type BaseModel,
  ResourceHandlerRequest,
} from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib';

export type Plain = Record<string, unknown>;

/** The library's request, with what its own runtime drops on the way to the handler. */
export class WireRequest<T extends BaseModel = BaseModel> extends ResourceHandlerRequest<T> {
  /** The properties as they came, neither cast nor filtered: what validation must look at. `{}` if there were none. */
  declare desiredProperties: Plain;
  /** Likewise of the state before an update; undefined where the event has none. */
  declare previousProperties: Plain | undefined;
  declare stackId: string | undefined;
  /** True if CloudFormation undoes an operation that failed. */
  declare rollback: boolean;
  /** Upper bound for the page of a LIST, if the caller wants one. */
  declare maxResults: number | undefined;
}
