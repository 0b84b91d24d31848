import { shorten } from '../errors';
import { typeOf } from '../jobs/job-types';
import { endOf, type JobView, shownStateOf, stateOf } from '../store/job-state';
import type { Asset, DataSet, Job, Revision } from '../store/records';
import type { Region } from '../store/region';
import type { ServerContext } from './context';

/**
 * `GET /_emulator/state`: what the page shows. It has neither signed URLs nor bytes, and its size is limited however
 * much the service holds. Times are ISO 8601, of the service's clock.
 */
export type ServiceState = ReturnType<typeof serviceState>;

/** The first of some items, and how many there are in all. */
export interface Some<Item> {
  readonly total: number;
  readonly items: readonly Item[];
}

/** How many of each there are at most: data sets, jobs and requests of all, revisions of one data set, and so on. */
export const MOST = {
  dataSets: 20,
  revisions: 10,
  assets: 10,
  tags: 10,
  jobs: 50,
  jobRevisions: 5,
  errors: 5,
  requests: 50,
  rules: 50,
} as const;

/** Characters of a comment, of a description, and of what a fault rule does. */
const LONGEST_TEXT = 300;

interface JobInRegion {
  readonly region: Region;
  readonly job: Job;
  readonly view: JobView;
}

/** The state of all Regions. The caller has brought the service up to date with the clock. */
export function serviceState({ service, faults, journal, seed }: ServerContext) {
  const { account, buckets, clock } = service.services;
  const regions = service.allRegions();
  const { fired } = faults.report();
  const rules = faults.report().script.faults ?? [];
  return {
    account,
    buckets: buckets.description,
    seed,
    now: time(clock.now()),
    dataSets: someDataSets(regions),
    jobs: someJobs(regions),
    requests: journal.last(MOST.requests),
    faults: some(
      rules.map(({ on, do: action }, at) => ({
        name: fired[at]!.name,
        times: fired[at]!.times,
        on: [on].flat(),
        does: shorten(JSON.stringify(action), LONGEST_TEXT),
      })),
      MOST.rules,
    ),
    changedAssumptions: Object.entries(faults.report().script.assumptions ?? {}).map(([name, value]) => ({
      name,
      value: shorten(JSON.stringify(value), LONGEST_TEXT),
    })),
  };
}

/** Those in which something was made last come first. */
function someDataSets(regions: readonly Region[]) {
  const found = regions.flatMap((region) => {
    const revisions = groupBy(region.store.revisions.values(), ({ dataSetId }) => dataSetId);
    return [...region.store.dataSets.values()].map((dataSet) => ({
      region,
      dataSet,
      revisions: (revisions.get(dataSet.id) ?? []).sort(newestFirst),
    }));
  });
  found.sort((one, other) => lastChange(other.dataSet, other.revisions) - lastChange(one.dataSet, one.revisions));
  const shown = found.slice(0, MOST.dataSets);
  const shownRevisions = new Set(shown.flatMap(({ revisions }) => revisions.slice(0, MOST.revisions)));
  const assets = assetsOf(regions, new Set([...shownRevisions].map(({ id }) => id)));
  return {
    total: found.length,
    items: shown.map(({ region, dataSet, revisions }) => ({
      region: region.name,
      id: dataSet.id,
      name: dataSet.name,
      description: shorten(dataSet.description, LONGEST_TEXT),
      assetType: dataSet.assetType,
      ...(dataSet.entitlement ? { productId: dataSet.entitlement.productId } : {}),
      createdAt: time(dataSet.createdAt),
      revisions: some(revisions, MOST.revisions, (revision) =>
        revisionState(region, revision, assets.get(revision.id) ?? []),
      ),
    })),
  };
}

function revisionState({ store }: Region, revision: Revision, assets: readonly Asset[]) {
  const { id, comment, createdAt, updatedAt, revokedAt, revocationComment, tags, sourceId } = revision;
  return {
    id,
    state: stateOfRevision(revision),
    finalized: revision.finalized,
    published: revision.published,
    ...(comment === undefined ? {} : { comment: shorten(comment, LONGEST_TEXT) }),
    ...(revokedAt === undefined ? {} : { revokedAt: time(revokedAt) }),
    ...(revocationComment === undefined ? {} : { revocationComment: shorten(revocationComment, LONGEST_TEXT) }),
    ...(sourceId === undefined ? {} : { sourceId }),
    createdAt: time(createdAt),
    updatedAt: time(updatedAt),
    tags: some([...tags], MOST.tags, ([key, value]) => ({ key, value })),
    assets: some(assets, MOST.assets, (asset) => {
      const content = store.contentOf(asset);
      return { id: asset.id, name: asset.name, ...(content ? { bytes: content.size } : {}) };
    }),
  };
}

