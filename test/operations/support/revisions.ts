import { finalisedTag, jobTag, type Revision, type RevisionName, tokenTag } from '../../../src/job/revision';
import { DATA_SET, JOB_ID, REVISION } from '../../job/examples';
import { TOKEN } from './invocation';

export const REVISION_NAME: RevisionName = { dataSetId: DATA_SET, revisionId: REVISION };

/** A revision as GetRevision shows it: by default one that somebody else has made. */
export function revision(more: Partial<Revision> = {}): Revision {
  return {
    Id: REVISION,
    Arn: `arn:aws:dataexchange:us-east-1:123456789012:data-sets/${DATA_SET}/revisions/${REVISION}`,
    CreatedAt: '2026-11-22T09:59:50.000Z',
    Finalized: false,
    ...more,
  };
}

const OWN_TAGS = { ...tokenTag(TOKEN), ...jobTag(JOB_ID) };
/** The job's own revision, open. */
export const OPEN = revision({ Tags: OWN_TAGS });
/** Finalised by the job. */
export const FINALISED = revision({ Tags: { ...OWN_TAGS, ...finalisedTag(JOB_ID) }, Finalized: true });
export const REVOKED = revision({ Tags: OWN_TAGS, Finalized: true, Revoked: true });
/** Made by this job's create, which has not yet given it the job's tag. */
export const UNTAGGED = revision({ Tags: tokenTag(TOKEN) });
export const OF_ANOTHER_JOB = revision({ Tags: { ...tokenTag('another'), ...jobTag('another') } });
