import { deleteAsset, getAsset, listRevisionAssets, updateAsset } from './assets';
import { createJob } from './create-job';
import { createDataSet, deleteDataSet, getDataSet, listDataSets, updateDataSet } from './data-sets';
import { cancelJob, getJob, listJobs, startJob } from './jobs';
import type { Operation } from './operation';
import {
  createRevision,
  deleteRevision,
  getRevision,
  listDataSetRevisions,
  revokeRevision,
  updateRevision,
} from './revisions';
import { listTagsForResource, tagResource, untagResource } from './tags';

/** Every operation that the local Data Exchange has. */
export const OPERATIONS = [
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
] as readonly Operation[];

/** Operations of the API that the local Data Exchange lacks; a request for one is refused with its name. */
export const ABSENT_OPERATIONS: readonly Pick<Operation, 'name' | 'method' | 'path'>[] = [
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
