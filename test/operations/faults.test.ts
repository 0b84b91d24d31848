import { REVISION, SECRET } from '../job/examples';
import { RETRIABLE } from '../support/contract';
import type { Fault } from './support/faults';
import { TRANSIENT } from './support/refusals';
import {
  CORRECTED,
  faultsIn,
  type Performance,
  perform,
  SCENARIOS,
  type Scenario,
  type Schedule,
} from './support/scenarios';

/**
 * Every operation under every schedule of up to two faults. CloudFormation's driver holds each event to the contract
 * and the operation to its timeout; what is checked here is how the operation ends, and what it leaves in the service.
 */

/** For a machine with other work to do. */
const TIMEOUT_MS = 60_000;

/** An error that is no refusal. */
const BUG: Fault = { name: 'a bug', error: () => new TypeError('a bug'), hasEffect: false };

async function brokenPromises(
  { action, model }: Scenario,
  performance: Performance,
  schedule: Schedule,
): Promise<string[]> {
  const { event, events, calls, id, service, deleteResource } = performance;
  const broken: string[] = [];
  function promise(what: string, holds: boolean): void {
    if (!holds) {
      broken.push(what);
    }
  }
  // A file is uploaded in the first invocation or never.
  const passes = [...schedule].every(([number, { error }]) => error === TRANSIENT && calls[number] !== 'upload');
  promise('faults that pass fail no operation', !passes || event.status === 'SUCCESS');
  promise('no second job is started', service.startedJobs().length <= 1);
  promise('no event holds a secret', !JSON.stringify(events).includes(SECRET));
  if (model === CORRECTED && event.status === 'SUCCESS') {
    const [corrected] = service.madeRevisions();
    const { Comment, Finalized, Tags = {} } = corrected ?? {};
    promise('what was corrected is finalised again', Comment === 'October' && Finalized === true);
    promise(
      'no tag of the correction stays',
      Tags.team === 'weather' && !/Reopened|draft/.test(Object.keys(Tags).join()),
    );
  }
  promise('a given revision stays', service.revisions.has(REVISION));
  promise('no retriable code in the end', !RETRIABLE.includes(event.errorCode ?? ''));
  if (action !== 'READ' && action !== 'LIST' && event.status === 'FAILED') {
    promise('a failure carries the identifier', event.errorCode === 'NotFound' || event.resourceModel?.Id === id);
  }
  if (id === undefined) {
    const unnamed = service.madeRevisions().filter(({ Id }) => !event.message?.includes(Id));
    promise('nothing is left behind that the message does not name', unnamed.length === 0);
  } else {
    await deleteResource();
    promise('nothing is left after the resource was deleted', service.madeRevisions().length === 0);
  }
  return broken;
}

/** Runs a scenario under a schedule. @throws Error if a promise is broken */
async function run(scenario: Scenario, schedule: Schedule): Promise<Performance> {
  const performance = await perform(scenario, schedule);
  const broken = await brokenPromises(scenario, performance, schedule);
  if (broken.length > 0) {
    const calls = performance.calls.map((method, number) => `${method} ${schedule.get(number)?.name ?? ''}`);
    throw new Error(`${broken.join('; ')}\n${calls.join('\n')}\nanswered ${JSON.stringify(performance.event)}`);
  }
  return performance;
}

it.each(SCENARIOS)(
  '$name keeps its promises under every schedule of up to two faults',
  async (scenario) => {
    const { calls } = await run(scenario, new Map());
    for (const [number, fault] of faultsIn(calls)) {
      const withOne = await run(scenario, new Map([[number, fault]]));
      for (const second of faultsIn(withOne.calls, number + 1)) {
        await run(scenario, new Map([[number, fault], second]));
      }
    }
  },
  TIMEOUT_MS,
);

it.each(SCENARIOS)(
  '$name answers an error of the handler itself, wherever it happens, with InternalFailure and the identifier',
  async (scenario) => {
    const { calls } = await perform(scenario, new Map());
    const lostAnswers = faultsIn(calls).filter(([, { error }]) => error === TRANSIENT);
    for (const lost of [[], ...lostAnswers.map((fault) => [fault])]) {
      const before = await perform(scenario, new Map(lost));
      for (const number of before.calls.keys()) {
        const { event, id } = await perform(scenario, new Map([...lost, [number, BUG]]));
        expect([number, event.errorCode, event.message?.includes('bug')]).toEqual([number, 'InternalFailure', false]);
        expect(event.resourceModel?.Id).toBe(scenario.action === 'LIST' ? undefined : id);
      }
    }
  },
  TIMEOUT_MS,
);
