import { GetJobCommand } from '@aws-sdk/client-dataexchange';
import type { Context, Finding, Probe } from '../probe';
import { RIGHTS_OF_OPTIONS } from '../rights';
import { possibleTypes, withJobsOf } from './job-examples';
import {
  cancelJob,
  createJob,
  describeJob,
  finishJob,
  getJob,
  least,
  probe,
  roundest,
  s3Import,
  serviceTime,
  startJob,
  withRevision,
} from './support';

/** How long jobs run, and how long they are kept. */

/** What `live` means in the emulator's table, seconds. */
const LIVE = { from: 15, to: 45 };
const DEFAULT_SECONDS = 2;
const DAY = 86_400;
const MOST_DAYS = 1_000;

export const DURATIONS: readonly Probe[] = [
  probe('jobSeconds', 'exports', findJobSeconds, { seconds: 300, rights: RIGHTS_OF_OPTIONS }),

  probe(
    'retentionDays',
    'revisions',
    (context) =>
      withRevision(context, async (revision): Promise<Finding> => {
        const details = s3Import(revision, context.nameOf('nowhere'), ['one.txt']);
        const days = await least(MOST_DAYS, async (amount) => {
          const { Id: JobId } = await createJob(context, 'IMPORT_ASSETS_FROM_S3', details);
          await getJob(context, JobId);
          await context.wait(amount * DAY);
          const known = await context.clients.dataExchange.send(new GetJobCommand({ JobId })).catch((error: Error) => {
            if (error.name !== 'ResourceNotFoundException') {
              throw error;
            }
          });
          if (known) {
            await cancelJob(context, JobId);
          }
          return known === undefined;
        });
        const evidence = `GetJob answers 404 ${days} days after CreateJob`;
        return days === undefined ? { undecided: `more than ${MOST_DAYS} days` } : { seen: days, evidence };
      }),
    { alone: true, rehearsalOnly: 'nobody waits for 90 days; only the clock of the local Data Exchange can be moved' },
  ),
];

async function findJobSeconds(context: Context): Promise<Finding> {
  const seconds: Record<string, number> = {};
  const failed: string[] = [];
  for (const type of possibleTypes(context)) {
    await withJobsOf(context, type, async (create) => {
      const { Id } = await create();
      const measured = await measure(context, Id);
      if (typeof measured === 'number') {
        seconds[type] = measured;
      } else {
        failed.push(`${type}: ${measured}`);
      }
    });
  }
  const figures = Object.values(seconds);
  const evidence = [...Object.entries(seconds).map(([type, figure]) => `${type}: ${figure} s`), ...failed].join('; ');
  if (figures.length === 0) {
    return { undecided: 'no job was completed', evidence };
  }
  const [first = 0] = figures;
  if (figures.every((figure) => figure === first)) {
    return { seen: first, evidence };
  }
  if (figures.every((figure) => figure >= LIVE.from && figure <= LIVE.to)) {
    return { seen: 'live', evidence };
  }
  const others = Object.entries(seconds).filter(([, figure]) => figure !== DEFAULT_SECONDS);
  return { seen: Object.fromEntries(others), evidence };
}

/** Runs a job. @returns how long it ran, seconds, or how it ended instead of COMPLETED */
async function measure(context: Context, id: string): Promise<number | string> {
  await getJob(context, id);
  const before = await serviceTime(context);
  await startJob(context, id);
  const after = await serviceTime(context);
  const { State, UpdatedAt } = await getJob(context, id);
  const job = await finishJob(context, id);
  if (job.State !== 'COMPLETED') {
    return describeJob(job);
  }
  const end = job.UpdatedAt?.getTime() ?? 0;
  if (State === 'IN_PROGRESS' && UpdatedAt) {
    return roundest((end - UpdatedAt.getTime()) / 1000, (end - UpdatedAt.getTime()) / 1000);
  }
  return roundest((end - after) / 1000, (end - before) / 1000);
}
