import fc from 'fast-check';
import { ManualClock } from 'local-data-exchange';
import { jobType } from '../../src/job/job-types';
import type { Properties } from '../../src/job/properties';
import type { Exchange } from '../../src/operations/exchange';
import { MAXIMAL, MINIMAL, SECRET } from '../job/examples';
import { checkAsync } from '../job/seed';
import { CloudFormation } from '../support/cloudformation';
import type { ProgressEvent } from '../support/contract';
import { faultsOf, withFaults } from './support/faults';
import { handlersOver } from './support/handlers';
import { HOUR, MINUTE, SECOND } from './support/invocation';
import { OWN_IMPORT } from './support/jobs';
import { ABSENT, QUOTA, TRANSIENT } from './support/refusals';
import { SimulatedExchange } from './support/simulated-exchange';

/**
 * Lives of resources. CloudFormation's driver holds every event to the contract, and every operation to its timeout.
 */

const { UrlAssetMd5Hash: _, ...withoutHash } = MINIMAL.IMPORT_ASSET_FROM_SIGNED_URL;
const WITH_FILE: Properties = { ...withoutHash, UrlAssetContent: SECRET };
const EXAMPLES = [...Object.values(MINIMAL), MAXIMAL.IMPORT_ASSET_FROM_API_GATEWAY_API, WITH_FILE];

/** The examples, and those of the types that fill a revision also with a revision of their own. */
const MODELS = EXAMPLES.flatMap((model) => {
  const { RevisionId: __, ...own } = model;
  return jobType(model.Type)?.ownRevision === true ? [model, own] : [model];
});

const lives = fc.record({
  model: fc.constantFrom(...MODELS),
  start: fc.boolean(),
  behaviour: fc.record({
    lengthMs: fc.constantFrom(SECOND, 30 * SECOND, 5 * MINUTE),
    lagMs: fc.constantFrom(0, 40 * SECOND),
    hiddenMs: fc.constantFrom(0, 2 * SECOND),
    end: fc.constantFrom('COMPLETED', 'COMPLETED', 'ERROR', 'TIMED_OUT'),
  }),
  habits: fc.record({
    keeps: fc.constantFrom('both', 'context', 'model'),
    repeated: fc.subarray([0, 1, 2]),
    lateSeconds: fc.constantFrom(0, 90),
    retries: fc.constant(3),
  }),
  /** What each call of the life takes. */
  latencyMs: fc.constantFrom(0, 80, 20_000),
  /** Which of its faults each call meets; later calls meet none. What exists is not said to be absent: see hiddenMs. */
  faults: fc.array(fc.option(fc.nat()), { maxLength: 25 }),
  withPrevious: fc.boolean(),
});

function startedAndFinalised(model: Properties): Properties {
  const finalise = jobType(model.Type)?.ownRevision === true ? { FinalizeRevision: true } : {};
  return { ...model, StartOnCreation: true, ...finalise };
}

it('a resource can be created, updated and deleted, whatever happens, and leaves nothing', async () => {
  const property = fc.asyncProperty(
    lives,
    async ({ model, start, behaviour, habits, latencyMs, faults, withPrevious }) => {
      const clock = new ManualClock();
      const service = new SimulatedExchange(clock, behaviour);
      const faultsLeft = [...faults];
      const exchange = withFaults(service, (method) => {
        clock.advance(latencyMs);
        const choices = faultsOf(method).filter(({ error, hasEffect }) => error !== ABSENT || hasEffect);
        const chosen = faultsLeft.shift();
        return typeof chosen === 'number' ? choices[chosen % choices.length] : undefined;
      });
      const events: ProgressEvent[] = [];
      const cloudFormation = new CloudFormation(handlersOver(exchange, clock), clock, {
        ...habits,
        afterEach: (event) => void events.push(event),
      });

      const desired = start ? startedAndFinalised(model) : { ...model, StartOnCreation: false };
      const { status, resourceModel } = (await cloudFormation.create(desired)).event;
      const Id = resourceModel?.Id;
      clock.advance(10 * SECOND);
      if (status === 'SUCCESS') {
        const changed = start ? { ...model, StartOnCreation: true } : startedAndFinalised(model);
        await cloudFormation.update(withPrevious ? { ...desired, Id } : undefined, { ...changed, Id });
      }
      if (Id !== undefined) {
        await cloudFormation.delete({ Id });
        faultsLeft.length = 0;
        await cloudFormation.delete({ Id });
        expect(service.madeRevisions()).toEqual([]);
      }
      expect(service.startedJobs().length).toBeLessThanOrEqual(1);
      expect(JSON.stringify(events)).not.toContain(SECRET);
    },
  );
  await checkAsync(property, 10_000);
}, 120_000);

describe('an operation that would never end', () => {
  it.each<[string, Partial<Exchange>]>([
    ['ends when its job runs on', {}],
    ['ends when no slot is free', { startJob: async () => Promise.reject(QUOTA('startJob')) }],
    ['ends when every call fails', { startJob: fails, getJob: fails }],
  ])('%s', async (_name, calls) => {
    const clock = new ManualClock();
    const service = Object.assign(new SimulatedExchange(clock, { lengthMs: 24 * HOUR }), calls);
    const cloudFormation = new CloudFormation(handlersOver(service, clock), clock);
    const created = await cloudFormation.create(OWN_IMPORT);
    expect(created.event).toMatchObject({ errorCode: 'NotStabilized', resourceModel: { Id: expect.any(String) } });
    expect(created.events.length).toBeLessThan(2_000);
    expect(Math.floor(created.seconds / 60)).toBe(710);
  });

  async function fails(): Promise<never> {
    throw TRANSIENT('getJob');
  }
});
