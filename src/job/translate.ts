import type { Job } from './job';
import { type Input, type JobTypeName, jobType } from './job-types';
import { isRecord, own, type Properties } from './properties';
import { belongsToJob, type Revision } from './revision';
import { schema } from './schema';
import { wasStarted } from './states';
import { fileOf, md5Of } from './upload';

/** The body of CreateJob (API_CreateJob): the type and its one branch of `Details`. */
export interface CreateJobInput {
  readonly Type: JobTypeName;
  readonly Details: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * The CreateJob body that a valid model asks for. Properties that belong to another job type are not looked at.
 *
 * @param revisionId the job's own revision, where the model names none
 */
export function createJobInput(model: Properties, revisionId?: string): CreateJobInput {
  const type = jobType(model.Type);
  if (type === undefined) {
    throw new TypeError(`createJobInput takes a validated model; Type is ${String(model.Type)}`);
  }
  const branch: Record<string, unknown> = {};
  const given = { ...model, ...computedHash(model), ...(revisionId === undefined ? {} : { RevisionId: revisionId }) };
  for (const input of type.inputs) {
    const value = effective(given, input);
    if (value !== undefined) {
      put(branch, input.member, value);
    }
  }
  return { Type: model.Type as JobTypeName, Details: { [type.details]: branch } };
}

/** The hash property of a model whose file stands in the template. A hash that is given besides agrees with it: validated. */
export function computedHash(model: Properties): Properties {
  const hash = jobType(model.Type)?.upload?.hash;
  const file = fileOf(model);
  return hash === undefined || file === undefined ? {} : { [hash]: md5Of(file.content) };
}

/**
 * The model that a job's record shows: every property that the service tells, read-only ones included, nothing
 * write-only, no nulls. A job of a type that the table does not know keeps its common properties.
 *
 * @param revision the revision that the job fills, if its type may own it and the revision exists
 */
export function modelOf(job: Job, revision?: Revision): Properties {
  const type = jobType(job.Type);
  const model: Record<string, unknown> = { Type: job.Type };
  if (type !== undefined) {
    const branch = own(job.Details, type.details);
    for (const { property, member } of [...type.inputs, ...(type.attributes ?? [])]) {
      if (!isWriteOnly(property)) {
        model[property] = at(branch, member);
      }
    }
  }
  if (type?.ownRevision === true) {
    model.FinalizeRevision = revision?.Finalized === true;
  }
  if (revision !== undefined && belongsToJob(revision, job.Id)) {
    // What the template left out stays out; other resources use the attribute.
    Object.assign(model, { RevisionId: undefined, CreatedRevisionId: revision.Id, RevisionComment: revision.Comment });
  }
  Object.assign(model, {
    StartOnCreation: wasStarted(job.State),
    Id: job.Id,
    Arn: job.Arn,
    State: job.State,
    CreatedAt: job.CreatedAt,
    LastUpdatedTime: job.UpdatedAt,
  });
  return withoutNulls(model);
}

const WRITE_ONLY = new Set<string>(schema.writeOnlyProperties.map(propertyOf));
const READ_ONLY = new Set<string>(schema.readOnlyProperties.map(propertyOf));

/** The property that a pointer of the schema names: `/properties/Id` → `Id`. */
function propertyOf(pointer: string): string {
  return pointer.slice('/properties/'.length);
}

export function isWriteOnly(property: string): boolean {
  return WRITE_ONLY.has(property);
}

export function isReadOnly(property: string): boolean {
  return READ_ONLY.has(property);
}

/** A model as it may stand in an event: a secret is gone for good once CreateJob has it. */
export function withoutWriteOnly(model: Properties): Properties {
  return Object.fromEntries(Object.entries(model).filter(([property]) => !isWriteOnly(property)));
}

/** The value that takes effect for one input: what the model says, else the service's default. */
export function effective(model: Properties, input: Input): unknown {
  return own(model, input.property) ?? input.default;
}

function put(target: Record<string, unknown>, path: string, value: unknown): void {
  const members = path.split('.');
  const last = members.pop() as string;
  let place = target;
  for (const member of members) {
    place[member] ??= {};
    place = place[member] as Record<string, unknown>;
  }
  place[last] = value;
}

function at(record: unknown, path: string): unknown {
  return path.split('.').reduce((place: unknown, member) => (isRecord(place) ? own(place, member) : undefined), record);
}

/** A copy without null and undefined members, at any depth: the contract allows neither in a model. */
export function withoutNulls<T>(value: T): T {
  if (Array.isArray(value)) {
    return value.filter((entry) => entry !== null && entry !== undefined).map(withoutNulls) as T;
  }
  if (isRecord(value)) {
    const entries = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
    return Object.fromEntries(entries.map(([name, member]) => [name, withoutNulls(member)])) as T;
  }
  return value;
}
