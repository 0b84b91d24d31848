/** In the bundle, for the old `uuid` that the CloudFormation library imports (its log delivery, which never runs here). */
export { randomUUID as v4 } from 'node:crypto';
