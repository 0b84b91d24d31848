import { conflict, type ServiceError } from '../errors';
import type { Assumptions } from '../faults/assumptions';
import type { Revision } from '../store/records';

/** What may be done to a revision in which state. Finalized means read-only; published ones can only be revoked (User Guide, data sets). */

/** @throws ServiceError 409 unless the comment and assets may change */
export function mustBeOpen(revision: Revision, { changeFinalizedRevision }: Assumptions): void {
  if (revision.revokedAt !== undefined) throw refusal(revision, 'is revoked and cannot be changed.');
  mustBeUnpublished(revision, 'changed', changeFinalizedRevision);
}

/** Assets of a published revision can be deleted only after it was revoked. @throws ServiceError 409 */
export function assetsMustBeDeletable(revision: Revision, assumptions: Assumptions): void {
  if (revision.revokedAt === undefined) mustBeOpen(revision, assumptions);
}

/** @throws ServiceError 409 */
export function mustBeDeletable(
  revision: Revision,
  { deleteFinalizedRevision, deleteRevokedRevision }: Assumptions,
): void {
  if (revision.revokedAt !== undefined) {
    if (deleteRevokedRevision === 'allowed') return;
    throw refusal(revision, 'is revoked and cannot be deleted.');
  }
  mustBeUnpublished(revision, 'deleted', deleteFinalizedRevision);
}

/** @param finalized whether being finalised is a hindrance, too */
function mustBeUnpublished(
  revision: Revision,
  done: 'changed' | 'deleted',
  finalized: Assumptions['changeFinalizedRevision'],
): void {
  if (revision.published) throw refusal(revision, `is published and cannot be ${done}; it can be revoked.`);
  if (revision.finalized && finalized === 'refused') {
    throw refusal(revision, `is finalized and cannot be ${done}; reopen it first.`);
  }
}

function refusal({ id }: Revision, why: string): ServiceError {
  return conflict('REVISION', id, `Revision ${id} ${why}`);
}
