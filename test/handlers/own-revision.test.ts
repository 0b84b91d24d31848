import 'aws-sdk-client-mock-jest';
import { CreateRevisionCommand, TagResourceCommand, UpdateRevisionCommand } from '@aws-sdk/client-dataexchange';
import fc from 'fast-check';
import type { Answer, CallName } from '../../src/decision/steps';
import { JOB_TYPE_NAMES, JOB_TYPES, type JobType } from '../../src/job/job-types';
import type { Properties } from '../../src/job/properties';
import { jobTag, tokenTag } from '../../src/job/revision';
import { drive } from '../decision/driver';
import { type Clock, ModelError, ServiceModel } from '../decision/service-model';
import { NOW, OWN_IMPORT, S, TOKEN } from '../decision/situations';
import { DATA_SET, MINIMAL, REVISION, SECRET } from '../job/examples';
import { checkAsync, randomFrom } from '../job/seed';
import { type Befalls, expectCalls, logged, realHandlers, sdk, serve } from './harness';

/** Jobs with a revision of their own through the whole handlers. */

const clock: Clock = { now: NOW };
const invoke = realHandlers(clock);
let uploads: [string, RequestInit][];

beforeEach(() => {
  sdk.reset();
  clock.now = NOW;
  logged.length = 0;
  uploads = [];
  jest.spyOn(globalThis, 'fetch').mockImplementation(async (url, init) => {
    uploads.push([String(url), init as RequestInit]);
    return new Response('');
  });
});
afterEach(() => jest.restoreAllMocks());

const FILLING = JOB_TYPE_NAMES.filter((name) => (JOB_TYPES[name] as JobType).ownRevision).map(
  (name) => [name] as const,
);

/** The type's smallest model, without revision and hash, with a file where the type wants one. */
function bringsAll(name: (typeof FILLING)[number][0]): { model: Properties; file?: string } {
  const upload = (JOB_TYPES[name] as JobType).upload;
  const { RevisionId: _, ...model } = MINIMAL[name] as Record<string, unknown>;
  if (upload === undefined) {
    return { model };
  }
  const file = `{"secret":"${SECRET}"}`;
  delete model[upload.hash];
  return { model: { ...model, [upload.content]: file }, file };
}

describe.each(FILLING)('%s', (name) => {
  const { model, file } = bringsAll(name);
  const desired = { ...model, StartOnCreation: true, FinalizeRevision: true, RevisionComment: 'Prices' };

  it('makes, fills, finalises, shows and removes its revision', async () => {
    const service = new ServiceModel(clock, { lengthMs: 5 * S });
    serve(service);
    const create = await drive(invoke, clock, { operation: 'CREATE', desired });
    const [made] = service.made();
    const [Id] = [...service.jobs.keys()] as [string];
    expect(create.answer).toMatchObject({
      status: 'SUCCESS',
      model: { Id, State: 'COMPLETED', CreatedRevisionId: made?.id, RevisionComment: 'Prices', FinalizeRevision: true },
    });
    expect(create.answer).not.toHaveProperty('model.RevisionId');
    expect(made).toMatchObject({ comment: 'Prices', finalized: true, tags: { ...tokenTag(TOKEN), ...jobTag(Id) } });
    expect(uploads.map(([, { body }]) => String(body))).toEqual(file === undefined ? [] : [file]);
    expect(JSON.stringify([create, logged])).not.toContain(SECRET);
    const looks = ['GetJob', 'GetJob', 'GetJob', 'GetJob'] as const;
    const first: CallName[] = [
      'ListDataSetRevisions',
      'GetRevision',
      'CreateRevision',
      'CreateJob',
      'TagResource',
      'StartJob',
    ];
    expectCalls(...first, ...looks, 'GetRevision', 'UpdateRevision');
    expect(sdk).toHaveReceivedCommandWith(CreateRevisionCommand, {
      DataSetId: DATA_SET,
      Comment: 'Prices',
      Tags: tokenTag(TOKEN),
    });
    expect(sdk).toHaveReceivedCommandWith(UpdateRevisionCommand, { RevisionId: made?.id, Finalized: true });
    expect(sdk).toHaveReceivedCommandWith(TagResourceCommand, { Tags: jobTag(Id) });

    const request = { token: TOKEN, rollback: false, callbackContext: undefined };
    expect(await invoke({ operation: 'READ', desired: { Id }, ...request })).toEqual(create.answer);
    const previous = { ...desired, Id };
    const same = await drive(invoke, clock, { operation: 'UPDATE', desired: previous, previous });
    expect(same.answer).toEqual(create.answer);
    const opened = await drive(invoke, clock, {
      operation: 'UPDATE',
      desired: { ...previous, FinalizeRevision: false },
      previous,
    });
    expect(opened.answer).toMatchObject({ status: 'SUCCESS', model: { FinalizeRevision: false } });
    expect(service.made()[0]?.finalized).toBe(false);

    expect((await drive(invoke, clock, { operation: 'DELETE', desired: { Id } })).answer).toEqual({
      status: 'SUCCESS',
    });
    expect(service.made()).toEqual([]);
    expect(service.revisions.has(REVISION)).toBe(true);
    expect(await invoke({ operation: 'READ', desired: { Id }, ...request })).toMatchObject({ code: 'NotFound' });
  });
});

