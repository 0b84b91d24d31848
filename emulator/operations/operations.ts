import { cancelJob } from './cancel-job';
import { createDataSet } from './create-data-set';
import { createJob } from './create-job';
import { createRevision } from './create-revision';
import { deleteAsset } from './delete-asset';
import { deleteDataSet } from './delete-data-set';
import { deleteRevision } from './delete-revision';
import { getAsset } from './get-asset';
import { getDataSet } from './get-data-set';
import { getJob } from './get-job';
import { getRevision } from './get-revision';
import { listDataSetRevisions } from './list-data-set-revisions';
import { listDataSets } from './list-data-sets';
import { listJobs } from './list-jobs';
import { listRevisionAssets } from './list-revision-assets';
import { listTagsForResource } from './list-tags-for-resource';
import type { Operation } from './operation';
import { revokeRevision } from './revoke-revision';
import { startJob } from './start-job';
import { tagResource } from './tag-resource';
import { untagResource } from './untag-resource';
import { updateAsset } from './update-asset';
import { updateDataSet } from './update-data-set';
import { updateRevision } from './update-revision';

/** Every operation that the local Data Exchange has. */
export const OPERATIONS: readonly Operation[] = [
  createDataSet,
  getDataSet,
  listDataSets,
  updateDataSet,
  deleteDataSet,
  createRevision,
  getRevision,
  listDataSetRevisions,
  updateRevision,
  deleteRevision,
  revokeRevision,
  getAsset,
  listRevisionAssets,
  updateAsset,
  deleteAsset,
  tagResource,
  untagResource,
  listTagsForResource,
  createJob,
  startJob,
  getJob,
  listJobs,
  cancelJob,
] as Operation[];

/** Operations of the API that are not here, so that a request for one is told its name. */
export const ABSENT_OPERATIONS: readonly { name: string; method: string; path: string }[] = [
  { name: 'SendApiAsset', method: 'POST', path: '/v1' },
  { name: 'SendDataSetNotification', method: 'POST', path: '/v1/data-sets/:DataSetId/notification' },
  { name: 'CreateEventAction', method: 'POST', path: '/v1/event-actions' },
  { name: 'ListEventActions', method: 'GET', path: '/v1/event-actions' },
  { name: 'GetEventAction', method: 'GET', path: '/v1/event-actions/:EventActionId' },
  { name: 'UpdateEventAction', method: 'PATCH', path: '/v1/event-actions/:EventActionId' },
  { name: 'DeleteEventAction', method: 'DELETE', path: '/v1/event-actions/:EventActionId' },
  { name: 'CreateDataGrant', method: 'POST', path: '/v1/data-grants' },
  { name: 'ListDataGrants', method: 'GET', path: '/v1/data-grants' },
  { name: 'GetDataGrant', method: 'GET', path: '/v1/data-grants/:DataGrantId' },
  { name: 'DeleteDataGrant', method: 'DELETE', path: '/v1/data-grants/:DataGrantId' },
  { name: 'AcceptDataGrant', method: 'POST', path: '/v1/data-grants/:DataGrantArn/accept' },
  { name: 'ListReceivedDataGrants', method: 'GET', path: '/v1/received-data-grants' },
  { name: 'GetReceivedDataGrant', method: 'GET', path: '/v1/received-data-grants/:DataGrantArn' },
];
