import { text } from '../job/properties';
import { jobTag } from '../job/revision';
import { PROPERTY_NODES } from '../job/schema-node';
import { failedWithoutJob, jobIdOf, notFound, pastDeadline } from './answers';
import type { Operation, Situation, Step } from './steps';

const JOB_ID = new RegExp(PROPERTY_NODES.Id?.pattern ?? '^[a-zA-Z0-9]{30,40}$');

/** Whether an operation may start a job at all, whatever a context that is not its own says. */
const STARTS: Readonly<Record<Operation, boolean>> = {
  CREATE: true,
  READ: false,
  UPDATE: true,
  DELETE: false,
  LIST: false,
};

/** The first step of an invocation. */
export function begin(situation: Situation): Step {
  const { operation, desired, context } = situation;
  if (operation === 'LIST') {
    const { nextToken } = situation;
    return {
      call: 'ListJobs',
      dataSetId: text(desired, 'DataSetId'),
      revisionId: text(desired, 'RevisionId'),
      maxResults: pageSize(situation.maxResults),
      nextToken,
    };
  }
  const jobId = jobIdOf(situation);
  if (operation === 'CREATE' && jobId === undefined) {
    return failedWithoutJob('InternalFailure', 'The callback context names no job.');
  }
  if (jobId === undefined || !JOB_ID.test(jobId)) {
    return notFound(situation);
  }
  if (operation === 'CREATE' && context?.untagged !== undefined) {
    return { call: 'TagResource', arn: context.untagged, tags: jobTag(jobId) };
  }
  return lookOrStart(situation, jobId);
}

/** ListJobs takes 1 to 200 (API_ListJobs); the registry may ask for more. */
function pageSize(maxResults: number | undefined): number | undefined {
  return maxResults === undefined ? undefined : Math.min(Math.max(maxResults, 1), 200);
}

/** A job that waits for its turn is started without a look: a refusal says to look. */
export function lookOrStart(situation: Situation, jobId: string): Step {
  const { operation, context } = situation;
  if (STARTS[operation] && context?.phase === 'to-start' && !pastDeadline(situation, context)) {
    return { call: 'StartJob', jobId };
  }
  return { call: 'GetJob', jobId };
}
