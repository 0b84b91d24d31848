import type { Asset, Job } from './job';
import { type Input, type JobTypeName, jobType } from './job-types';
import { madeAssets } from './made-assets';
import { isRecord, own, type Properties, valueAt } from './properties';
import { belongsToJob, isFinalisedBy, type Revision, tagsOf } from './revision';
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

/**
 * The hash property of a model whose template holds the file. If the template gives the hash too, validation has
 * compared them.
 */
export function computedHash(model: Properties): Properties {
  const hash = jobType(model.Type)?.upload?.hash;
  const file = fileOf(model);
  return hash === undefined || file === undefined ? {} : { [hash]: md5Of(file.bytes) };
}

/**
 * The model that a job's record shows: every property that the service tells, read-only ones included, nothing
 * write-only, no nulls. A job of a type that the table does not know keeps its common properties.
 *
 * @param revision the revision that the job fills, if its type may own it and the revision exists
 * @param assets assets of that revision; those that the job has made are picked out
 */
export function modelOf(job: Job, revision?: Revision, assets: readonly Asset[] = []): Properties {
  const type = jobType(job.Type);
  const branch = type && own(job.Details, type.details);
  const model: Record<string, unknown> = { Type: job.Type };
  for (const input of type?.inputs ?? []) {
    if (!isWriteOnly(input.property)) {
      model[input.property] = valueAt(branch, input.member) ?? input.default;
    }
  }
  const made = madeAssets(job, assets);
  for (const attribute of type?.attributes ?? []) {
    model[attribute.property] =
      'asset' in attribute ? valueAt(made[0], attribute.asset) : valueAt(branch, attribute.member);
  }
  if (type?.ownRevision === true) {
    model.FinalizeRevision = revision !== undefined && isFinalisedBy(revision, job.Id);
    model.TargetRevisionId = model.RevisionId;
    model.AssetIds = made.length === 0 ? undefined : made.map(({ Id }) => Id);
  }
  if (revision !== undefined && belongsToJob(revision, job.Id)) {
    const tags = tagsOf(revision);
    Object.assign(model, {
      // What the template left out stays out; other resources use the attribute.
      RevisionId: undefined,
      RevisionComment: revision.Comment ?? '',
      RevisionTags: tags.length === 0 ? undefined : tags,
    });
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
