import type { Job } from '../../../src/job/job';
import type { Properties } from '../../../src/job/properties';
import { createJobInput } from '../../../src/job/translate';
import { JOB_ID, MINIMAL, REVISION } from '../../job/examples';

/** A job in whose life no revision plays a role. */
export const EXPORT: Properties = { ...MINIMAL.EXPORT_ASSETS_TO_S3, StartOnCreation: true };
/** A job that fills a revision which the template names. */
export const IMPORT: Properties = { ...MINIMAL.IMPORT_ASSETS_FROM_S3, StartOnCreation: true };
const { RevisionId: _, ...withoutRevision } = IMPORT;
/** A job that makes a revision of its own. */
export const OWN_IMPORT: Properties = withoutRevision;

/** A job as the service shows it. */
export function jobIn(state: string, model: Properties, more: Partial<Job> = {}): Job {
  return {
    Id: JOB_ID,
    Arn: `arn:aws:dataexchange:us-east-1:123456789012:jobs/${JOB_ID}`,
    State: state,
    CreatedAt: '2026-11-22T09:00:00.000Z',
    UpdatedAt: '2026-11-22T09:00:00.000Z',
    ...createJobInput(model),
    ...(state === 'ERROR' ? { Errors: [{ Code: 'ACCESS_DENIED_EXCEPTION', Message: 'no way' }] } : {}),
    ...more,
  };
}

export function exportIn(state: string): Job {
  return jobIn(state, EXPORT);
}

export function importIn(state: string): Job {
  return jobIn(state, IMPORT);
}

export function ownImportIn(state: string): Job {
  return jobIn(state, { ...OWN_IMPORT, RevisionId: REVISION });
}
