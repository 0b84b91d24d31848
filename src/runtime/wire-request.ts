import {
  type BaseModel,
  ResourceHandlerRequest,
} from '@amazon-web-services-cloudformation/cloudformation-cli-typescript-lib';

/** A JSON object. */
export type Plain = Record<string, unknown>;

/**
 * The library's request, with what its own runtime drops on the way to the handler. Handlers read the properties as the
 * event has them: the library's `desiredResourceState` and `previousResourceState` are not set.
 */
export class WireRequest<T extends BaseModel = BaseModel> extends ResourceHandlerRequest<T> {
  /** The properties of the event, neither cast nor filtered; `{}` if it has none. */
  declare readonly desiredProperties: Plain;
  /** The properties before an update, neither cast nor filtered; undefined if the event has none. */
  declare readonly previousProperties: Plain | undefined;
  declare readonly stackId: string | undefined;
  /** True if CloudFormation is undoing an operation that failed. */
  declare readonly rollback: boolean;
  /** The largest number of models that the caller of a LIST wants in a page; undefined if the event does not say. */
  declare readonly maxResults: number | undefined;
}
