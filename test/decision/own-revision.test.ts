import { decide } from '../../src/decision/decide';
import type { Call, Operation, Outcome, Situation, Step } from '../../src/decision/steps';
import type { Properties } from '../../src/job/properties';
import { jobTag, type Revision, tokenTag } from '../../src/job/revision';
import { DATA_SET, JOB_ID, REVISION } from '../job/examples';
import { drive, pureHandlers } from './driver';
import { ServiceModel } from './service-model';
import {
  brief,
  context,
  failure,
  IMPORT,
  inProgress,
  look,
  NOW,
  OWN_IMPORT,
  ownRevision,
  refused,
  revision,
  S,
  seenRevision,
  situation,
} from './situations';

/** What an operation does with the revision that its job fills. */

const SHOWN = { ...OWN_IMPORT, RevisionId: REVISION };
const FINALISE: Properties = { ...OWN_IMPORT, FinalizeRevision: true, Id: JOB_ID };
const PLAIN: Properties = { ...OWN_IMPORT, Id: JOB_ID };
const shownJob = (state: string): Outcome => look(state, SHOWN);
const GONE = refused('GetRevision', 'absent');
const OPEN = seenRevision(ownRevision());
const FINALISED = seenRevision(ownRevision({ Finalized: true }));
const FOREIGN = seenRevision(revision({ Finalized: true }));
const updated = (Finalized: boolean): Outcome => ({ call: 'UpdateRevision', revision: revision({ Finalized }) });
const NAME = { dataSetId: DATA_SET, revisionId: REVISION };

const step = (operation: Operation, outcomes: Outcome[], more: Partial<Situation> = {}): Step =>
  decide(situation({ operation, desired: PLAIN, outcomes, ...more }));
/** A step in a word, with what an UpdateRevision is to do. */
const word = (result: Step): string =>
  'call' in result && result.call === 'UpdateRevision' ? (result.finalized ? 'finalise' : 'open') : brief(result);

describe('read', () => {
  it.each<[string, Outcome[], string]>([
    ['the job first', [], 'GetJob'],
    ['then its revision', [shownJob('COMPLETED')], 'GetRevision'],
    ['also while it waits', [shownJob('WAITING')], 'GetRevision'],
    ['both are there', [shownJob('COMPLETED'), OPEN], 'ok'],
    ['a final job without its revision', [shownJob('COMPLETED'), GONE], 'NotFound'],
    ['a failed job without its revision', [shownJob('ERROR'), GONE], 'NotFound'],
    ['a waiting job without its revision', [shownJob('WAITING'), GONE], 'ok'],
    ['a running job without its revision', [shownJob('IN_PROGRESS'), GONE], 'ok'],
    ['a fault', [shownJob('COMPLETED'), refused('GetRevision', 'fault')], 'Throttling'],
    ['denied', [shownJob('COMPLETED'), refused('GetRevision', 'final')], 'AccessDenied'],
    ['a cancelled job: no look', [shownJob('CANCELLED')], 'NotFound'],
  ])('%s', (_name, outcomes, expected) =>
    expect(brief(step('READ', outcomes, { desired: { Id: JOB_ID } }))).toBe(expected),
  );

  it('tells an own revision from a given one by its tags', () => {
    const read = (shown: Revision) => step('READ', [shownJob('COMPLETED'), seenRevision(shown)]);
    expect(read(ownRevision({ Finalized: true, Comment: 'Prices' }))).toMatchObject({
      model: { CreatedRevisionId: REVISION, FinalizeRevision: true, RevisionComment: 'Prices' },
    });
    expect(read(ownRevision())).not.toHaveProperty('model.RevisionId');
    const given = read(revision({ Finalized: true, Comment: 'Prices' }));
    expect(given).toMatchObject({ model: { RevisionId: REVISION, FinalizeRevision: true } });
    expect(given).not.toHaveProperty('model.CreatedRevisionId');
    expect(given).not.toHaveProperty('model.RevisionComment');
    const ofAnother = ownRevision({ Tags: { ...tokenTag('t'), ...jobTag('other') } });
    expect(read(ofAnother)).not.toHaveProperty('model.CreatedRevisionId');
    // not yet tagged with the job: nobody else can know of it
    expect(read(ownRevision({ Tags: tokenTag('t') }))).toHaveProperty('model.CreatedRevisionId', REVISION);
  });

  it('of a job whose template names a revision that is gone stays as it was', () => {
    expect(brief(step('READ', [look('COMPLETED', IMPORT), GONE], { desired: { ...IMPORT, Id: JOB_ID } }))).toBe('ok');
  });
});

