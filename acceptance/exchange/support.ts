import { randomBytes } from 'node:crypto';
import {
  type AssetType,
  CancelJobCommand,
  CreateDataSetCommand,
  CreateJobCommand,
  type CreateJobCommandOutput,
  CreateRevisionCommand,
  DeleteRevisionCommand,
  GetJobCommand,
  type GetJobCommandOutput,
  ListRevisionAssetsCommand,
  type RequestDetails,
  RevokeRevisionCommand,
  StartJobCommand,
  type Type,
  UpdateDataSetCommand,
  UpdateRevisionCommand,
} from '@aws-sdk/client-dataexchange';
import { CreateBucketCommand, PutBucketTaggingCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { Clients } from '../clients';
import type { Context, Finding, Probe, Value } from '../probe';
import { bucketsOfTheService, exchange, ownBuckets, ownObjects, type Right } from '../rights';

/** What the probes of Data Exchange share: one data set and one bucket for a run, jobs, and how answers are told. */

/** How long to look for a job that a call does not know yet, and for one that does not end. */
const PATIENCE = { calls: 40, secondsForJob: 900 };

const REVISIONS = exchange(
  'CreateDataSet',
  'TagResource',
  'UpdateDataSet',
  'CreateRevision',
  'UpdateRevision',
  'DeleteRevision',
  'CreateJob',
  'StartJob',
  'GetJob',
  'CancelJob',
);
const IMPORTS: readonly Right[] = [
  ...REVISIONS,
  ...exchange('CreateAsset', 'ListRevisionAssets', 'PublishDataSet', 'PublishToDataGrant', 'RevokeRevision'),
  ...ownBuckets('CreateBucket', 'PutBucketTagging', 'GetBucketLocation', 'ListBucket'),
  ...ownObjects('PutObject', 'GetObject'),
  ...bucketsOfTheService('PutObject', 'PutObjectAcl'),
];
const EXPORTS: readonly Right[] = [
  ...IMPORTS,
  ...exchange('GetAsset', 'GetRevision', 'GetDataSet'),
  ...ownObjects('PutObjectAcl'),
  ...bucketsOfTheService('GetObject'),
];

/** What probes make, by how far their jobs go. */
const LEVELS = {
  nothing: { makes: 'nothing', dollars: 0, seconds: 1, rights: [] },
  revisions: { makes: 'a data set, revisions, and jobs that never run', dollars: 0, seconds: 4, rights: REVISIONS },
  imports: {
    makes: 'a bucket, small objects, and jobs that import them',
    dollars: 0.0005,
    seconds: 45,
    rights: IMPORTS,
  },
  exports: { makes: 'jobs that export them again', dollars: 0.0005, seconds: 90, rights: EXPORTS },
} as const satisfies Record<string, Pick<Probe, 'makes' | 'dollars' | 'seconds' | 'rights'>>;

/** A probe of Data Exchange. @param more what differs from its level; its rights are added to those of the level */
export function probe(
  name: string,
  level: keyof typeof LEVELS,
  run: Probe['run'],
  more: Partial<Omit<Probe, 'name' | 'run'>> = {},
): Probe {
  return { ...LEVELS[level], ...more, name, run, rights: [...LEVELS[level].rights, ...(more.rights ?? [])] };
}

/** A probe of a guess without a switch. @param byDefault what the local Data Exchange does */
export function guess(
  name: string,
  sentence: string,
  byDefault: Value,
  level: keyof typeof LEVELS,
  run: Probe['run'],
  more: Partial<Omit<Probe, 'name' | 'run' | 'guess'>> = {},
): Probe {
  return probe(name, level, run, { ...more, guess: { default: byDefault, sentence } });
}

// --- answers ----------------------------------------------------------------------------------------------------

/** What a call was refused with. */
export interface Refused {
  /** HTTP status. */
  readonly status: number;
  /** The error's name, and its text. */
  readonly name: string;
  readonly message: string;
}

export type Answer<Output> = { readonly done: Output } | { readonly refused: Refused };

/**
 * Makes a call that may be refused.
 *
 * @param denied whether a 403 is an answer, too, unless IAM gives it
 * @throws the error of a call that was not refused by its content: a missing right, throttling, no answer
 */
export async function attempt<Output>(call: Promise<Output>, denied = false): Promise<Answer<Output>> {
  try {
    return { done: await call };
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    const status = $metadata?.httpStatusCode ?? 0;
    const isAnswer =
      status >= 400 &&
      status < 500 &&
      (status !== 403 || (denied && !/not authorized to perform/.test(message))) &&
      status !== 429;
    if (!isAnswer) {
      throw error;
    }
    return { refused: { status, name, message } };
  }
}

export function describe(answer: Answer<unknown>): string {
  if ('done' in answer) {
    return 'accepted';
  }
  const { status, name, message } = answer.refused;
  return `${status} ${name}: ${message}`;
}

/** The finding of a probe that asks whether a call is refused. */
export function refusedOrNot(answer: Answer<unknown>, refused: Value = 'refused', allowed: Value = 'allowed'): Finding {
  return { seen: 'refused' in answer ? refused : allowed, evidence: describe(answer) };
}

/** State and errors of a job that has ended. */
export function describeJob({ State, Errors = [] }: GetJobCommandOutput): string {
  return [State, ...Errors.map(({ Code, Message }) => `${Code}: ${Message}`)].join(', ');
}

// --- data sets, revisions, buckets --------------------------------------------------------------------------------

export interface RevisionKey {
  readonly DataSetId: string;
  readonly RevisionId: string;
}

/** An id of the right form that nothing has. */
export function unknownId(): string {
  return randomBytes(16).toString('hex');
}

export async function makeDataSet(context: Context, what: string, AssetType: AssetType = 'S3_SNAPSHOT') {
  const Name = context.nameOf(what);
  return context.make('data-set', Name, async () => {
    const Tags = { [context.tag.Key]: context.tag.Value };
    const input = { AssetType, Name, Description: 'Made by an acceptance run', Tags };
    return (await context.clients.dataExchange.send(new CreateDataSetCommand(input))).Id;
  });
}

/** Makes something once in a run, and again after `again`. */
function onceInRun<Result>(make: (context: Context) => Promise<Result>) {
  const made = new WeakMap<Clients, Promise<Result>>();
  return {
    get(context: Context): Promise<Result> {
      const known = made.get(context.clients) ?? make(context);
      made.set(context.clients, known);
      return known;
    },
    again: ({ clients }: Context) => made.delete(clients),
  };
}

const dataSetOfFiles = onceInRun((context) => makeDataSet(context, 'files'));

/** The data set of files that all probes share. @returns its id */
export async function sharedDataSet(context: Context): Promise<string> {
  return (await dataSetOfFiles.get(context)).id ?? '';
}

/** Service time, epoch milliseconds: what the service stamps a change with. */
export async function serviceTime(context: Context): Promise<number> {
  const DataSetId = await sharedDataSet(context);
  const input = { DataSetId, Description: 'Made by an acceptance run' };
  const { UpdatedAt } = await context.clients.dataExchange.send(new UpdateDataSetCommand(input));
  return UpdatedAt?.getTime() ?? 0;
}

/** Works with a new revision of the shared data set, and deletes it afterwards where that is possible. */
export async function withRevision<Result>(
  context: Context,
  work: (revision: RevisionKey) => Promise<Result>,
  dataSetId?: string,
): Promise<Result> {
  const client = context.clients.dataExchange;
  const DataSetId = dataSetId ?? (await sharedDataSet(context));
  const { Id = '' } = await client.send(new CreateRevisionCommand({ DataSetId }));
  const revision = { DataSetId, RevisionId: Id };
  try {
    return await work(revision);
  } finally {
    if (!(await deleteRevision(context, revision)) && !dataSetId) {
      await renewDataSet(context);
    }
  }
}

/** Deletes a revision: opened first, or revoked, if the service wants that. @returns whether it is gone */
async function deleteRevision({ clients }: Context, revision: RevisionKey): Promise<boolean> {
  const { dataExchange: client } = clients;
  const RevocationComment = 'Made by an acceptance run';
  function remove(): Promise<boolean> {
    return client.send(new DeleteRevisionCommand(revision)).then(() => true, isGone);
  }
  await client.send(new UpdateRevisionCommand({ ...revision, Finalized: false })).catch(() => {});
  if (await remove()) {
    return true;
  }
  await client.send(new RevokeRevisionCommand({ ...revision, RevocationComment })).catch(() => {});
  return remove();
}

function isGone(error: Error): boolean {
  return error.name === 'ResourceNotFoundException';
}

/** Other probes get another shared data set: revisions that cannot be deleted would fill this one. */
async function renewDataSet(context: Context): Promise<void> {
  const former = await dataSetOfFiles.get(context);
  dataSetOfFiles.again(context);
  if (context.emulator) {
    // Against AWS other probes may use it at this moment; it goes at the end.
    await context.remove(former);
  }
}

/** The keys of the objects in the shared bucket. Each object's content is its key. */
export const KEYS = ['one.txt', 'two.txt'];

const bucketOfFiles = onceInRun(async (context) => {
  const bucket = await makeBucket(context, 'files');
  for (const key of KEYS) {
    await putObject(context, bucket, key);
  }
  return bucket;
});

/** The bucket that all probes share, with the objects of KEYS. @returns its name */
export function sharedBucket(context: Context): Promise<string> {
  return bucketOfFiles.get(context);
}

export async function makeBucket(context: Context, what: string): Promise<string> {
  const Bucket = context.nameOf(what);
  const { s3 } = context.clients;
  await context.make('bucket', Bucket, async () => {
    // S3 refuses its first Region as a constraint.
    const place = context.region === 'us-east-1' ? {} : { LocationConstraint: context.region as 'eu-west-1' };
    const constraint = context.region === 'us-east-1' ? {} : { CreateBucketConfiguration: place };
    await s3.send(new CreateBucketCommand({ Bucket, ...constraint }));
    return Bucket;
  });
  await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [context.tag] } }));
  return Bucket;
}

