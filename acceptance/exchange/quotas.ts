import {
  CreateEventActionCommand,
  CreateRevisionCommand,
  type GetJobCommandOutput,
  StartJobCommand,
  type Type,
} from '@aws-sdk/client-dataexchange';
import { JOB_TYPES } from '../../emulator/jobs/job-types';
import { ASSET_TYPES } from '../../emulator/store/records';
import type { Clients } from '../clients';
import type { Context, Finding, Made, Probe, Value } from '../probe';
import { exchange, RIGHTS_OF_OPTIONS } from '../rights';
import { possibleTypes, withJobsOf } from './job-examples';
import {
  type Answer,
  cancelJob,
  describe,
  describeJob,
  finishJob,
  getJob,
  makeDataSet,
  probe,
  type Refused,
  runJob,
  s3Import,
  sharedBucket,
  withFilled,
  withRevision,
} from './support';

/** Quotas, by going one beyond them. */

const QUOTAS = { needs: ['QUOTAS'], alone: true } as const satisfies Partial<Probe>;
/** Against the local Data Exchange more jobs cost nothing: a quota that was set higher can be seen. */
const MORE_JOBS_IN_REHEARSAL = 20;

/** What was seen of one type's quota. */
export interface Quota {
  /** How many jobs ran side by side; undefined if there was no end, or none could run. */
  readonly most?: number;
  readonly refused?: Refused;
  /** A job that was started, and failed for the quota. */
  readonly failed?: GetJobCommandOutput;
  /** Why nothing can be told. */
  readonly problem?: string;
}

const known = new WeakMap<Clients, Map<Type, Promise<Quota>>>();

/** Tries the quota of a type, once in a run. */
export function quotaOf(context: Context, type: Type): Promise<Quota> {
  const ofRun = known.get(context.clients) ?? new Map<Type, Promise<Quota>>();
  known.set(context.clients, ofRun);
  const quota = ofRun.get(type) ?? findQuota(context, type);
  ofRun.set(type, quota);
  return quota;
}

export const QUOTA_PROBES: readonly Probe[] = [
  probe(
    'concurrentJobs',
    'exports',
    async (context): Promise<Finding> => {
      const seen: Record<string, number> = {};
      const evidence: string[] = [];
      let told = 0;
      for (const type of possibleTypes(context)) {
        const { most, refused, failed, problem } = await quotaOf(context, type);
        const why = refused ? describe({ refused }) : (failed?.Errors?.[0]?.Message ?? problem);
        evidence.push(`${type}: ${most ?? 'unknown'} (${why})`);
        told += most === undefined ? 0 : 1;
        if (most !== undefined && most !== JOB_TYPES.get(type)?.concurrent) {
          seen[type] = most;
        }
      }
      return told === 0
        ? { undecided: 'no quota was reached', evidence: evidence.join('; ') }
        : { seen, evidence: evidence.join('; ') };
    },
    { ...QUOTAS, makes: '11 jobs at once of each type', seconds: 400, rights: RIGHTS_OF_OPTIONS },
  ),

  probe(
    'overQuota',
    'exports',
    async (context): Promise<Finding> => {
      for (const type of ['EXPORT_REVISIONS_TO_S3', 'IMPORT_ASSETS_FROM_S3'] as const) {
        const { refused, failed } = await quotaOf(context, type);
        if (refused) {
          return { seen: String(refused.status), evidence: `${type}: ${describe({ refused })}` };
        }
        if (failed) {
          return { seen: 'job-error', evidence: `${type}: ${JSON.stringify(failed.Errors)}` };
        }
      }
      return { undecided: 'no quota was reached' };
    },
    { ...QUOTAS, makes: '11 jobs at once of each type', seconds: 60 },
  ),

  probe('limits', 'exports', findLimits, {
    ...QUOTAS,
    makes: '21 revisions, 30 small objects, 5 data sets',
    seconds: 200,
    rights: exchange('CreateEventAction', 'DeleteEventAction'),
  }),
];

async function findQuota(context: Context, type: Type): Promise<Quota> {
  const tries = JOB_TYPES.get(type)!.concurrent + 1;
  const quota = await tryQuota(context, type, tries);
  return quota.most === undefined && context.emulator ? tryQuota(context, type, tries + MORE_JOBS_IN_REHEARSAL) : quota;
}