describe('a create settles', () => {
  const done = (outcomes: Outcome[], finalise?: boolean): string =>
    word(step('CREATE', outcomes, { context: context({ finalise }) }));
  it.each<[string, Outcome[], boolean | undefined, string]>([
    ['a look at the revision', [shownJob('COMPLETED')], true, 'GetRevision'],
    ['nothing to finalise', [shownJob('COMPLETED'), OPEN], undefined, 'ok'],
    ['finalised by somebody: left as it is', [shownJob('COMPLETED'), FINALISED], undefined, 'ok'],
    ['to finalise', [shownJob('COMPLETED'), OPEN], true, 'finalise'],
    ['already finalised', [shownJob('COMPLETED'), FINALISED], true, 'ok'],
    ['finalised', [shownJob('COMPLETED'), OPEN, updated(true)], true, 'ok'],
    ['while it runs: not yet', [shownJob('IN_PROGRESS')], true, 'wait started'],
    ['a failed one: never', [shownJob('ERROR')], true, 'AccessDenied +id'],
    ['a look that fails', [shownJob('COMPLETED'), refused('GetRevision', 'fault')], true, 'wait started'],
    ['a fault', [shownJob('COMPLETED'), OPEN, refused('UpdateRevision', 'fault')], true, 'wait started'],
    ['a quota', [shownJob('COMPLETED'), OPEN, refused('UpdateRevision', 'quota')], true, 'wait started'],
    ['refused', [shownJob('COMPLETED'), OPEN, refused('UpdateRevision', 'final')], true, 'AccessDenied +id'],
    [
      'a conflict',
      [shownJob('COMPLETED'), OPEN, refused('UpdateRevision', 'conflict')],
      true,
      'GeneralServiceException +id',
    ],
    ['gone', [shownJob('COMPLETED'), GONE], true, 'NotStabilized +id'],
    ['gone on the way', [shownJob('COMPLETED'), OPEN, refused('UpdateRevision', 'absent')], true, 'NotStabilized +id'],
  ])('%s', (_name, outcomes, finalise, expected) => expect(done(outcomes, finalise)).toBe(expected));

  it('with the revision as it is now, and with its tags', () => {
    const outcomes = [shownJob('COMPLETED'), seenRevision(ownRevision()), updated(true)];
    expect(step('CREATE', outcomes, { context: context({ finalise: true }) })).toMatchObject({
      status: 'SUCCESS',
      model: { FinalizeRevision: true, CreatedRevisionId: REVISION, State: 'COMPLETED' },
    });
  });

  it('and a named revision is finalised as well', () => {
    const outcomes = [look('COMPLETED', IMPORT), seenRevision(revision())];
    expect(word(step('CREATE', outcomes, { context: context({ finalise: true }) }))).toBe('finalise');
  });
});

