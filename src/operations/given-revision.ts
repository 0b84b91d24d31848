import type { RevisionName } from '../job/revision';
import { sentences } from '../job/sentences';
import { type Exchange, ifPresent, Refusal } from './exchange';

/** What to do about a finalised revision that a job is to fill. */
export const NEXT_REVISION =
  'A finalised revision is a version: nothing can be added to it. Change Triggers (or another property) of the resource ' +
  'that makes the revision, so that a new one is made and filled by all its jobs';

/** What is wrong with a revision that the service does not know, more often than not. */
export const NOT_A_REVISION =
  'If RevisionId is the Ref of another job, that is the id of the job: write !GetAtt with TargetRevisionId instead';

/**
 * What a refused CreateJob means if the template names the revision: what is wrong with the revision is a mistake in
 * the template.
 *
 * @param name the revision that the job is to fill; undefined for an export
 * @throws Refusal if the revision cannot be looked at
 */
export async function aboutGivenRevision(
  refusal: Refusal,
  name: RevisionName | undefined,
  exchange: Exchange,
): Promise<Refusal> {
  if (refusal.details.resourceType === 'REVISION') {
    return new Refusal('permanent', 'InvalidRequest', sentences(refusal.message, NOT_A_REVISION));
  }
  if (refusal.kind !== 'conflict' || name === undefined) {
    return refusal;
  }
  return (await ifFinalised(name, refusal, exchange)) ?? refusal;
}

/**
 * What a conflict of an import means if the revision that it fills is finalised.
 *
 * @returns undefined if it is not
 * @throws Refusal if the revision cannot be looked at
 */
export async function ifFinalised(
  name: RevisionName,
  conflict: Refusal,
  exchange: Exchange,
): Promise<Refusal | undefined> {
  const revision = await ifPresent(exchange.getRevision(name));
  return revision?.Finalized === true
    ? new Refusal(
        'permanent',
        'InvalidRequest',
        sentences(`revision ${name.revisionId} is finalised`, NEXT_REVISION, conflict.message),
      )
    : undefined;
}
