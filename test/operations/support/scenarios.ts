import { ManualClock } from 'local-data-exchange';
import type { Properties } from '../../../src/job/properties';
import { MINIMAL, SECRET } from '../../job/examples';
import { drive, type Finished } from '../../support/cloudformation';
import type { Action } from '../../support/contract';
import { type Fault, faultsOf, withFaults } from './faults';
import { handlersOver } from './handlers';
import { IMPORT, OWN_IMPORT } from './jobs';
import type { Method } from './refusals';
import { SimulatedExchange } from './simulated-exchange';

/** Every operation with what matters to its course, over the simulated exchange. */

export interface Scenario {
  readonly name: string;
  readonly action: Action;
  /** The template's model of a job that exists before; the models of the operation then get its identifier. */
  readonly existing?: Properties;
  readonly model: Properties;
  readonly previousModel?: Properties;
  readonly rollback?: true;
  /** Finalising a revision publishes it. */
  readonly publishes?: true;
}

const FINALISE: Properties = { ...OWN_IMPORT, FinalizeRevision: true };
const WAITING: Properties = { ...OWN_IMPORT, StartOnCreation: false };
const NAMED: Properties = { ...IMPORT, FinalizeRevision: true };
const { UrlAssetMd5Hash: _, RevisionId: __, ...withoutHash } = MINIMAL.IMPORT_ASSET_FROM_SIGNED_URL;
const COMMENTED: Properties = { ...FINALISE, RevisionComment: 'Oktober', RevisionTags: [{ Key: 'draft', Value: '' }] };
/** What an update corrects in a finalised revision, which has to be opened for it and finalised again. */
export const CORRECTED: Properties = {
  ...COMMENTED,
  RevisionComment: 'October',
  RevisionTags: [{ Key: 'team', Value: 'weather' }],
};
const REVOKED: Properties = { ...FINALISE, RevokeOnDelete: true };
const WITH_FILE: Properties = { ...withoutHash, UrlAssetContent: SECRET, StartOnCreation: true };

export const SCENARIOS: readonly Scenario[] = [
  { name: 'a create with a named revision', action: 'CREATE', model: NAMED },
  { name: 'a create with its own revision', action: 'CREATE', model: FINALISE },
  { name: 'a create with a file', action: 'CREATE', model: WITH_FILE },
  { name: 'a create of a job that is to stay WAITING', action: 'CREATE', model: WAITING },
  { name: 'an update that starts', action: 'UPDATE', existing: WAITING, model: FINALISE, previousModel: WAITING },
  { name: 'an update without a previous model', action: 'UPDATE', existing: WAITING, model: FINALISE },
  { name: 'an update that opens a named revision', action: 'UPDATE', existing: NAMED, model: IMPORT },
  {
    name: 'an update that is rolled back',
    action: 'UPDATE',
    existing: FINALISE,
    model: OWN_IMPORT,
    previousModel: FINALISE,
    rollback: true,
  },
  {
    name: 'an update of comment and tags of a finalised revision',
    action: 'UPDATE',
    existing: COMMENTED,
    model: CORRECTED,
    previousModel: COMMENTED,
  },
  { name: 'a delete of a published revision', action: 'DELETE', existing: REVOKED, model: REVOKED, publishes: true },
  { name: 'a delete of a WAITING job', action: 'DELETE', existing: WAITING, model: {} },
  { name: 'a delete of a finalised revision', action: 'DELETE', existing: FINALISE, model: {} },
  { name: 'a delete of a job in a named revision', action: 'DELETE', existing: IMPORT, model: {} },
  { name: 'a read', action: 'READ', existing: FINALISE, model: {} },
  { name: 'a list', action: 'LIST', existing: FINALISE, model: {} },
];

/** The calls of an operation that meet a fault, by their numbers. */
export type Schedule = ReadonlyMap<number, Fault>;

export interface Performance extends Finished {
  /** The calls that the operation made. */
  readonly calls: readonly Method[];
  /** The identifier, where a job existed before or an event has named one. */
  readonly id: unknown;
  readonly service: SimulatedExchange;
  /** Deletes the resource by an operation that meets no faults. */
  readonly deleteResource: () => Promise<Finished>;
}

/** Drives the operation of a scenario to its end. CloudFormation starts it over twice if its code is retriable. */
export async function perform(scenario: Scenario, schedule: Schedule): Promise<Performance> {
  const { action, existing, model, previousModel, rollback, publishes = false } = scenario;
  const clock = new ManualClock();
  const service = new SimulatedExchange(clock, { publishes });
  const undisturbed = handlersOver(service, clock);
  const before = existing && (await drive(undisturbed, clock, { action: 'CREATE', model: existing }));
  const Id = before?.event.resourceModel?.Id;
  const first = {
    action,
    model: Id === undefined || action === 'LIST' ? model : { ...model, Id },
    previousModel: previousModel && { ...previousModel, Id },
    rollback,
  };
  const calls: Method[] = [];
  const disturbed = withFaults(service, (method) => schedule.get(calls.push(method) - 1));
  const finished = await drive(handlersOver(disturbed, clock), clock, first, { retries: 2 });
  const id = Id ?? finished.events.find(({ resourceModel }) => resourceModel?.Id)?.resourceModel?.Id;
  const deleteResource = () => drive(undisturbed, clock, { action: 'DELETE', model: { ...existing, Id: id } });
  return { ...finished, calls, id, service, deleteResource };
}

/** Every schedule that adds one fault to the calls of a performance. @param from the first call that may meet it */
export function faultsIn(calls: readonly Method[], from = 0): [number, Fault][] {
  return calls
    .slice(from)
    .flatMap((method, index) => faultsOf(method).map((fault): [number, Fault] => [from + index, fault]));
}
