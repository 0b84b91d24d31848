import { DeleteRevisionCommand, RevokeRevisionCommand, UpdateRevisionCommand } from '@aws-sdk/client-dataexchange';
import type { Context, Finding, Probe } from '../probe';
import {
  type Answer,
  attempt,
  describe,
  finalize,
  probe,
  type RevisionKey,
  refusedOrNot,
  withFilled,
  withRevision,
} from './support';

/** What becomes of a revision once it is finalized. None is published: only a product does that. */

const COMMENT = 'Made by an acceptance run';

export const REVISIONS: readonly Probe[] = [
  probe('finalizeEmptyRevision', 'revisions', (context) =>
    withRevision(context, async (revision) => refusedOrNot(await attempt(finalize(context, revision)))),
  ),

  probe('publishOnFinalize', 'imports', (context) =>
    withFilled(context, ['one.txt'], async (revision) => {
      await finalize(context, revision);
      const input = { ...revision, Finalized: false };
      const reopened = await attempt(context.clients.dataExchange.send(new UpdateRevisionCommand(input)));
      const finding = refusedOrNot(reopened, true, false) as { seen: boolean; evidence: string };
      return { ...finding, evidence: `to open it again: ${finding.evidence}` };
    }),
  ),

  probe('changeFinalizedRevision', 'imports', (context) =>
    ofFinalized(context, 'refused', (revision) =>
      context.clients.dataExchange.send(new UpdateRevisionCommand({ ...revision, Comment: COMMENT })),
    ),
  ),

  probe('deleteFinalizedRevision', 'imports', (context) =>
    ofFinalized(context, 'refused', (revision) =>
      context.clients.dataExchange.send(new DeleteRevisionCommand(revision)),
    ),
  ),

  probe('revokeUnpublishedRevision', 'imports', (context) =>
    ofFinalized(context, 'done', (revision) => revoke(context, revision)),
  ),

  probe('deleteRevokedRevision', 'imports', (context) =>
    withFilled(context, ['one.txt'], async (revision): Promise<Finding> => {
      await finalize(context, revision);
      const revoked = await attempt(revoke(context, revision));
      if ('refused' in revoked) {
        if (!context.emulator) {
          const undecided = 'only a published revision can be revoked, and this account publishes none';
          return { undecided, evidence: describe(revoked) };
        }
        await context.emulator.publish(revision.RevisionId);
        await revoke(context, revision);
      }
      return refusedOrNot(await attempt(context.clients.dataExchange.send(new DeleteRevisionCommand(revision))));
    }),
  ),
];

function revoke({ clients }: Context, revision: RevisionKey) {
  const input = { ...revision, RevocationComment: COMMENT };
  return clients.dataExchange.send(new RevokeRevisionCommand(input));
}

/**
 * What is refused for a finalized revision. @param ofPublished the answer that a published revision would give, too, and
 * that shows nothing where finalizing publishes
 */
async function ofFinalized(
  context: Context,
  ofPublished: 'refused' | 'done',
  change: (revision: RevisionKey) => Promise<unknown>,
): Promise<Finding> {
  const publishes = (await context.seen('publishOnFinalize')) === true;
  return withFilled(context, ['one.txt'], async (revision) => {
    await finalize(context, revision);
    const answer: Answer<unknown> = await attempt(change(revision));
    return publishes && ofPublished in answer
      ? {
          undecided: 'finalizing publishes the revision, and for a published one this holds anyway',
          evidence: describe(answer),
        }
      : refusedOrNot(answer);
  });
}