export async function putObject(context: Context, Bucket: string, Key: string): Promise<void> {
  await context.clients.s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
}

export function finalize(context: Context, revision: RevisionKey) {
  return context.clients.dataExchange.send(new UpdateRevisionCommand({ ...revision, Finalized: true }));
}

export async function assetsOf(context: Context, revision: RevisionKey) {
  const input = { ...revision, MaxResults: 200 };
  return (await context.clients.dataExchange.send(new ListRevisionAssetsCommand(input))).Assets ?? [];
}

// --- jobs -------------------------------------------------------------------------------------------------------

export type CreatedJob = CreateJobCommandOutput & { readonly Id: string };

/** Creates a job. If it is left waiting, the removal of its data set cancels it. */
export async function createJob(context: Context, type: Type, details: RequestDetails): Promise<CreatedJob> {
  const input = { Type: type, Details: details };
  return (await context.clients.dataExchange.send(new CreateJobCommand(input))) as CreatedJob;
}

/** Repeats a call for as long as it does not know a job that was just created. */
export async function patiently<Output>(context: Context, call: () => Promise<Output>): Promise<Output> {
  for (let calls = 1; ; calls += 1) {
    try {
      return await call();
    } catch (error) {
      if ((error as Error).name !== 'ResourceNotFoundException' || calls > PATIENCE.calls) {
        throw error;
      }
      // A lag may be one of calls or one of time.
      if (calls > 5) {
        await context.wait(calls > 20 ? 5 : 1);
      }
    }
  }
}

