import { notFound } from '../errors';
import { typeOf } from '../jobs/job-types';
import type { Job } from '../store/records';
import { pageSize, structure, text } from '../validation/shapes';
import { operation, PAGING, type PagingInput } from './operation';
import { jobView, pageView } from './present';

interface Input extends PagingInput {
  DataSetId?: string;
  RevisionId?: string;
}

/** Newest first. */
export const listJobs = operation<Input>({
  name: 'ListJobs',
  method: 'GET',
  path: '/v1/jobs',
  status: 200,
  query: {
    ...PAGING,
    dataSetId: { member: 'DataSetId', type: 'text' },
    revisionId: { member: 'RevisionId', type: 'text' },
  },
  input: structure({}, { MaxResults: pageSize, NextToken: text, DataSetId: text, RevisionId: text }),
  run({ exchange, input }) {
    const { store, jobs } = exchange;
    const { unknownDataSetInListJobs, nestedRevisionsInListJobs } = exchange.assumptions();
    const { DataSetId, RevisionId } = input;
    if (DataSetId && !store.dataSets.has(DataSetId) && unknownDataSetInListJobs === 'refused')
      throw notFound('DATA_SET', DataSetId);
    const found = [...store.jobs.values()].flatMap((job) => {
      const view = jobs.shown(job);
      const named = namedBy(job, nestedRevisionsInListJobs === 'found');
      const wanted =
        (!DataSetId || named.dataSetId === DataSetId) && (!RevisionId || named.revisionIds.includes(RevisionId));
      return view && wanted ? [{ job, view }] : [];
    });
    const scope = ['ListJobs', DataSetId ?? '', RevisionId ?? ''];
    const { page, next } = pageView(exchange, input, scope, found, ({ job }) => [job.createdAt, job.id]);
    return { Jobs: page.map(({ job, view }) => jobView(job, view, exchange)), ...next };
  },
});

/** @param nested whether revisions inside RevisionDestinations count, or only a RevisionId member */
function namedBy(job: Job, nested: boolean): { dataSetId: string; revisionIds: string[] } {
  const { dataSetId, revisionIds } = typeOf(job).references(job.details);
  return { dataSetId, revisionIds: nested || 'RevisionId' in job.details ? revisionIds : [] };
}
