import { conflict, invalid } from '../errors';
import { JOB_TYPES } from '../jobs/job-types';
import { assetArn, dataSetArn, revisionArn } from '../store/arns';
import type { DataSet, EventAction, Revision } from '../store/records';
import { type Region, removeRevision } from '../store/region';
import { makeJob } from './create-job';

/** The documented default of auto-export. */
const AUTO_EXPORT_KEY_PATTERN = '${Revision.CreatedAt}/${Asset.Name}';

/**
 * Makes a revision part of the products of its data set, which no call of this API can do. It counts as finalized from
 * then on. Subscribers get a copy, and their event actions export it.
 * @param now epoch milliseconds
 * @throws ServiceError 409 if it is revoked
 */
export function publish(region: Region, revision: Revision, now: number): void {
  if (revision.revokedAt !== undefined) {
    const text = `Revision ${revision.id} is revoked and cannot be published.`;
    throw conflict('REVISION', revision.id, text);
  }
  if (revision.published) {
    return;
  }
  revision.finalized = true;
  revision.published = true;
  for (const entitled of region.store.entitledCopiesOf(revision.dataSetId)) {
    const copy = copyRevision(region, revision, entitled, now);
    for (const eventAction of region.store.eventActions.values()) {
      if (eventAction.dataSetId === entitled.id) {
        startAutoExport(region, eventAction, copy, now);
      }
    }
  }
}

/** Revokes a revision, also for its subscribers. */
export function revoke(region: Region, revision: Revision, comment: string, now: number): void {
  for (const revoked of [revision, ...region.store.revisionCopiesOf(revision.id)]) {
    revoked.revokedAt = now;
    revoked.revocationComment = comment;
    revoked.updatedAt = now;
  }
}

/**
 * Puts a data set into a product that this account subscribes to: publishes its finalized revisions and makes the copy
 * that a subscriber sees. An account that owns a data set and subscribes to it sees both (API Reference, SourceId).
 * @returns the entitled data set; the same one for the same product
 * @throws ServiceError 400 if the data set is itself entitled
 */
export function entitle(region: Region, source: DataSet, productId: string, now: number): DataSet {
  const { store, name, ids } = region;
  if (source.entitlement) {
    throw invalid([`Data set ${source.id} is entitled; only an owned one can be part of a product`]);
  }
  const known = store.entitledCopiesOf(source.id).find(({ entitlement }) => entitlement?.productId === productId);
  if (known) {
    return known;
  }
  const revisions = store.revisionsOf(source.id).filter((revision) => revision.revokedAt === undefined);
  for (const revision of revisions.filter(({ finalized }) => finalized)) {
    publish(region, revision, now);
  }
  const id = ids.next();
  const entitled: DataSet = {
    ...source,
    id,
    arn: dataSetArn(name, '', id),
    createdAt: now,
    updatedAt: now,
    tags: new Map(),
    entitlement: { productId, sourceId: source.id },
  };
  store.dataSets.set(id, entitled);
  for (const revision of revisions.filter(({ published }) => published)) {
    copyRevision(region, revision, entitled, now);
  }
  return entitled;
}

/**
 * Ends a subscription: the entitled data set, what is in it and its event actions are gone. The owner's stay.
 * @throws ServiceError 400 if the data set is not entitled
 */
export function endEntitlement(region: Region, entitled: DataSet): void {
  const { store } = region;
  if (!entitled.entitlement) {
    throw invalid([`Data set ${entitled.id} is not entitled`]);
  }
  for (const { id, dataSetId } of [...store.eventActions.values()]) {
    if (dataSetId === entitled.id) {
      store.eventActions.delete(id);
    }
  }
  for (const revision of store.revisionsOf(entitled.id)) {
    removeRevision(region, revision);
  }
  store.dataSets.delete(entitled.id);
}

/** Gives the subscriber of an entitled data set a copy of a published revision and its assets. */
function copyRevision({ store, name, ids }: Region, source: Revision, entitled: DataSet, now: number): Revision {
  const id = ids.next();
  const arn = revisionArn(name, '', entitled.id, id);
  const copy: Revision = {
    ...source,
    id,
    arn,
    dataSetId: entitled.id,
    updatedAt: now,
    tags: new Map(),
    sourceId: source.id,
  };
  store.revisions.set(id, copy);
  for (const { content: _content, ...asset } of store.assetsOf(source.id)) {
    const assetId = ids.next();
    store.assets.set(assetId, {
      ...asset,
      id: assetId,
      arn: assetArn(name, '', entitled.id, id, assetId),
      dataSetId: entitled.id,
      revisionId: id,
      tags: new Map(),
      sourceId: asset.id,
    });
  }
  return copy;
}

/** Makes and starts the job of an event action, whatever the quota of running jobs. */
function startAutoExport(region: Region, { arn, export: action }: EventAction, revision: Revision, now: number): void {
  const { RevisionDestination, Encryption } = action;
  const job = makeJob(
    region,
    JOB_TYPES.get('EXPORT_REVISIONS_TO_S3')!,
    {
      DataSetId: revision.dataSetId,
      RevisionDestinations: [{ RevisionId: revision.id, KeyPattern: AUTO_EXPORT_KEY_PATTERN, ...RevisionDestination }],
      ...(Encryption ? { Encryption } : {}),
      EventActionArn: arn,
    },
    now,
  );
  job.startedAt = now;
  region.store.unfinished.add(job);
}
