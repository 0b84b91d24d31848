import { conflict, invalid, ServiceError } from '../errors';
import type { JobPlan } from '../store/job-plan';
import type { Region } from '../store/region';
import { pageSize, type Shape, text } from '../validation/shapes';

/** One call of an operation. */
export interface OperationCall<Input = unknown> {
  readonly region: Region;
  /** It has the operation's shape. */
  readonly input: Input;
  /** Service time, epoch milliseconds. */
  readonly now: number;
  /** Host and port by which the client reached the service: signed URLs name them. */
  readonly host: string;
  /** What a fault script plans for a job that this call makes. */
  readonly plan?: JobPlan;
}

/** A query parameter: the member that it fills, and how. `texts` collects a repeated parameter. */
export interface QueryMember {
  readonly member: string;
  readonly type: 'text' | 'integer' | 'texts';
}

/** One operation of the API. The server knows no operation, and an operation knows no more of HTTP than this. */
export interface Operation<Input = object> {
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With `:Label` for path labels, or a `*` at the end for one label with slashes, called `labelOfRest`. */
  readonly path: string;
  readonly labelOfRest?: string;
  /** Status of success. */
  readonly status: number;
  readonly query?: Readonly<Record<string, QueryMember>>;
  /** Whether it is refused for an entitled data set, which DataSetId of the input names. */
  readonly ownersOnly?: boolean;
  /** The whole input: path labels, query members and body together. */
  readonly input: Shape;
  /**
   * Everything that it changes, it changes with nothing awaited in between: other calls see all of it or nothing.
   * @returns the body of the response
   * @throws ServiceError
   */
  run(call: OperationCall<Input>): object | undefined | Promise<object>;
}

/** Checks the parts of one operation against one another, and holds `ownersOnly`. */
export function operation<Input>(definition: Operation<Input>): Operation<Input> {
  if (!definition.ownersOnly) {
    return definition;
  }
  return {
    ...definition,
    run(call) {
      refuseEntitled(call.region, (call.input as { DataSetId: string }).DataSetId);
      return definition.run(call);
    },
  };
}

/** Refuses to do to an entitled data set what only its owner may do. @throws ServiceError as `changeEntitled` says */
export function refuseEntitled({ store, assumptions }: Region, dataSetId: string): void {
  if (!store.dataSets.get(dataSetId)?.entitlement) {
    return;
  }
  const text = `Data set ${dataSetId} is entitled; only its owner can do this`;
  switch (assumptions().changeEntitled) {
    case '400':
      throw invalid([text]);
    case '403':
      throw new ServiceError('AccessDeniedException', 403, `${text}.`);
    case '409':
      throw conflict('DATA_SET', dataSetId, `${text}.`);
  }
}

export interface PagingInput {
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

/** The paging parameters that all lists share: in the query, and in the input's shape. */
export const PAGING = {
  query: {
    maxResults: { member: 'MaxResults', type: 'integer' },
    nextToken: { member: 'NextToken', type: 'text' },
  },
  shape: { MaxResults: pageSize, NextToken: text },
} as const;
