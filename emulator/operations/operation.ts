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
  /** The whole input: path labels, query members and body together. */
  readonly input: Shape;
  /**
   * What it changes, it changes at once, before anything is awaited: other calls see all of it or nothing.
   * @returns the body of the response
   * @throws ServiceError
   */
  run(call: OperationCall<Input>): object | undefined | Promise<object>;
}

/** Checks the parts of one operation against one another. */
export function operation<Input>(definition: Operation<Input>): Operation<Input> {
  return definition;
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