export function getJob(context: Context, JobId: string): Promise<GetJobCommandOutput> {
  return patiently(context, () => context.clients.dataExchange.send(new GetJobCommand({ JobId })));
}

/** Starts a job. @throws the refusal, unless it is that the job is not known yet */
export async function startJob(context: Context, JobId: string): Promise<void> {
  await getJob(context, JobId);
  await context.clients.dataExchange.send(new StartJobCommand({ JobId }));
}

export async function cancelJob(context: Context, JobId: string): Promise<void> {
  await patiently(context, () => context.clients.dataExchange.send(new CancelJobCommand({ JobId }))).catch(() => {});
}

/** Waits until a job has ended. @throws Error if it does not end */
export async function finishJob(context: Context, id: string): Promise<GetJobCommandOutput> {
  let waited = 0;
  for (let pause = 1; waited < PATIENCE.secondsForJob; pause = Math.min(pause * 1.5, 30)) {
    const job = await getJob(context, id);
    if (job.State !== 'WAITING' && job.State !== 'IN_PROGRESS') {
      return job;
    }
    await context.wait(pause);
    waited += pause;
  }
  throw new Error(`a job did not end within ${PATIENCE.secondsForJob} s`);
}

/** Creates a job, starts it and waits for its end. */
export async function runJob(context: Context, type: Type, details: RequestDetails): Promise<GetJobCommandOutput> {
  const { Id } = await createJob(context, type, details);
  await startJob(context, Id);
  return finishJob(context, Id);
}

