import type { ErrorCode } from '../../../src/operations/answer';
import { type Exchange, Refusal, type RefusalKind } from '../../../src/operations/exchange';

export type Method = keyof Exchange;

/** A refusal of whatever call meets it. */
export type Refused = (method: Method) => Refusal;

/** @param limitValue the value of the limit that is reached */
export function refused(kind: RefusalKind, errorCode: ErrorCode, limitValue?: number): Refused {
  return (method) =>
    new Refusal(kind, errorCode, `${method} was refused: ${kind}`, { isLimit: kind === 'quota', limitValue });
}

export const ABSENT = refused('absent', 'NotFound');
export const CONFLICT = refused('conflict', 'ResourceConflict');
export const QUOTA = refused('quota', 'ServiceLimitExceeded');
export const TRANSIENT = refused('transient', 'Throttling');
export const PERMANENT = refused('permanent', 'AccessDenied');