describe('an update of FinalizeRevision', () => {
  const waiting = (model: Properties): Properties => ({
    ...model,
    StartOnCreation: false,
    FinalizeRevision: undefined,
  });
  const word2 = (outcomes: Outcome[], desired: Properties, previous?: Properties, more: Partial<Situation> = {}) =>
    word(step('UPDATE', outcomes, { desired, previous, ...more }));

  it.each<[string, Properties, Properties, Outcome[], string]>([
    ['to true', FINALISE, PLAIN, [shownJob('COMPLETED'), OPEN], 'finalise'],
    ['to true, done', FINALISE, PLAIN, [shownJob('COMPLETED'), OPEN, updated(true)], 'ok'],
    ['to true, already so', FINALISE, PLAIN, [shownJob('COMPLETED'), FINALISED], 'ok'],
    ['to true while it runs', FINALISE, PLAIN, [shownJob('IN_PROGRESS')], 'wait started'],
    ['to false', PLAIN, FINALISE, [shownJob('COMPLETED'), FINALISED], 'open'],
    ['to false, done', PLAIN, FINALISE, [shownJob('COMPLETED'), FINALISED, updated(false)], 'ok'],
    ['to false, already so', PLAIN, FINALISE, [shownJob('COMPLETED'), OPEN], 'ok'],
    [
      'to false, published',
      PLAIN,
      FINALISE,
      [shownJob('COMPLETED'), FINALISED, refused('UpdateRevision', 'conflict')],
      'GeneralServiceException +id',
    ],
    [
      'to false, fault',
      PLAIN,
      FINALISE,
      [shownJob('COMPLETED'), FINALISED, refused('UpdateRevision', 'fault')],
      'wait new',
    ],
    [
      'to false, gone meanwhile',
      PLAIN,
      FINALISE,
      [shownJob('COMPLETED'), FINALISED, refused('UpdateRevision', 'absent')],
      'NotFound',
    ],
    ['nothing', PLAIN, PLAIN, [shownJob('COMPLETED'), FINALISED], 'ok'],
    ['nothing, revision gone', PLAIN, PLAIN, [shownJob('COMPLETED'), GONE], 'NotFound'],
    ['with the start', FINALISE, waiting(PLAIN), [shownJob('WAITING')], 'StartJob'],
    ['with the start, done', FINALISE, waiting(PLAIN), [shownJob('COMPLETED'), OPEN], 'finalise'],
    ['with the start, failed', FINALISE, waiting(PLAIN), [shownJob('ERROR')], 'NotUpdatable +id'],
    [
      'without the start',
      { ...FINALISE, StartOnCreation: false },
      waiting(PLAIN),
      [shownJob('WAITING')],
      'InvalidRequest +id',
    ],
    ['to a word', { ...FINALISE, FinalizeRevision: 'soon' }, PLAIN, [shownJob('COMPLETED')], 'InvalidRequest +id'],
    ['with another source', { ...FINALISE, S3AssetSources: [] }, PLAIN, [shownJob('COMPLETED')], 'NotUpdatable +id'],
    ['with another comment', { ...FINALISE, RevisionComment: 'x' }, PLAIN, [shownJob('COMPLETED')], 'NotUpdatable +id'],
    ['with a named revision', { ...PLAIN, RevisionId: REVISION }, PLAIN, [shownJob('COMPLETED')], 'NotUpdatable +id'],
  ])('%s', (_name, desired, previous, outcomes, expected) => expect(word2(outcomes, desired, previous)).toBe(expected));

  it('of a published revision says what to do', () => {
    const outcomes = [shownJob('COMPLETED'), FINALISED, refused('UpdateRevision', 'conflict')];
    const { message, model } = failure(step('UPDATE', outcomes, { desired: PLAIN, previous: FINALISE }));
    expect(message).toMatch(/published revision cannot be opened again: revoke it, or leave FinalizeRevision true/);
    expect(model).toMatchObject({ Id: JOB_ID });
  });

  it.each<[string, Properties, Properties, Outcome[], string]>([
    ['opens again', PLAIN, FINALISE, [shownJob('COMPLETED'), FINALISED], 'open'],
    ['finalises again', FINALISE, PLAIN, [shownJob('COMPLETED'), OPEN], 'finalise'],
    ['does not wait', FINALISE, PLAIN, [shownJob('IN_PROGRESS'), OPEN], 'ok'],
    ['does not start', FINALISE, waiting(PLAIN), [shownJob('WAITING'), OPEN], 'ok'],
    [
      'takes a published one as it is',
      PLAIN,
      FINALISE,
      [shownJob('COMPLETED'), FINALISED, refused('UpdateRevision', 'conflict')],
      'ok',
    ],
    [
      'takes a denied one as it is',
      PLAIN,
      FINALISE,
      [shownJob('COMPLETED'), FINALISED, refused('UpdateRevision', 'final')],
      'ok',
    ],
    [
      'tries again after a fault',
      PLAIN,
      FINALISE,
      [shownJob('COMPLETED'), FINALISED, refused('UpdateRevision', 'fault')],
      'wait new',
    ],
  ])('in a rollback %s', (_name, desired, previous, outcomes, expected) =>
    expect(word2(outcomes, desired, previous, { rollback: true })).toBe(expected),
  );

  it('in a rollback of a published revision shows it as it is', () => {
    const outcomes = [shownJob('COMPLETED'), FINALISED, refused('UpdateRevision', 'conflict')];
    expect(step('UPDATE', outcomes, { desired: PLAIN, previous: FINALISE, rollback: true })).toMatchObject({
      status: 'SUCCESS',
      model: { FinalizeRevision: true, CreatedRevisionId: REVISION },
    });
  });

  it('without a previous model is compared when job and revision were seen', () => {
    expect(word2([shownJob('COMPLETED')], FINALISE)).toBe('GetRevision');
    expect(word2([shownJob('COMPLETED'), OPEN], FINALISE)).toBe('finalise');
    expect(word2([shownJob('COMPLETED'), FINALISED], FINALISE)).toBe('ok');
    expect(word2([shownJob('COMPLETED'), FINALISED], PLAIN)).toBe('open');
    expect(word2([shownJob('WAITING'), OPEN], FINALISE)).toBe('StartJob');
    expect(word2([shownJob('COMPLETED'), OPEN], { ...PLAIN, RevisionComment: 'x' })).toBe('NotUpdatable +id');
  });

  it('a fault between the two looks leaves the comparison open, and the next invocation makes it', () => {
    const fault = inProgress(
      step('UPDATE', [shownJob('COMPLETED'), refused('GetRevision', 'fault')], { desired: FINALISE }),
    );
    expect(fault.context).toMatchObject({ phase: 'new' });
    expect(fault.context.change).toBeUndefined();
    const again = (...outcomes: Outcome[]) =>
      word(step('UPDATE', outcomes, { desired: fault.model, context: JSON.parse(JSON.stringify(fault.context)) }));
    expect(again()).toBe('GetJob');
    expect(again(shownJob('COMPLETED'))).toBe('GetRevision');
    expect(again(shownJob('COMPLETED'), OPEN)).toBe('finalise');
  });
});

