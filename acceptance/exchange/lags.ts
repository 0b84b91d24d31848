import { GetJobCommand } from '@aws-sdk/client-dataexchange';
import type { Context, Finding, Probe } from '../probe';
import {
  type CreatedJob,
  cancelJob,
  createJob,
  finishJob,
  getJob,
  least,
  probe,
  s3Import,
  sharedBucket,
  startJob,
  withRevision,
} from './support';

/** How long what was done is not seen yet. */

const NAMES_OF_LAGS = { createLag: 'calls', startLag: 'reads' } as const;
const LONG_SECONDS = 300;
const MOST_CALLS = 50;
const MOST_SECONDS = 120;

export const LAGS: readonly Probe[] = [
  probe('createLag', 'imports', (context) =>
    findLag(context, 'createLag', async (revision, bucket) => {
      const job = await createJob(context, 'IMPORT_ASSETS_FROM_S3', s3Import(revision, bucket, ['one.txt']));
      return { lags: () => isUnknown(context, job), end: () => cancelJob(context, job.Id) };
    }),
  ),
  probe('startLag', 'imports', (context) =>
    findLag(context, 'startLag', async (revision, bucket) => {
      const job = await createJob(context, 'IMPORT_ASSETS_FROM_S3', s3Import(revision, bucket, ['one.txt']));
      await startJob(context, job.Id);
      return {
        lags: async () => (await getJob(context, job.Id)).State === 'WAITING',
        end: () => finishJob(context, job.Id),
      };
    }),
  ),
];

async function isUnknown({ clients }: Context, { Id: JobId }: CreatedJob): Promise<boolean> {
  try {
    await clients.dataExchange.send(new GetJobCommand({ JobId }));
    return false;
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') {
      return true;
    }
    throw error;
  }
}

interface Subject {
  /** One look: whether the change is not seen yet. */
  lags(): Promise<boolean>;
  /** The next subject begins after that: the quota may be a single job. */
  end(): Promise<unknown>;
}

/** Tells a lag of calls from one of time: after a long time only calls are left, after enough calls only time. */
async function findLag(
  context: Context,
  name: keyof typeof NAMES_OF_LAGS,
  begin: (revision: { DataSetId: string; RevisionId: string }, bucket: string) => Promise<Subject>,
): Promise<Finding> {
  const bucket = await sharedBucket(context);
  return withRevision(context, async (revision) => {
    const first = await begin(revision, bucket);
    const lagsAtFirst = await first.lags();
    await first.end();
    if (!lagsAtFirst) {
      return { seen: {}, evidence: 'the first look, at once, shows it' };
    }
    const second = await begin(revision, bucket);
    await context.wait(context.emulator ? LONG_SECONDS : MOST_SECONDS);
    const calls = await countLags(second);
    await second.end();
    async function holdsAfter(seconds: number): Promise<boolean> {
      const subject = await begin(revision, bucket);
      for (let call = 0; call < calls; call += 1) {
        await subject.lags();
      }
      await context.wait(seconds);
      const holds = !(await subject.lags());
      await subject.end();
      return holds;
    }
    const seconds = (await holdsAfter(0)) ? 0 : await least(MOST_SECONDS, holdsAfter);
    if (calls >= MOST_CALLS || seconds === undefined) {
      return { undecided: `it lasts longer than ${MOST_CALLS} calls or ${MOST_SECONDS} s` };
    }
    const seen = { ...(calls > 0 ? { [NAMES_OF_LAGS[name]]: calls } : {}), ...(seconds > 0 ? { seconds } : {}) };
    return { seen, evidence: `${calls} calls, ${seconds} s` };
  });
}

async function countLags(subject: Subject): Promise<number> {
  let calls = 0;
  while (calls < MOST_CALLS && (await subject.lags())) {
    calls += 1;
  }
  return calls;
}