export function s3Import(revision: RevisionKey, Bucket: string, keys: readonly string[]): RequestDetails {
  return { ImportAssetsFromS3: { ...revision, AssetSources: keys.map((Key) => ({ Bucket, Key })) } };
}

/**
 * Works with a revision that holds assets of these objects of the shared bucket. It is finalized if the service exports
 * no other.
 */
export async function withAssets<Result>(
  context: Context,
  keys: readonly string[],
  work: (revision: RevisionKey, bucket: string, assetIds: string[]) => Promise<Result>,
): Promise<Result> {
  const mustBeFinalized = (await context.seen('exportUnfinalizedRevision')) === 'refused';
  return withFilled(context, keys, async (revision, bucket, assetIds) => {
    if (mustBeFinalized) {
      await finalize(context, revision);
    }
    return work(revision, bucket, assetIds);
  });
}

/** The same, never finalized. */
export async function withFilled<Result>(
  context: Context,
  keys: readonly string[],
  work: (revision: RevisionKey, bucket: string, assetIds: string[]) => Promise<Result>,
): Promise<Result> {
  const bucket = await sharedBucket(context);
  return withRevision(context, async (revision) => {
    const job = await runJob(context, 'IMPORT_ASSETS_FROM_S3', s3Import(revision, bucket, keys));
    if (job.State !== 'COMPLETED') {
      throw new Error(`the objects could not be imported: ${describeJob(job)}`);
    }
    const assets = await assetsOf(context, revision);
    return work(
      revision,
      bucket,
      keys.map((key) => assets.find(({ Name }) => Name === key)?.Id ?? ''),
    );
  });
}

// --- figures ----------------------------------------------------------------------------------------------------

/** The number with the fewest digits within these bounds: a whole one if there is one, else tenths. */
export function roundest(low: number, high: number): number {
  // Never minus zero.
  const whole = Math.ceil(low - 1e-9) + 0;
  if (whole <= high + 1e-9) {
    return whole;
  }
  const tenths = Math.ceil(low * 10 - 1e-9) / 10;
  return tenths <= high + 1e-9 ? tenths : Math.round((low + high) * 50) / 100;
}

/**
 * The least amount for which `holds`, which is false for 0: a whole one, or tenths.
 *
 * @returns undefined if it holds for none up to the limit
 */
export async function least(limit: number, holds: (amount: number) => Promise<boolean>): Promise<number | undefined> {
  let high = 1;
  while (!(await holds(high))) {
    high *= 2;
    if (high > limit) {
      return undefined;
    }
  }
  let low = high === 1 ? 0 : high / 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    [low, high] = (await holds(middle)) ? [low, middle] : [middle, high];
  }
  // Calls take time, too: a little less than a whole amount holds by chance.
  if (!(await holds(high - 0.2))) {
    return high;
  }
  for (let tenths = 1; tenths < 8; tenths += 1) {
    if (await holds(low + tenths / 10)) {
      return Math.round(low * 10 + tenths) / 10;
    }
  }
  return high - 0.2;
}
