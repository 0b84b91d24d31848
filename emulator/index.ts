/** What the package `local-data-exchange` offers to programs. */
export {
  BucketError,
  type BucketProblem,
  type Buckets,
  type ObjectContent,
  type ServerSideEncryption,
  type StoredObject,
} from './buckets/buckets';
export { FolderBuckets } from './buckets/folder-buckets';
export { type Clock, ManualClock, ScaledClock } from './clock';
export { type Emulator, type EmulatorOptions, startEmulator } from './emulator';
export { ServiceError } from './errors';
export { FaultScriptError } from './faults/fault-schema';
export type { FaultAction, FaultCondition, FaultError, FaultRule, FaultScript } from './faults/fault-script';
export { CannotListen } from './server/http-server';
export type { JournalEntry } from './server/journal';
export type { Assumptions } from './store/assumptions';
export type { JobPlan } from './store/job-plan';
