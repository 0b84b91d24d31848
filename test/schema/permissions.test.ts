import { HANDLERS, RIGHTS, type Right } from '../../src/job/rights';
import type { Method } from '../operations/support/refusals';
import { faultsIn, perform, SCENARIOS } from '../operations/support/scenarios';

/** What the handlers call themselves; the other rights are for what the service does on their behalf. */
const OWN: readonly Right[] = [RIGHTS.RunJobs, RIGHTS.ManageJobs, RIGHTS.ManageRevisions];

/** The IAM action of each method of the port; the upload goes to a signed URL, which needs none. */
const ACTIONS: Readonly<Record<Method, string | undefined>> = {
  createJob: 'dataexchange:CreateJob',
  getJob: 'dataexchange:GetJob',
  startJob: 'dataexchange:StartJob',
  cancelJob: 'dataexchange:CancelJob',
  listJobs: 'dataexchange:ListJobs',
  listRevisions: 'dataexchange:ListDataSetRevisions',
  createRevision: 'dataexchange:CreateRevision',
  getRevision: 'dataexchange:GetRevision',
  updateRevision: 'dataexchange:UpdateRevision',
  deleteRevision: 'dataexchange:DeleteRevision',
  tagResource: 'dataexchange:TagResource',
  upload: undefined,
};

test.each(HANDLERS)('%s may call exactly what it calls, with and without a fault', async (handler) => {
  const called = new Set<string | undefined>();
  for (const scenario of SCENARIOS.filter(({ action }) => action === handler.toUpperCase())) {
    const { calls } = await perform(scenario, new Map());
    for (const fault of faultsIn(calls)) {
      for (const method of (await perform(scenario, new Map([fault]))).calls) {
        called.add(ACTIONS[method]);
      }
    }
  }
  called.delete(undefined);
  const allowed = OWN.flatMap(({ actions }) => Object.keys(actions).filter((name) => actions[name]?.includes(handler)));
  expect(allowed.sort()).toEqual([...called].sort());
});
