import { text } from '../job/properties';
import { PROPERTY_NODES } from '../job/schema-node';
import { createJobInput } from '../job/translate';
import { describe, validate } from '../job/validate';
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
    const { nextToken, maxResults } = situation;
    return {
      call: 'ListJobs',
      dataSetId: text(desired, 'DataSetId'),
      revisionId: text(desired, 'RevisionId'),
      maxResults,
      nextToken,
    };
  }
  const jobId = jobIdOf(situation);
  if (operation === 'CREATE' && jobId === undefined) {
    return context === undefined
      ? createJob(situation)
      : failedWithoutJob('InternalFailure', 'The callback context names no job.');
  }
  if (jobId === undefined || !JOB_ID.test(jobId)) {
    return notFound(situation);
  }
  if (STARTS[operation] && context?.phase === 'to-start' && !pastDeadline(situation, context)) {
    return { call: 'StartJob', jobId };
  }
  return { call: 'GetJob', jobId };
}

function createJob({ desired }: Situation): Step {
  const problems = validate(desired);
  return problems.length > 0
    ? failedWithoutJob('InvalidRequest', describe(problems))
    : { call: 'CreateJob', input: createJobInput(desired) };
}
