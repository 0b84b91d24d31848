import type { Job } from '../../src/job/job';
import { finalisedTag, type RevisionName } from '../../src/job/revision';
import { modelOf } from '../../src/job/translate';
import type { Exchange, JobFilter } from '../../src/operations/exchange';
import { invoke } from '../../src/operations/invoke';
import { DATA_SET, REVISION } from '../job/examples';
import { withoutJob } from './support/answers';
import { call, type ExpectedCall, getRevision } from './support/calls';
import { TOKEN } from './support/invocation';
import { exportIn, jobIn, OWN_IMPORT, ownImportIn } from './support/jobs';
import { ABSENT, PERMANENT, type Refused, TRANSIENT } from './support/refusals';
import { OPEN, REVISION_NAME, revision } from './support/revisions';
import { transcripts } from './support/transcript';

const FILTER: JobFilter = { dataSetId: DATA_SET };
const LIST = { operation: 'LIST', desired: { DataSetId: DATA_SET } } as const;
const RUNNING = ownImportIn('IN_PROGRESS');
const COMPLETED = ownImportIn('COMPLETED');
const RUNNING_SHOWN = modelOf(RUNNING, OPEN);

function listJobs(jobs: readonly Job[], filter = FILTER, nextToken?: string): ExpectedCall {
  return call('listJobs', [filter], { jobs, nextToken });
}

function refusedList(result: Refused): ExpectedCall {
  return call('listJobs', [FILTER], result);
}

function page(...resourceModels: readonly object[]): object {
  return { status: 'SUCCESS', resourceModels };
}

describe('a list', () => {
  transcripts(LIST, [
    [
      'passes filters and page on, and the next page back',
      [listJobs([exportIn('WAITING')], { ...REVISION_NAME, maxResults: 7, nextToken: 'this page' }, 'next page')],
      { ...page(modelOf(exportIn('WAITING'))), nextToken: 'next page' },
      { desired: { DataSetId: DATA_SET, RevisionId: REVISION }, maxResults: 7, nextToken: 'this page' },
    ],
    ['asks for 200 jobs at most', [listJobs([], { ...FILTER, maxResults: 200 })], page(), { maxResults: 500 }],
    ['asks for one job at least', [listJobs([], { ...FILTER, maxResults: 1 })], page(), { maxResults: 0 }],
    ['shows no cancelled job', [listJobs([exportIn('CANCELLED'), RUNNING]), getRevision(OPEN)], page(RUNNING_SHOWN)],
    [
      'looks up each revision once',
      [listJobs([RUNNING, COMPLETED]), getRevision(OPEN)],
      page(RUNNING_SHOWN, modelOf(COMPLETED, OPEN)),
    ],
    [
      'shows no finished job without its revision',
      [listJobs([RUNNING, COMPLETED]), getRevision(ABSENT)],
      page(modelOf(RUNNING)),
    ],
    [
      'shows every job though a revision cannot be looked up',
      [listJobs([RUNNING, COMPLETED]), getRevision(PERMANENT)],
      page(modelOf(RUNNING), modelOf(COMPLETED)),
    ],
    ['of a data set that does not exist is empty', [refusedList(ABSENT)], page()],
    ['fails with the fault of its call', [refusedList(TRANSIENT)], withoutJob('Throttling', 'listJobs was refused')],
    ['is denied with its call', [refusedList(PERMANENT)], withoutJob('AccessDenied', 'listJobs was refused')],
  ]);
});

describe('the look-ups of a list', () => {
  const ids = Array.from({ length: 25 }, (_, index) => String(index).padStart(32, '0'));

  /** Lists a job for each of the ids, and measures the look-ups. @param refuse says which id meets a fault */
  async function listAll(refuse: (id: string) => boolean) {
    const lookUps: string[] = [];
    let running = 0;
    let mostAtOnce = 0;
    const exchange: Partial<Exchange> = {
      listJobs: async () => ({
        jobs: ids.map((id) => jobIn('WAITING', { ...OWN_IMPORT, RevisionId: id }, { Id: id })),
      }),
      getRevision: async ({ revisionId }: RevisionName) => {
        lookUps.push(revisionId);
        running += 1;
        mostAtOnce = Math.max(mostAtOnce, running);
        await new Promise(setImmediate);
        running -= 1;
        if (refuse(revisionId)) {
          throw TRANSIENT('getRevision');
        }
        // Each is listed as the job that has finalised it, so that the list shows which were looked up.
        return revision({ Id: revisionId, Finalized: true, Tags: finalisedTag(revisionId) });
      },
    };
    const answer = await invoke(
      { ...LIST, token: TOKEN, rollback: false, callbackContext: undefined },
      exchange as Exchange,
      { now: () => 0, random: () => 0.5, log: () => {} },
    );
    return { lookUps, mostAtOnce, models: 'resourceModels' in answer ? answer.resourceModels : [] };
  }

  it('run side by side, ten at a time', async () => {
    const { lookUps, mostAtOnce, models } = await listAll(() => false);
    expect(lookUps).toEqual(ids);
    expect(mostAtOnce).toBe(10);
    expect(models.map(({ Id, FinalizeRevision }) => [Id, FinalizeRevision])).toEqual(ids.map((id) => [id, true]));
  });

  it('stop at the first refusal, and the list keeps what was seen', async () => {
    const { lookUps, models } = await listAll((id) => id === ids[10]);
    expect(lookUps).toHaveLength(20);
    expect(models.map(({ FinalizeRevision }) => FinalizeRevision)).toEqual(
      ids.map((_, index) => index < 20 && index !== 10),
    );
  });
});
