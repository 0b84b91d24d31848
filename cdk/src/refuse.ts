import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** An error that says where in the app it is. */
export function refuse(construct: IConstruct, why: string): Error {
  return new Error(`${construct.node.path || 'App'}: ${why}.`);
}

/** @throws Error if only CloudFormation knows how long a list is, as that of a parameter */
export function needKnownLength(construct: IConstruct, name: string, list: readonly unknown[]): void {
  if (Token.isUnresolved(list)) {
    throw refuse(
      construct,
      `${name} must be a list whose length is known at synthesis; take its entries with Fn.select`,
    );
  }
}

/** @throws Error if a list is empty, has too many entries, or only CloudFormation knows how many */
export function needEntries(construct: IConstruct, name: string, list: readonly unknown[], most: number): void {
  needKnownLength(construct, name, list);
  if (list.length < 1 || list.length > most) {
    throw refuse(construct, `${name} needs 1 to ${most} entries, and has ${list.length}`);
  }
}

/** @throws Error if any of some optional lists is there without entries */
export function needNoEmpty(
  construct: IConstruct,
  lists: Readonly<Record<string, readonly unknown[] | undefined>>,
): void {
  for (const [name, list] of Object.entries(lists)) {
    if (list?.length === 0) {
      throw refuse(construct, `${name} has no entries; give at least one, or leave it out`);
    }
  }
}
