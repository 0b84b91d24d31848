import fc from 'fast-check';
import type { Answer, CallName } from '../../src/decision/steps';
import { createJobInput } from '../../src/job/translate';
import { type Driving, drive } from '../decision/driver';
import { type Clock, ModelError, ServiceModel } from '../decision/service-model';
import { DESIRED, NOW } from '../decision/situations';
import { checkAsync, randomFrom } from '../job/seed';
import { type Befalls, realHandlers, serve } from './harness';

/** The whole handlers against a small service on a virtual clock, with a schedule of faults: replay with FC_SEED. */

const reset = (): Error => Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
const FAULTS: readonly Befalls[] = [
  { error: new ModelError('ThrottlingException', 429), when: 'before' },
  { error: new ModelError('InternalServerException', 500), when: 'before' },
  { error: new ModelError('InternalServerException', 500), when: 'after' },
  { error: new ModelError('SyntaxError', 503), when: 'before' },
  { error: new ModelError('ExpiredTokenException', 403), when: 'before' },
  { error: reset(), when: 'before' },
  { error: reset(), when: 'after' },
  { error: Object.assign(new Error('late'), { name: 'TimeoutError' }), when: 'after' },
];
const befalls = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Befalls>('nothing') },
  { weight: 3, arbitrary: fc.constantFrom(...FAULTS) },
);

const schedule = fc.record({
  /** What befalls the calls, in order; afterwards nothing does. */
  faults: fc.array(befalls, { maxLength: 25 }),
  /** Which answer's model or context does not reach the next invocation. */
  loses: fc.array(fc.constantFrom('model' as const, 'context' as const, 'nothing' as const), { maxLength: 8 }),
  lengthMs: fc.constantFrom(1_000, 30_000, 300_000),
  lagMs: fc.constantFrom(0, 3_000, 40_000),
  hiddenMs: fc.constantFrom(0, 2_000),
  busyMs: fc.constantFrom(0, 90_000),
  end: fc.constantFrom('COMPLETED', 'COMPLETED', 'ERROR', 'TIMED_OUT'),
  start: fc.boolean(),
  seed: fc.nat(),
});
type Schedule = typeof schedule extends fc.Arbitrary<infer T> ? T : never;

function world({ faults, loses, lengthMs, lagMs, hiddenMs, busyMs, end, seed }: Schedule) {
  const clock: Clock = { now: NOW };
  const service = new ServiceModel(clock, { lengthMs, lagMs, hiddenMs, end });
  let nth = 0;
  const befallsNext = (call: CallName): Befalls => {
    clock.now += 50;
    const busy = call === 'StartJob' && clock.now < NOW + busyMs;
    return busy
      ? {
          error: new ModelError('ServiceLimitExceededException', 402, { LimitName: 'jobs', LimitValue: 10 }),
          when: 'before',
        }
      : (faults[nth++] ?? 'nothing');
  };
  let handed = 0;
  const handOn: Driving['handOn'] = (next, original) => {
    const lost = loses[handed++];
    return {
      desired: lost === 'model' ? original : next.desired,
      callbackContext: lost === 'context' ? undefined : next.callbackContext,
    };
  };
  serve(service, befallsNext);
  return { clock, service, handOn, invoke: realHandlers(clock, randomFrom(seed)) };
}

const RETRIABLE = ['ResourceConflict', 'Throttling', 'ServiceInternalError', 'NetworkFailure', 'InvalidCredentials'];

/** The job that CloudFormation knows of, by the last answer that named one. */
const knownId = (answers: readonly Answer[]): string | undefined =>
  answers.map((answer) => ('model' in answer ? (answer.model?.Id as string | undefined) : undefined)).findLast(Boolean);

it('create: at most one job runs, the failed one is known, the end is the job’s own', async () => {
  await checkAsync(
    fc.asyncProperty(schedule, async (given) => {
      const { clock, service, handOn, invoke } = world(given);
      const desired = { ...DESIRED, StartOnCreation: given.start };
      // CloudFormation begins anew on a retriable code, which is answered only as long as no job is known
      let ending = await drive(invoke, clock, { operation: 'CREATE', desired }, { handOn });
      for (
        let again = 0;
        again < 40 && ending.answer.status === 'FAILED' && RETRIABLE.includes(ending.answer.code);
        again++
      ) {
        expect(knownId(ending.answers)).toBeUndefined();
        expect(service.started()).toEqual([]);
        ending = await drive(invoke, clock, { operation: 'CREATE', desired }, { handOn });
      }
      const { answer, answers } = ending;
      const Id = knownId(answers);
      expect(service.started().map(({ id }) => id)).toEqual(given.start ? [Id] : []);
      expect(service.mostRunning).toBe(given.start ? 1 : 0);
      const end = given.start ? given.end : 'WAITING';
      expect(answer).toMatchObject({ model: { Id, State: end } });
      expect(answer.status).toBe(end === 'COMPLETED' || end === 'WAITING' ? 'SUCCESS' : 'FAILED');

      // rollback, or the end of the stack
      await drive(invoke, clock, { operation: 'DELETE', desired: { Id } });
      expect(service.running()).toEqual([]);
      const job = service.jobs.get(Id as string);
      expect(job && service.stateOf(job)).toBe(given.start ? given.end : 'CANCELLED');
    }),
    20,
  );
});

it('update: starts once, and ends as the job does', async () => {
  await checkAsync(
    fc.asyncProperty(schedule, fc.boolean(), async (given, rollback) => {
      const { clock, service, handOn, invoke } = world({ ...given, hiddenMs: 0 });
      const { Id } = service.create(createJobInput(DESIRED));
      const previous = { ...DESIRED, Id, StartOnCreation: false };
      const desired = { ...previous, StartOnCreation: true };
      const { answer } = await drive(invoke, clock, { operation: 'UPDATE', desired, previous, rollback }, { handOn });
      expect(service.jobs.size).toBe(1);
      expect(service.started().length).toBe(rollback ? 0 : 1);
      if (rollback) {
        expect(answer).toMatchObject({ status: 'SUCCESS', model: { Id, StartOnCreation: false } });
      } else if (given.end === 'COMPLETED') {
        expect(answer).toMatchObject({ status: 'SUCCESS', model: { Id, State: 'COMPLETED' } });
      } else {
        // by the job's own errors, or, where the context was lost on the way, because it cannot be started any more
        expect(answer).toMatchObject({ status: 'FAILED', model: { Id, State: given.end } });
        expect(RETRIABLE).not.toContain('code' in answer && answer.code);
      }
    }),
    15,
  );
});

it('delete: nothing runs afterwards, and what waited is cancelled', async () => {
  await checkAsync(
    fc.asyncProperty(schedule, async (given) => {
      const { clock, service, handOn, invoke } = world({ ...given, hiddenMs: 0, lagMs: 0 });
      const { Id } = service.create(createJobInput(DESIRED));
      if (given.start) {
        service.start(Id);
      }
      const { answer } = await drive(invoke, clock, { operation: 'DELETE', desired: { Id } }, { handOn });
      // an answer to CancelJob that was lost together with the context looks as if the job had been gone before
      const vanished = given.loses.includes('context') && !given.start;
      if (!(vanished && answer.status === 'FAILED' && answer.code === 'NotFound')) {
        expect(answer).toEqual({ status: 'SUCCESS' });
      }
      expect(service.running()).toEqual([]);
      const [job] = service.jobs.values();
      expect(job && service.stateOf(job)).toBe(given.start ? given.end : 'CANCELLED');
    }),
    15,
  );
});
