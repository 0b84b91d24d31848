import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** An error that says where in the app it is. */
export function refuse(construct: IConstruct, why: string): Error {
  return new Error(`${construct.node.path || 'App'}: ${why}.`);
}

/** @throws Error if only CloudFormation knows how long a list is, as that of a parameter */
export function needKnownLength(construct: IConstruct, name: string, list: readonly unknown[]): void {
  if (Token.isUnresolved(list)) {
    throw refuse(construct, `${name} must be a list whose length is known at synthesis; take its entries by Fn.select`);
  }
}

/** @throws Error if a list is empty, has too many entries, or only CloudFormation knows how many */
export function needEntries(construct: IConstruct, name: string, list: readonly unknown[], most: number): void {
  needKnownLength(construct, name, list);
  if (list.length < 1 || list.length > most) {
    throw refuse(construct, `${name} needs 1 to ${most} entries, and has ${list.length}`);
  }
}
