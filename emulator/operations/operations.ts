import { deleteAsset, getAsset, listRevisionAssets, updateAsset } from './assets';
import { createJob } from './create-job';
import { DATA_GRANT_OPERATIONS } from './data-grants';
import {
  createDataSet,
  deleteDataSet,
  getDataSet,
  listDataSets,
  sendDataSetNotification,
  updateDataSet,
} from './data-sets';
import {
  createEventAction,
  deleteEventAction,
  getEventAction,
  listEventActions,
  updateEventAction,
} from './event-actions';
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
  sendDataSetNotification,
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
  createEventAction,
  getEventAction,
  listEventActions,
  updateEventAction,
  deleteEventAction,
  ...DATA_GRANT_OPERATIONS,
] as readonly Operation[];

/** Operations of the API that the local Data Exchange lacks; a request for one is refused with its name. */
export const ABSENT_OPERATIONS: readonly Pick<Operation, 'name' | 'method' | 'path'>[] = [
  { name: 'SendApiAsset', method: 'POST', path: '/v1' },
  { name: 'CreateDataGrant', method: 'POST', path: '/v1/data-grants' },
];
