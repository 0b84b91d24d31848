import type { IConstruct } from 'constructs';

/** An error that says where in the app it is. */
export function refuse(construct: IConstruct, why: string): Error {
  return new Error(`${construct.node.path || 'App'}: ${why}.`);
}