/** Starts jobs of a type until one is refused. @param tries how many at most */
async function tryQuota(context: Context, type: Type, tries: number): Promise<Quota> {
  return withJobsOf(context, type, async (create) => {
    const ids: string[] = [];
    // All of them exist, and are known, before the first one runs.
    for (let count = 0; count < tries; count += 1) {
      const { Id } = await create();
      ids.push(Id);
    }
    for (const id of ids) {
      await getJob(context, id);
    }
    const started: string[] = [];
    let refused: Refused | undefined;
    for (const JobId of ids) {
      const answer = await startOnce(context, JobId);
      if ('refused' in answer) {
        refused = answer.refused;
        break;
      }
      started.push(JobId);
    }
    const ended = await Promise.all(started.map((id) => finishJob(context, id)));
    for (const id of ids.slice(started.length)) {
      await cancelJob(context, id);
    }
    if (refused) {
      return { most: started.length, refused };
    }
    const most = ended.findIndex((job) => job.Errors?.some(({ LimitName }) => LimitName === undefined));
    const failed = ended[most];
    // A job that fails although it is the first one has another reason.
    return failed && most > 0
      ? { most, failed }
      : {
          problem: failed
            ? describeJob(failed)
            : `${started.length} jobs were started; the first may have ended by then`,
        };
  });
}

/** Starts a job by one attempt: whether the quota is answered by 429 must be seen, not waited for. */
async function startOnce({ clients }: Context, JobId: string): Promise<Answer<unknown>> {
  try {
    return { done: await clients.exchangeOnce.send(new StartJobCommand({ JobId })) };
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    const status = $metadata?.httpStatusCode ?? 0;
    if (status < 400 || status >= 500 || status === 403) {
      throw error;
    }
    return { refused: { status, name, message } };
  }
}

/** How many revisions of each kind of data set, and how many assets and data sets, are tried. */
const MOST = { revisions: 21, assets: 30, dataSets: 5, eventActions: 51, ofDataSet: 6 };
/** What is documented of a limit that is small enough to be reached. */
const DOCUMENTED: Readonly<Record<string, number>> = {
  'Revisions per Amazon Redshift datashare data set': 20,
  'Revisions per Amazon API Gateway API data set': 20,
  'Revisions per Amazon S3 data access data set': 5,
  'Revisions per AWS Lake Formation data permission data set': 20,
  'Amazon S3 data access assets per revision': 5,
  'Amazon Redshift datashare assets per revision': 20,
  'AWS Lake Formation data permission assets per revision': 20,
  'Event actions per account': 50,
  'Auto export event actions per data set': 5,
};

async function findLimits(context: Context): Promise<Finding> {
  const seen: Record<string, number> = {};
  const evidence: string[] = [];
  function note(reached: Reached | undefined, what: string): void {
    if (!reached) {
      evidence.push(`${what}: no limit reached`);
      return;
    }
    evidence.push(`${what}: ${reached.text}`);
    const { name, value } = reached;
    if (name !== undefined && value !== undefined && value !== DOCUMENTED[name]) {
      seen[name] = value;
    }
  }
  note(await reachDataSets(context), 'data sets');
  for (const type of ASSET_TYPES) {
    const dataSet = await makeDataSet(context, `limit-${type.toLowerCase().replaceAll('_', '-')}`, type);
    note(await reachRevisions(context, dataSet.id ?? ''), `revisions of ${type}`);
    await context.remove(dataSet);
  }
  note(await reachAssets(context), 'assets of files');
  for (const type of ['CREATE_S3_DATA_ACCESS_FROM_S3_BUCKET', ...(context.emulator ? OF_REHEARSALS : [])] as const) {
    note(await reachAssetsOf(context, type), `assets of ${type}`);
  }
  if (context.emulator) {
    note(await reachEventActions(context, 1), 'event actions of a data set');
    note(await reachEventActions(context, MOST.ofDataSet), 'event actions');
  }
  return { seen: seen as Value, evidence: evidence.join('; ') };
}

/** A live account would need as many datashares and policies. */
const OF_REHEARSALS = [
  'IMPORT_ASSETS_FROM_REDSHIFT_DATA_SHARES',
  'IMPORT_ASSETS_FROM_LAKE_FORMATION_TAG_POLICY',
] as const;