function stateOfRevision({ finalized, published, revokedAt }: Revision) {
  if (revokedAt !== undefined) {
    return 'revoked';
  }
  if (published) {
    return 'published';
  }
  return finalized ? 'finalized' : 'open';
}

/** The newest come first. A job that has vanished or is past its retention is not among them. */
function someJobs(regions: readonly Region[]) {
  const found = regions.flatMap((region) =>
    [...region.store.jobs.values()].flatMap((job): JobInRegion[] => {
      const view = stateOf(region, job);
      return view ? [{ region, job, view }] : [];
    }),
  );
  // Two jobs of one moment keep the order in which they were made, newest first like the others.
  return some(
    found.reverse().sort((one, other) => newestFirst(one.job, other.job)),
    MOST.jobs,
    jobState,
  );
}

function jobState({ region, job, view }: JobInRegion) {
  const { direction, references } = typeOf(job);
  const { dataSetId, revisionIds } = references(job.details);
  const shown = shownStateOf(region, job)?.state;
  const end = endOf(job);
  return {
    region: region.name,
    id: job.id,
    type: job.type,
    direction,
    state: view.state,
    // What a fault script lets GetJob show instead, for a while.
    ...(shown === view.state ? {} : { readsShow: shown ?? 'no such job' }),
    createdAt: time(job.createdAt),
    updatedAt: time(view.updatedAt),
    ...(job.startedAt === undefined ? {} : { startedAt: time(job.startedAt) }),
    ...(end === undefined ? {} : { endsAt: time(end) }),
    errors: some(view.errors, MOST.errors, ({ Code, Message }) => ({ code: Code, message: shorten(Message, 1000) })),
    dataSetId,
    dataSetName: region.store.dataSets.get(dataSetId)?.name,
    revisionIds: some(revisionIds, MOST.jobRevisions),
    buckets: bucketsIn(job.details).slice(0, MOST.jobRevisions),
    namedBy: tagsThatName(job, revisionIds, region),
    ...('EventActionArn' in job.details ? { eventAction: true } : {}),
  };
}

/** The names of the buckets that a job's details hold, each once. */
function bucketsIn(details: object): string[] {
  const names = new Set<string>();
  JSON.stringify(details, (member, value) => {
    if (member === 'Bucket' && typeof value === 'string') {
      names.add(value);
    }
    return value;
  });
  return [...names];
}

/** The keys of the tags of its revisions that name a job, by their value or at their end: whose it is. */
function tagsThatName({ id }: Job, revisionIds: readonly string[], { store }: Region): string[] {
  const tags = revisionIds.flatMap((revisionId) => [...(store.revisions.get(revisionId)?.tags ?? [])]);
  return tags.flatMap(([key, value]) => (value === id || key.endsWith(id) ? [key] : [])).slice(0, MOST.tags);
}

/** The assets of these revisions, in one pass over all assets. */
function assetsOf(regions: readonly Region[], revisionIds: ReadonlySet<string>): Map<string, Asset[]> {
  const wanted = regions.flatMap(({ store }) =>
    [...store.assets.values()].filter(({ revisionId }) => revisionIds.has(revisionId)),
  );
  return groupBy(wanted, ({ revisionId }) => revisionId);
}

function groupBy<Item>(items: Iterable<Item>, keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) {
      group.push(item);
    } else {
      groups.set(keyOf(item), [item]);
    }
  }
  return groups;
}

function lastChange(dataSet: DataSet, revisions: readonly Revision[]): number {
  return Math.max(dataSet.createdAt, revisions[0]?.createdAt ?? 0);
}

function newestFirst(one: { readonly createdAt: number }, other: { readonly createdAt: number }): number {
  return other.createdAt - one.createdAt;
}

function some<Item>(items: readonly Item[], most: number): Some<Item>;
function some<Item, View>(items: readonly Item[], most: number, view: (item: Item) => View): Some<View>;
function some<Item>(items: readonly Item[], most: number, view: (item: Item) => unknown = (item) => item) {
  return { total: items.length, items: items.slice(0, most).map(view) };
}

/** ISO 8601 with milliseconds. @param milliseconds since the epoch */
function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
