import type { Exchange } from '../exchange';
import type { JobPlan } from '../jobs/job-plan';
import type { Shape } from '../validation/shapes';

/** One call of an operation, its input already of the right shape. */
export interface Call<I> {
  exchange: Exchange;
  input: I;
  /** Service time, epoch milliseconds. */
  now: number;
  /** What a fault script has in store for a job that this call makes. */
  plan?: JobPlan;
}

/** A query parameter: the member it fills, and how. `texts` collects a repeated parameter. */
export interface QueryMember {
  member: string;
  type: 'text' | 'integer' | 'texts';
}

/** One operation of the API. The dispatcher knows no operation and an operation knows no HTTP beyond what stands here. */
export interface Operation<I = object> {
  name: string;
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With `:Label` for path labels, or a `*` at the end for one label with slashes, called `labelOfRest`. */
  path: string;
  labelOfRest?: string;
  /** Status of success. */
  status: number;
  query?: Record<string, QueryMember>;
  /** The whole input: path labels, query members and body together. */
  input: Shape;
  run(call: Call<I>): object | undefined;
}

export function operation<I>(definition: Operation<I>): Operation<I> {
  return definition;
}

/** The paging parameters that all lists share. */
export const PAGING: Record<string, QueryMember> = {
  maxResults: { member: 'MaxResults', type: 'integer' },
  nextToken: { member: 'NextToken', type: 'text' },
};

export interface PagingInput {
  MaxResults?: number;
  NextToken?: string;
}
