import { GetJobCommand, ListJobsCommand } from '@aws-sdk/client-dataexchange';
import { exchangeUrl } from '../clients';
import type { Context, Finding, Probe } from '../probe';
import { exchange } from '../rights';
import { revisionExport } from './creation';
import {
  attempt,
  cancelJob,
  createJob,
  describe,
  getJob,
  makeDataSet,
  probe,
  refusedOrNot,
  s3Import,
  sharedDataSet,
  unknownId,
  withAssets,
  withRevision,
} from './support';

/** Lists, ids and signatures. */

const LIST_JOBS = { rights: exchange('ListJobs') };
/** The greatest page that a caller may ask for. */
const LARGEST_PAGE = 200;

export const LISTS: readonly Probe[] = [
  probe(
    'pageSize',
    'revisions',
    async (context): Promise<Finding> => {
      const dataSet = await makeDataSet(context, 'pages');
      const finding = await withRevision(context, (revision) => measurePage(context, revision), dataSet.id);
      await context.remove(dataSet);
      return finding;
    },
    { ...LIST_JOBS, seconds: 40 },
  ),

  probe(
    'unknownDataSetInListJobs',
    'nothing',
    async ({ clients }) => {
      const answer = await attempt(clients.dataExchange.send(new ListJobsCommand({ DataSetId: unknownId() })));
      return refusedOrNot(answer, 'refused', 'empty');
    },
    LIST_JOBS,
  ),

  probe(
    'nestedRevisionsInListJobs',
    'exports',
    (context) =>
      withAssets(context, ['one.txt'], async (revision, bucket): Promise<Finding> => {
        const { Id } = await createJob(context, 'EXPORT_REVISIONS_TO_S3', revisionExport(revision, bucket));
        await getJob(context, Id);
        const { Jobs = [] } = await context.clients.dataExchange.send(new ListJobsCommand(revision));
        await cancelJob(context, Id);
        const found = Jobs.some((job) => job.Id === Id);
        return { seen: found ? 'found' : 'ignored', evidence: `${Jobs.length} jobs are found by the revision` };
      }),
    LIST_JOBS,
  ),

  probe(
    'badToken',
    'revisions',
    async (context) => {
      const input = { DataSetId: await sharedDataSet(context), NextToken: 'no-token' };
      const answer = await attempt(context.clients.dataExchange.send(new ListJobsCommand(input)));
      return refusedOrNot(answer, 'refused', 'first-page');
    },
    LIST_JOBS,
  ),

  probe(
    'malformedId',
    'nothing',
    async ({ clients }): Promise<Finding> => {
      const answer = await attempt(clients.dataExchange.send(new GetJobCommand({ JobId: 'too-short' })));
      const status = 'refused' in answer ? String(answer.refused.status) : '';
      const evidence = describe(answer);
      return ['400', '404'].includes(status)
        ? { seen: status, evidence }
        : { undecided: 'it is neither 400 nor 404', evidence };
    },
    { rights: exchange('GetJob') },
  ),

  probe('unsignedRequests', 'nothing', async ({ clients, region }): Promise<Finding> => {
    const response = await fetch(`${await exchangeUrl(clients, region)}/v1/jobs/${unknownId()}`);
    const evidence = `${response.status} ${response.headers.get('x-amzn-errortype') ?? ''}: ${await response.text()}`;
    // Of the job of an accepted request the service knows nothing.
    return { seen: response.status === 404 ? 'accepted' : 'refused', evidence };
  }),
];

/** Makes jobs until a list has a second page. */
async function measurePage(
  context: Context,
  revision: { readonly DataSetId: string; readonly RevisionId: string },
): Promise<Finding> {
  const { DataSetId } = revision;
  const details = s3Import(revision, context.nameOf('nowhere'), ['one.txt']);
  for (let made = 1; made <= LARGEST_PAGE + 1; made += 1) {
    const { Id } = await createJob(context, 'IMPORT_ASSETS_FROM_S3', details);
    await getJob(context, Id);
    const { Jobs = [], NextToken } = await context.clients.dataExchange.send(new ListJobsCommand({ DataSetId }));
    if (NextToken !== undefined) {
      return { seen: Jobs.length, evidence: `${made} jobs, ${Jobs.length} on the first page of ListJobs` };
    }
  }
  return { undecided: `${LARGEST_PAGE + 1} jobs are on one page` };
}