interface Reached {
  readonly name?: string;
  readonly value?: number;
  readonly text: string;
}

function reachedBy(error: unknown): Reached {
  const { name, message, LimitName, LimitValue, $metadata } = error as Error & {
    LimitName?: string;
    LimitValue?: number;
    $metadata?: { httpStatusCode?: number };
  };
  return { name: LimitName, value: LimitValue, text: `${$metadata?.httpStatusCode} ${name}: ${message}` };
}

async function reachDataSets(context: Context): Promise<Reached | undefined> {
  const made: Made[] = [];
  try {
    for (let count = 1; count <= MOST.dataSets; count += 1) {
      made.push(await makeDataSet(context, `limit-${count}`));
    }
    return undefined;
  } catch (error) {
    return reachedBy(error);
  } finally {
    for (const dataSet of made) {
      await context.remove(dataSet);
    }
  }
}

async function reachRevisions({ clients }: Context, DataSetId: string): Promise<Reached | undefined> {
  try {
    for (let count = 1; count <= MOST.revisions; count += 1) {
      await clients.dataExchange.send(new CreateRevisionCommand({ DataSetId }));
    }
    return undefined;
  } catch (error) {
    return reachedBy(error);
  }
}

async function reachAssets(context: Context): Promise<Reached | undefined> {
  const bucket = await sharedBucket(context);
  return withRevision(context, async (revision) => {
    // The same object as often as the service takes it.
    const twice = (await context.seen('duplicateSources')) === 'two-assets';
    const keys = Array.from({ length: twice ? MOST.assets : 2 }, (_, index) => (index % 2 ? 'two.txt' : 'one.txt'));
    return reachedByJob(await runJob(context, 'IMPORT_ASSETS_FROM_S3', s3Import(revision, bucket, keys)));
  });
}

/** Fills one revision by jobs of one type, one after the other. */
function reachAssetsOf(context: Context, type: Type): Promise<Reached | undefined> {
  return withJobsOf(context, type, async (create) => {
    for (let count = 1; count <= MOST.revisions; count += 1) {
      const { Id } = await create();
      await getJob(context, Id);
      await context.clients.dataExchange.send(new StartJobCommand({ JobId: Id }));
      const reached = reachedByJob(await finishJob(context, Id));
      if (reached) {
        return reached;
      }
    }
    return undefined;
  });
}

function reachedByJob({ Errors = [] }: GetJobCommandOutput): Reached | undefined {
  const [error] = Errors;
  return error && { name: error.LimitName, value: error.LimitValue, text: `${error.Code}: ${error.Message}` };
}

/** Makes event actions of entitled data sets. @param dataSets over which they are spread, if there are many */
function reachEventActions(context: Context, dataSets: number): Promise<Reached | undefined> {
  return withFilled(context, ['one.txt'], async (_revision, Bucket) => {
    const made: Made[] = [];
    const wanted = dataSets === 1 ? MOST.ofDataSet : MOST.eventActions;
    try {
      let entitled = '';
      for (let count = 0; count < wanted; count += 1) {
        if (count % (MOST.ofDataSet - 1) === 0 && (dataSets > 1 || count === 0)) {
          const source = await makeDataSet(context, `product-${dataSets}-${count}`);
          made.push(source);
          const product = await context.make('entitlement', `${source.name}-entitled`, () =>
            context.emulator!.entitle(source.id ?? ''),
          );
          made.push(product);
          entitled = product.id ?? '';
        }
        const Action = { ExportRevisionToS3: { RevisionDestination: { Bucket, KeyPattern: 'auto/${Asset.Name}' } } };
        const input = { Action, Event: { RevisionPublished: { DataSetId: entitled } } };
        const eventAction = await context.make(
          'event-action',
          context.nameOf(`event-action-${dataSets}-${count}`),
          async () => (await context.clients.dataExchange.send(new CreateEventActionCommand(input))).Id,
        );
        made.push(eventAction);
      }
      return undefined;
    } catch (error) {
      return reachedBy(error);
    } finally {
      for (const thing of made.toReversed()) {
        await context.remove(thing);
      }
    }
  });
}