it('an upload that is refused fails the create with the id, and its delete leaves nothing', async () => {
  const service = new ServiceModel(clock, { lengthMs: 5 * S });
  serve(service);
  jest.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response(SECRET, { status: 403 }));
  const { model } = bringsAll('IMPORT_ASSET_FROM_SIGNED_URL');
  const { answer } = await drive(invoke, clock, { operation: 'CREATE', desired: { ...model, StartOnCreation: true } });
  const [Id] = [...service.jobs.keys()] as [string];
  expect(answer).toMatchObject({ status: 'FAILED', code: 'GeneralServiceException', model: { Id } });
  expect((answer as { message: string }).message).toContain('HTTP status 403');
  expect(JSON.stringify([answer, logged])).not.toContain(SECRET);
  expect(service.started()).toEqual([]);
  expect((await drive(invoke, clock, { operation: 'DELETE', desired: { Id } })).answer).toEqual({ status: 'SUCCESS' });
  expect(service.made()).toEqual([]);
  expect([...service.jobs.values()].map((job) => service.stateOf(job))).toEqual(['CANCELLED']);
});

it('a job that the service refuses leaves no revision', async () => {
  const service = new ServiceModel(clock, { lengthMs: 5 * S });
  serve(service, (call) =>
    call === 'CreateJob' ? { error: new ModelError('ValidationException', 400), when: 'before' } : 'nothing',
  );
  const { answer } = await drive(invoke, clock, { operation: 'CREATE', desired: OWN_IMPORT });
  expect(answer).toMatchObject({ status: 'FAILED', code: 'InvalidRequest' });
  expect(answer).not.toHaveProperty('model');
  expect(service.made()).toEqual([]);
});

describe('with a schedule of faults', () => {
  const FAULTS: readonly Befalls[] = [
    { error: new ModelError('ThrottlingException', 429), when: 'before' },
    { error: new ModelError('InternalServerException', 500), when: 'after' },
    { error: Object.assign(new Error('late'), { name: 'TimeoutError' }), when: 'after' },
    { error: new ModelError('SyntaxError', 503), when: 'before' },
  ];
  const RETRIABLE = ['Throttling', 'ServiceInternalError', 'NetworkFailure', 'ResourceConflict'];
  const schedule = fc.record({
    faults: fc.array(fc.oneof(fc.constant<Befalls>('nothing'), fc.constantFrom(...FAULTS)), { maxLength: 25 }),
    loses: fc.array(fc.constantFrom('model', 'context', 'nothing'), { maxLength: 6 }),
    end: fc.constantFrom('COMPLETED', 'COMPLETED', 'ERROR'),
    finalise: fc.boolean(),
    seed: fc.nat(),
  });

  const last = (answers: readonly Answer[]): unknown =>
    answers.map((answer) => ('model' in answer ? answer.model?.Id : undefined)).findLast(Boolean);

  it('one revision at most is made, and a delete leaves none', async () => {
    await checkAsync(
      fc.asyncProperty(schedule, async ({ faults, loses, end, finalise, seed }) => {
        clock.now = NOW;
        const service = new ServiceModel(clock, { lengthMs: 10 * S, end });
        let nth = 0;
        serve(service, () => faults[nth++] ?? 'nothing');
        const handlers = realHandlers(clock, randomFrom(seed));
        const desired = { ...OWN_IMPORT, FinalizeRevision: finalise };
        let handed = 0;
        const handOn = (next: { desired: Properties; callbackContext: unknown }) => {
          const lost = loses[handed++];
          return {
            desired: lost === 'model' ? desired : next.desired,
            callbackContext: lost === 'context' && next.desired.Id ? undefined : next.callbackContext,
          };
        };
        let created = await drive(handlers, clock, { operation: 'CREATE', desired }, { handOn });
        while (created.answer.status === 'FAILED' && RETRIABLE.includes(created.answer.code)) {
          expect(last(created.answers)).toBeUndefined();
          created = await drive(handlers, clock, { operation: 'CREATE', desired }, { handOn });
        }
        const Id = last(created.answers) as string;
        expect(created.answer).toMatchObject({ model: { Id, State: end } });
        expect(service.made()).toHaveLength(1);
        expect(service.started().map(({ id }) => id)).toEqual([Id]);
        if (end === 'COMPLETED') {
          expect(created.answer).toMatchObject({ model: { CreatedRevisionId: service.made()[0]?.id } });
          expect(service.made()[0]?.finalized).toBe(finalise);
        }
        nth = 0;
        const gone = await drive(
          handlers,
          clock,
          { operation: 'DELETE', desired: { Id } },
          {
            handOn: (next) => ({
              ...next,
              callbackContext: loses[handed++] === 'context' ? undefined : next.callbackContext,
            }),
          },
        );
        // a removal whose answer was lost together with the context looks as if nothing had been there
        expect(['SUCCESS', 'NotFound']).toContain('code' in gone.answer ? gone.answer.code : gone.answer.status);
        expect(service.made()).toEqual([]);
        expect(service.running()).toEqual([]);
      }),
      15,
    );
  });
});
