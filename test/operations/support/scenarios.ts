import { ManualClock } from '../../../emulator/clock';
import type { Properties } from '../../../src/job/properties';
import { MINIMAL, SECRET } from '../../job/examples';
import { drive, type Finished } from '../../support/cloudformation';
import type { Invocation } from '../../support/contract';
import { type Fault, faultsOf, withFaults } from './faults';
import { handlersOver } from './handlers';
import { IMPORT, OWN_IMPORT } from './jobs';
import type { Method } from './refusals';
import { SimulatedExchange } from './simulated-exchange';

/** Every operation with what matters to its course, over the simulated exchange. */

type First = Omit<Invocation, 'token'>;

export interface Scenario {
  readonly name: string;
  /** The template's model of a job that exists before. */
  readonly existing?: Properties;
  readonly first: (Id: unknown) => First;
}

const FINALISE: Properties = { ...OWN_IMPORT, FinalizeRevision: true };
const WAITING: Properties = { ...OWN_IMPORT, StartOnCreation: false };
const { UrlAssetMd5Hash: _, RevisionId: __, ...withoutHash } = MINIMAL.IMPORT_ASSET_FROM_SIGNED_URL;
const WITH_FILE: Properties = { ...withoutHash, UrlAssetContent: SECRET, StartOnCreation: true };

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a create with a given revision',
    first: () => ({ action: 'CREATE', model: { ...IMPORT, FinalizeRevision: true } }),
  },
  { name: 'a create with its own revision', first: () => ({ action: 'CREATE', model: FINALISE }) },
  { name: 'a create with a file', first: () => ({ action: 'CREATE', model: WITH_FILE }) },
  { name: 'a create of a job that is to stay WAITING', first: () => ({ action: 'CREATE', model: WAITING }) },
  {
    name: 'an update that starts and finalises',
    existing: WAITING,
    first: (Id) => ({ action: 'UPDATE', model: { ...FINALISE, Id }, previousModel: { ...WAITING, Id } }),
  },
  {
    name: 'an update without a previous model',
    existing: WAITING,
    first: (Id) => ({ action: 'UPDATE', model: { ...FINALISE, Id } }),
  },
  {
    name: 'an update that opens a given revision',
    existing: { ...IMPORT, FinalizeRevision: true },
    first: (Id) => ({ action: 'UPDATE', model: { ...IMPORT, FinalizeRevision: false, Id } }),
  },
  {
    name: 'an update that is rolled back',
    existing: FINALISE,
    first: (Id) => ({
      action: 'UPDATE',
      model: { ...OWN_IMPORT, Id },
      previousModel: { ...FINALISE, Id },
      rollback: true,
    }),
  },
  { name: 'a delete of a WAITING job', existing: WAITING, first: (Id) => ({ action: 'DELETE', model: { Id } }) },
  {
    name: 'a delete of a finalised revision',
    existing: FINALISE,
    first: (Id) => ({ action: 'DELETE', model: { Id } }),
  },
  {
    name: 'a delete of a job in a given revision',
    existing: IMPORT,
    first: (Id) => ({ action: 'DELETE', model: { Id } }),
  },
  { name: 'a read', existing: FINALISE, first: (Id) => ({ action: 'READ', model: { Id } }) },
  { name: 'a list', existing: FINALISE, first: () => ({ action: 'LIST', model: {} }) },
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
export async function perform({ existing, first }: Scenario, schedule: Schedule): Promise<Performance> {
  const clock = new ManualClock();
  const service = new SimulatedExchange(clock);
  const undisturbed = handlersOver(service, clock);
  const before = existing && (await drive(undisturbed, clock, { action: 'CREATE', model: existing }));
  const existingId = before?.event.resourceModel?.Id;
  const calls: Method[] = [];
  const disturbed = withFaults(service, (method) => schedule.get(calls.push(method) - 1));
  const finished = await drive(handlersOver(disturbed, clock), clock, first(existingId), { retries: 2 });
  const id = existingId ?? finished.events.find(({ resourceModel }) => resourceModel?.Id)?.resourceModel?.Id;
  const deleteResource = () => drive(undisturbed, clock, { action: 'DELETE', model: { Id: id } });
  return { ...finished, calls, id, service, deleteResource };
}

/** Every schedule that adds one fault to the calls of a performance. @param from the first call that may meet it */
export function faultsIn(calls: readonly Method[], from = 0): [number, Fault][] {
  return calls
    .slice(from)
    .flatMap((method, index) => faultsOf(method).map((fault): [number, Fault] => [from + index, fault]));
}