describe('delete', () => {
  const CANCELLED: Outcome = { call: 'CancelJob', accepted: true };
  const REMOVED: Outcome = { call: 'DeleteRevision', accepted: true };
  const OTHERS = seenRevision(ownRevision({ Tags: { ...tokenTag('t'), ...jobTag('another job') } }));
  const REVOKED = seenRevision(ownRevision({ Finalized: true, Revoked: true }));
  const END = ['COMPLETED', 'ERROR', 'TIMED_OUT'];

  it.each<[string, Outcome, string, string]>([
    // the revision, what follows in the first invocation, and in a later one
    ['open', OPEN, 'DeleteRevision', 'DeleteRevision'],
    ['finalised', FINALISED, 'open', 'open'],
    ['revoked', REVOKED, 'DeleteRevision', 'DeleteRevision'],
    ['not yet tagged', seenRevision(ownRevision({ Tags: tokenTag('t') })), 'DeleteRevision', 'DeleteRevision'],
    ['given by id', FOREIGN, 'ok, no model', 'ok, no model'],
    ['another job’s', OTHERS, 'ok, no model', 'ok, no model'],
    ['gone', GONE, 'NotFound', 'ok, no model'],
  ])('of a job that is over: its revision is %s', (_name, seen, first, later) => {
    for (const state of END) {
      expect(brief(step('DELETE', [shownJob(state)]))).toBe('GetRevision');
      expect(word(step('DELETE', [shownJob(state), seen]))).toBe(first);
      expect(word(step('DELETE', [shownJob(state), seen], { context: context({ phase: 'leaving' }) }))).toBe(later);
    }
  });

  it.each<[string, Outcome[], string]>([
    ['opened', [FINALISED, updated(false)], 'DeleteRevision'],
    ['removed', [OPEN, REMOVED], 'ok, no model'],
    ['opened and removed', [FINALISED, updated(false), REMOVED], 'ok, no model'],
    ['vanished before', [OPEN, refused('DeleteRevision', 'absent')], 'ok, no model'],
    ['vanished when it was to be opened', [FINALISED, refused('UpdateRevision', 'absent')], 'ok, no model'],
    ['published: not to be opened', [FINALISED, refused('UpdateRevision', 'conflict')], 'GeneralServiceException +id'],
    ['published: not to be removed', [OPEN, refused('DeleteRevision', 'conflict')], 'GeneralServiceException +id'],
    ['a fault at the look', [refused('GetRevision', 'fault')], 'wait leaving'],
    ['a fault at opening', [FINALISED, refused('UpdateRevision', 'fault')], 'wait leaving'],
    ['a fault at removing', [OPEN, refused('DeleteRevision', 'fault')], 'wait leaving'],
    ['denied', [OPEN, refused('DeleteRevision', 'final')], 'AccessDenied +id'],
  ])('then: %s', (_name, after, expected) => {
    for (const state of END) {
      expect(word(step('DELETE', [shownJob(state), ...after]))).toBe(expected);
    }
  });

  it('of a published revision says what to do, with the id alone', () => {
    const { message, model } = failure(
      step('DELETE', [shownJob('COMPLETED'), FINALISED, refused('UpdateRevision', 'conflict')]),
    );
    expect(message).toMatch(/published revision cannot be removed: revoke it, or keep it by DeletionPolicy: Retain/);
    expect(model).toEqual({ Id: JOB_ID });
  });

  it.each<[string, Outcome[], string]>([
    ['waiting: cancelled first', [shownJob('WAITING')], 'CancelJob'],
    ['cancelled: then the revision', [shownJob('WAITING'), CANCELLED], 'GetRevision'],
    ['cancelled, open', [shownJob('WAITING'), CANCELLED, OPEN], 'DeleteRevision'],
    ['cancelled, given', [shownJob('WAITING'), CANCELLED, FOREIGN], 'ok, no model'],
    ['cancelled, gone', [shownJob('WAITING'), CANCELLED, GONE], 'ok, no model'],
    ['cancelled, fault', [shownJob('WAITING'), CANCELLED, refused('GetRevision', 'fault')], 'wait leaving'],
    [
      'cancel refused: it runs',
      [shownJob('WAITING'), refused('CancelJob', 'conflict'), shownJob('IN_PROGRESS')],
      'wait leaving',
    ],
    ['running: wait', [shownJob('IN_PROGRESS')], 'wait leaving'],
    ['cancelled before', [shownJob('CANCELLED')], 'GetRevision'],
    ['cancelled before, nothing left', [shownJob('CANCELLED'), GONE], 'NotFound'],
    ['cancelled before, given revision', [shownJob('CANCELLED'), FOREIGN], 'NotFound'],
    ['cancelled before, revision left', [shownJob('CANCELLED'), OPEN], 'DeleteRevision'],
    ['cancelled before, revision removed', [shownJob('CANCELLED'), OPEN, REMOVED], 'ok, no model'],
    ['unknown', [refused('GetJob', 'absent')], 'NotFound'],
  ])('of a job that is %s', (_name, outcomes, expected) => expect(word(step('DELETE', outcomes))).toBe(expected));

  it.each<[string, Outcome[], string]>([
    ['cancelled by us', [shownJob('CANCELLED')], 'GetRevision'],
    ['cancelled, revision left', [shownJob('CANCELLED'), OPEN], 'DeleteRevision'],
    ['cancelled, revision gone', [shownJob('CANCELLED'), GONE], 'ok, no model'],
    ['gone with its job', [refused('GetJob', 'absent')], 'ok, no model'],
  ])('resumed: %s', (_name, outcomes, expected) =>
    expect(word(step('DELETE', outcomes, { context: context({ phase: 'leaving' }) }))).toBe(expected),
  );

  it('names the revision by data set and id', () => {
    const asked = (...outcomes: Outcome[]): Call => step('DELETE', [shownJob('COMPLETED'), ...outcomes]) as Call;
    expect(asked()).toEqual({ call: 'GetRevision', ...NAME });
    expect(asked(FINALISED)).toEqual({ call: 'UpdateRevision', ...NAME, finalized: false });
    expect(asked(OPEN)).toEqual({ call: 'DeleteRevision', ...NAME });
  });
});

