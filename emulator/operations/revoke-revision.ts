import { conflict } from '../errors';
import { id, structure, textOf } from '../validation/shapes';
import { operation } from './operation';
import { revisionView } from './present';

interface Input {
  DataSetId: string;
  RevisionId: string;
  RevocationComment: string;
}

/** The one thing that can be done to a published revision: subscribers lose it, its assets stay. Not to be undone. */
export const revokeRevision = operation<Input>({
  name: 'RevokeRevision',
  method: 'POST',
  path: '/v1/data-sets/:DataSetId/revisions/:RevisionId/revoke',
  status: 200,
  input: structure({ DataSetId: id, RevisionId: id, RevocationComment: textOf({ min: 10, max: 512 }) }),
  run({ exchange, input, now }) {
    const revision = exchange.store.revision(input.DataSetId, input.RevisionId);
    const allowed =
      revision.published || (revision.finalized && exchange.assumptions().revokeUnpublishedRevision === 'allowed');
    if (revision.revokedAt !== undefined)
      throw conflict('REVISION', revision.id, `Revision ${revision.id} is already revoked.`);
    if (!allowed)
      throw conflict(
        'REVISION',
        revision.id,
        `Revision ${revision.id} is not published, so there is nothing to revoke.`,
      );
    revision.revokedAt = now;
    revision.revocationComment = input.RevocationComment;
    revision.updatedAt = now;
    return revisionView(revision);
  },
});
