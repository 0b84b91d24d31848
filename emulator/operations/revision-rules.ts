import { conflict } from '../errors';
import type { Assumptions } from '../faults/assumptions';
import type { Revision } from '../store/records';

/** What may be done to a revision in which state. Finalized means read-only; published ones can only be revoked (User Guide, data sets). */

/** @throws ServiceError 409 unless the comment and assets may change */
export function mustBeOpen(revision: Revision, { changeFinalizedRevision }: Assumptions): void {
  if (revision.revokedAt !== undefined)
    throw conflict('REVISION', revision.id, `Revision ${revision.id} is revoked and cannot be changed.`);
  if (revision.published)
    throw conflict(
      'REVISION',
      revision.id,
      `Revision ${revision.id} is published and cannot be changed; it can be revoked.`,
    );
  if (revision.finalized && changeFinalizedRevision === 'refused') {
    throw conflict(
      'REVISION',
      revision.id,
      `Revision ${revision.id} is finalized and cannot be changed; reopen it first.`,
    );
  }
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
    throw conflict('REVISION', revision.id, `Revision ${revision.id} is revoked and cannot be deleted.`);
  }
  if (revision.published)
    throw conflict(
      'REVISION',
      revision.id,
      `Revision ${revision.id} is published and cannot be deleted; it can be revoked.`,
    );
  if (revision.finalized && deleteFinalizedRevision === 'refused') {
    throw conflict(
      'REVISION',
      revision.id,
      `Revision ${revision.id} is finalized and cannot be deleted; reopen it first.`,
    );
  }
}