describe('a whole life', () => {
  it.each(['open', 'finalised', 'published', 'revoked'] as const)(
    'of a revision that is %s in the end',
    async (end) => {
      const clock = { now: NOW };
      const service = new ServiceModel(clock, { lengthMs: 5 * S });
      const invoke = pureHandlers(clock, (call) => service.answer(call));
      const FinalizeRevision = end !== 'open';
      const created = await drive(invoke, clock, { operation: 'CREATE', desired: { ...OWN_IMPORT, FinalizeRevision } });
      const [made] = service.made();
      expect(created.answer).toMatchObject({ model: { FinalizeRevision, CreatedRevisionId: made?.id } });
      const { Id } = (created.answer as { model: Properties }).model;
      Object.assign(made as object, {
        published: end === 'published' || end === 'revoked',
        revoked: end === 'revoked',
      });
      const { answer } = await drive(invoke, clock, { operation: 'DELETE', desired: { Id } });
      if (end === 'published') {
        expect(answer).toMatchObject({ status: 'FAILED', code: 'GeneralServiceException', model: { Id } });
        expect(service.made()).toHaveLength(1);
        return;
      }
      expect(answer).toEqual({ status: 'SUCCESS' });
      expect(service.made()).toEqual([]);
      expect(service.revisions.has(REVISION)).toBe(true);
      const after = await drive(invoke, clock, { operation: 'READ', desired: { Id } });
      expect(after.answer).toMatchObject({ status: 'FAILED', code: 'NotFound' });
    },
  );

  it('another job in the same revision leaves it alone', async () => {
    const clock = { now: NOW };
    const service = new ServiceModel(clock, { lengthMs: 5 * S });
    const invoke = pureHandlers(clock, (call) => service.answer(call));
    await drive(invoke, clock, { operation: 'CREATE', desired: OWN_IMPORT });
    const RevisionId = service.made()[0]?.id;
    const second = await drive(invoke, clock, { operation: 'CREATE', desired: { ...OWN_IMPORT, RevisionId } });
    expect(second.answer).toMatchObject({ status: 'SUCCESS', model: { RevisionId } });
    expect(second.answer).not.toHaveProperty('model.CreatedRevisionId');
    const { Id } = (second.answer as { model: Properties }).model;
    expect((await drive(invoke, clock, { operation: 'DELETE', desired: { Id } })).answer).toEqual({
      status: 'SUCCESS',
    });
    expect(service.made()).toHaveLength(1);
  });
});
