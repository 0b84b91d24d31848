import { conflict, invalid } from '../errors';
import { comment, flag, id, structure } from '../validation/shapes';
import { operation } from './operation';
import { revisionView } from './present';
import { mustBeOpen } from './revision-rules';

interface Input {
  DataSetId: string;
  RevisionId: string;
  Comment?: string;
  Finalized?: boolean;
}

/** Finalises, reopens, comments. A reopening and a new comment may come in one request. */
export const updateRevision = operation<Input>({
  name: 'UpdateRevision',
  method: 'PATCH',
  path: '/v1/data-sets/:DataSetId/revisions/:RevisionId',
  status: 200,
  input: structure({ DataSetId: id, RevisionId: id }, { Comment: comment, Finalized: flag }),
  run({ exchange, input, now }) {
    const { store } = exchange;
    const assumptions = exchange.assumptions();
    const revision = store.revision(input.DataSetId, input.RevisionId);
    const reopens = input.Finalized === false && revision.finalized;
    const finalizes = input.Finalized === true && !revision.finalized;
    if (revision.revokedAt !== undefined)
      throw conflict('REVISION', revision.id, `Revision ${revision.id} is revoked and cannot be changed.`);
    if (reopens && revision.published)
      throw conflict(
        'REVISION',
        revision.id,
        `Revision ${revision.id} is published and cannot be reopened; it can be revoked.`,
      );
    if (input.Comment !== undefined && !reopens) mustBeOpen(revision, assumptions);
    if (finalizes && assumptions.finalizeEmptyRevision === 'refused' && !store.assetsOf(revision.id).length) {
      throw invalid([`Revision ${revision.id} has no asset and cannot be finalized`]);
    }
    revision.finalized = input.Finalized ?? revision.finalized;
    revision.comment = input.Comment ?? revision.comment;
    revision.updatedAt = now;
    return revisionView(revision);
  },
});
